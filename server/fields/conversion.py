"""Converts print to values of a schema, and remembers where each was read."""

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import cached_property
from typing import Final

from server.fields.candidates import FieldSearch
from server.fields.confidence import Support, calibrated
from server.fields.marks.choices import as_choice, is_open_choice
from server.fields.print.currencies import codes_of
from server.fields.print.dates import Era, find_dates
from server.fields.print.folding import fold
from server.fields.print.page_view import Candidate, row_text
from server.fields.print.parsing import as_boolean, as_date, as_number, first_of
from server.fields.print.periods import Period, day_within, stated_periods
from server.fields.print.printed_number import PARTS_OF_ONE
from server.fields.schema.formats import as_duration, as_moment, as_time
from server.fields.schema.shapes import CompiledSchema, Shape
from server.fields.words.query import words_of
from server.values.chat import JSON
from server.values.lines import FieldEvidence

_CONVERTED: Final = frozenset({"date", "date-time", "time", "duration"})
_OPEN_NUMBER: Final = re.compile(r"(?<![\d.,])\d{1,3}[.,]\d{3}(?![\d.,])")  # 1.234: thousands or decimals
_ISO_CURRENCY: Final = re.compile(r"(?i)currency[_ ]?code|iso[ _-]?4217")

# Properties that say which of how many pages, sheets or pieces: of `2 of 9` they mean the first.
_WHICH: Final = re.compile(
    r"\b(?:page|sheet|number|no|seite|blatt|nummer|hoja|página|número|pagina|foglio|numero|folha|strona|numer)\b|页|頁|编号|番号"
)


class Conversion:
    """Values of one document under one schema."""

    def __init__(self, search: FieldSearch, schema: CompiledSchema) -> None:
        self.search = search
        self.schema = schema
        self.evidence: dict[str, FieldEvidence] = {}
        self.has_local_time = False
        """Whether a moment was read, which has no zone on the page."""

    def convert(self, printed: str, kind: str, shape: Shape, era: Era | None = None) -> JSON:
        """Print as a value of JSON type `kind`, or None where it is none."""
        if shape.choices is not None:
            return as_choice(printed, shape.choices)
        if kind == "string":
            if shape.format in _CONVERTED:
                return self._in_format(printed, shape.format, era)
            if _ISO_CURRENCY.search(f"{shape.name} {shape.title} {shape.description}"):
                codes = codes_of(printed)  # a sign that several countries share leaves it open
                return codes[0] if len(codes) == 1 else None
            return None if is_open_choice(printed) else printed.strip() or None
        if kind in ("number", "integer"):
            return self._number(printed, kind, shape)
        return as_boolean(printed) if kind == "boolean" else None

    def _in_format(self, printed: str, form: str | None, era: Era | None) -> str | None:
        """Print as a text in one of the formats that give it another form."""
        match form:
            case "date":
                return as_date(printed, month_first=self.search.month_first, era=era)
            case "date-time":
                moment = as_moment(printed, month_first=self.search.month_first, era=era)
                self.has_local_time = self.has_local_time or moment is not None
                return moment
            case "time":
                return as_time(printed)
        return as_duration(printed)

    def in_other_form(self, printed: str, shape: Shape, era: Era | None) -> str | None:
        """The first plain form of a date, a time or a number in `printed` that the pattern of a text asks for."""
        number = as_number(printed, whole=False, style=self.search.view.style)
        forms = (
            *(self._in_format(printed, form, era) for form in ("date-time", "date", "time")),
            None if number is None else format(Decimal(str(number)), "f"),
            "".join(printed.split()),
        )
        return next((form for form in forms if form is not None and self.schema.accepts(form, shape)), None)

    @cached_property
    def _periods(self) -> Sequence[Period]:
        rows = (row_text(row) for row in self.search.view.rows)
        return stated_periods(rows, month_first=self.search.month_first)

    def day_of_row(self, printed: str, shape: Shape) -> JSON:
        """A day without a year as a date of the period that the document states; None where that leaves it open."""
        if shape.format != "date" or "string" not in shape.kinds or find_dates(printed):
            return None
        day = (
            day_within(printed, self._periods, month_first=self.search.month_first)
            if any(map(str.isdigit, printed))
            else None
        )
        return day.isoformat() if day is not None and self.schema.accepts(day.isoformat(), shape) else None

    def _number(self, printed: str, kind: str, shape: Shape) -> JSON:
        """A number; a percentage as a share where the schema admits no more than 1."""
        first = first_of(printed)
        if first is not None:
            return first if _WHICH.search(f"{words_of(shape.name)} {shape.title} {shape.description}".lower()) else None
        value = as_number(printed, whole=kind == "integer", style=self.search.view.style)
        parts = PARTS_OF_ONE.get(fold(printed).rstrip()[-1:])
        if value is None or parts is None or not self._is_share(shape):
            return value
        return float(Decimal(str(value)) / parts) if kind == "number" else None

    def _is_share(self, shape: Shape) -> bool:
        """Whether the schema has shares of 1 in place of percentages: it admits a half, and no 2."""
        return self.schema.accepts(0.5, shape) and not self.schema.accepts(2, shape)

    def note(self, path: str, candidate: Candidate, value: JSON, *, table: bool = False) -> None:
        """Keep where `value`, at `path`, was read, how sure it is, its checks, and how the page settled its form."""
        page = self.search.pages.get(id(candidate.lines[0]), 0) if candidate.lines else 0
        support = Support(
            score=candidate.score,
            table=table,
            lines=len(candidate.lines),
            recognised=min((line.score for line in candidate.lines), default=0.0),
            number=isinstance(value, int | float) and not isinstance(value, bool),
            digits=any(char.isdigit() for char in candidate.text),
            checked=bool(candidate.checked),
        )
        self.evidence[path] = FieldEvidence(
            page=page,
            lines=candidate.lines,
            score=round(calibrated(support), 3),
            checked=candidate.checked,
            reading=self._settled(candidate.text),
        )

    def forget(self, path: str) -> None:
        """Drop what was kept of the values at `path` and within."""
        for known in [known for known in self.evidence if known.startswith(path)]:
            del self.evidence[known]

    def _settled(self, printed: str) -> str:
        """How the page's own numbers and dates settle what `printed` could be read as; empty where it is plain."""
        if any(one.is_ambiguous for one in find_dates(printed)):
            return "month first" if self.search.month_first else "day first"
        return self.search.view.style.describe() if _OPEN_NUMBER.search(printed) else ""

    def first(self, printed: str, shape: Shape, era: Era | None = None) -> JSON:
        """The first value of the kinds of `shape` that the print is and the schema accepts; None if there is none."""
        values = (self.convert(printed, kind, shape, era) for kind in shape.kinds)
        return next((value for value in values if value is not None and self.schema.accepts(value, shape)), None)
