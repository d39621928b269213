"""Fills arrays: objects from the rows of tables, or from the lines of a till slip; strings from labels and goods."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from server.fields.array_notes import ArrayNotes
from server.fields.conversion import Conversion
from server.fields.places import Filled, Place, is_bare
from server.fields.plain_arrays import FROM_TABLE, PlainArrays, cells_member, most_rows
from server.fields.print.numbers import currency_of
from server.fields.print.page_view import Candidate
from server.fields.schema.shapes import Shape
from server.fields.schema.wrappers import CONFIDENCE_NAMES, held_member
from server.fields.tables.arrays import Arrays
from server.fields.tables.line_items import find_items, item_value
from server.fields.tables.reading import Printed, read_row, refuted_cells
from server.fields.tables.slips.goods import find_slip_items, names_items
from server.fields.tables.wanted import Wanted, row_shape, wanted_of
from server.fields.words.label_table import meanings
from server.fields.words.query import make_query, words_of
from server.fields.words.table_titles import ANY, kinds_of
from server.values.chat import JSON
from server.values.paths import member_path

_MAX_STRINGS = 50

Record = Mapping[str, Printed]


class ArrayFiller:
    """Fills the arrays of one schema; `notes` says what was left out."""

    def __init__(self, values: Conversion, own_labels: Sequence[str]) -> None:
        self.values = values
        self.view = values.search.view
        self.arrays = Arrays(self.view, values.schema.shape, own_labels)
        self._notes = ArrayNotes(self.arrays)
        self.plain = PlainArrays(values, self.arrays, self._notes)

    @property
    def notes(self) -> Sequence[str]:
        """What was left out, in sentences."""
        return self._notes.texts

    def refuse(self, place: Place, count: int, keyword: str) -> None:
        """Say that the whole array at `place` is left out, as it does not satisfy its `keyword`."""
        self._notes.left_out(place, count, f"the whole does not satisfy its `{keyword}`")

    def unclear(self, place: Place) -> None:
        """Say that the boxes of the pages leave open what is in the list at `place`."""
        self._notes.unclear(place)

    def fill(self, shape: Shape, place: Place) -> Filled:
        """The array `shape`: its rows or its strings."""
        inner = shape.items
        if inner is None or inner.recursive:
            return Filled([])
        row = row_shape(inner)
        if "object" in row.kinds and cells_member(row) is None:
            return self._rows(shape, row, place)
        if "object" in row.kinds or "array" in inner.kinds:
            made = self.plain.grid(shape, row, place)
        else:
            made = self._strings(shape, inner, place)
        if not made:
            self._notes.unmatched(place)
        return Filled(made)

    def _rows(self, shape: Shape, row: Shape, place: Place) -> Filled:
        made: list[JSON] = []
        missing: list[str] = []
        wanted = wanted_of(row)
        records = self._records(shape, wanted)
        carried: dict[str, Printed] = {}
        bare = 0
        for record in islice(records, most_rows(shape)):
            path = f"{place.path}[{len(made)}]"
            value, lacking = self._object(row, path, "", {**_dates_due(row, wanted, carried, record), **record})
            carried.update({key: printed for key, printed in record.items() if _is_date(wanted[key])})
            if is_bare(value):
                self.values.forget(path)
                bare += any(printed.text for printed in record.values())
                continue
            made.append(value)
            missing += lacking
        left = sum(1 for _ in records)
        self._notes.left_out(place, left, f"an array of this schema holds {len(made)}")
        self._notes.left_out(place, bare, "nothing that is printed there is of the type that is asked for")
        self._notes.astray(place, sum(match.table.astray for match, _ in self.arrays.answer(shape).parts))
        self._notes.refutations(place)
        if not made:
            self._notes.unmatched(place, self.arrays.refused(shape))
        return Filled(made, not missing, tuple(missing))

    def _records(self, shape: Shape, wanted: Mapping[str, Wanted]) -> Iterator[Record]:
        """The print of each row by property: of a table, or of a slip whose goods stand under no heads."""
        answer = self.arrays.answer(shape)
        if answer.parts:
            for match, row in answer.rows:
                self._notes.refuted += refuted_cells(row, match)
                yield read_row(row, match, wanted, self.view.style)
            return
        if self.arrays.unmatched() or self.arrays.prints(shape):
            return  # the rows of a table that has other columns, or is that of another array
        if not self.arrays.alone and kinds_of(words_of(shape.name)) - {ANY}:
            return  # a slip has goods alone
        queries = {path: one.query for path, one in wanted.items()}
        for item in find_slip_items(self.view, shape, queries):
            texts = {path: text for path, query in queries.items() if (text := item_value(item, query))}
            yield {path: Printed(text, tuple(item.lines)) for path, text in texts.items()}

    def _object(self, shape: Shape, path: str, key: str, record: Record) -> tuple[dict[str, JSON], list[str]]:
        """An object of a row: the row itself, one within it, or one that wraps a value."""
        made: dict[str, JSON] = {}
        lacking: list[str] = []
        held = held_member(shape) if key else None
        for name, part in shape.properties.items():
            here, known = member_path(path, name), f"{key}.{name}" if key else name
            absent: list[str] = []
            if held is not None and name != held:
                value = self._aside(name, part, here, record.get(f"{key}.{held}"))
            else:
                value, absent = self._member(part, here, known, record)
            if value is not None or part.nullable:
                made[name] = value
            elif "array" in part.kinds and self.values.schema.accepts([], part):
                made[name] = []
            elif name in shape.required:
                lacking += absent or [here]
        return made, lacking

    def _member(self, part: Shape, path: str, key: str, record: Record) -> tuple[JSON, list[str]]:
        option = row_shape(part)
        if "object" in option.kinds and not option.recursive:
            made, lacking = self._object(option, path, key, record)
            whole = not lacking and not is_bare(made) and self.values.schema.accepts(made, part)
            return (made, []) if whole else (None, lacking)
        printed = record.get(key)
        value = self.values.first(printed.text, part) if printed is not None and printed.text else None
        if value is None and printed is not None:
            value = self.values.day_of_row(printed.text, part)
        if printed is not None and value is not None:
            candidate = Candidate(printed.text, printed.lines, FROM_TABLE, printed.checked)
            self.values.note(path, candidate, value, table=True)
        return value, []

    def _aside(self, name: str, part: Shape, path: str, printed: Printed | None) -> JSON:
        """What a wrapper says beside its value: how sure it is, its currency."""
        if name in CONFIDENCE_NAMES:
            score = FROM_TABLE if printed is not None else 0.0
            return score if self.values.schema.accepts(score, part) else None
        if printed is None:
            return None
        signs = (currency_of(text) for text in (*(line.text for line in printed.lines), printed.head))
        sign = next(filter(None, signs), None)
        value = self.values.first(sign, part) if sign else None
        if value is not None:
            self.values.note(path, Candidate(sign or "", printed.lines, FROM_TABLE), value, table=True)
        return value

    def _strings(self, shape: Shape, inner: Shape, place: Place) -> list[JSON]:
        """Several values of one meaning: a column, names of goods, or every value that the label has."""
        column = self.plain.listed(shape, inner, place)
        if column is not None:
            return column
        if names_items(words_of(inner.name)):
            printed = [item.values.get("description", "") for item in find_items(self.view)]
        else:
            printed = list(self._labelled(inner, place))
        values: list[JSON] = []
        for text in printed[:_MAX_STRINGS]:
            value = self.values.first(text, inner)
            if value is not None and value not in values:
                values.append(value)
        return values

    def _labelled(self, inner: Shape, place: Place) -> Iterator[str]:
        several = make_query(inner.name, inner.title, inner.description, place.party)
        one = make_query(inner.name.removesuffix("s"), inner.title, inner.description, place.party)
        english = any(code == "en" for label in one.own for code, _ in meanings().get(label, ()))  # `tags` are no days
        query = several if several.concept or not english else one
        query = replace(query, own=tuple(dict.fromkeys((*several.own, *one.own))))
        kind = query.concept.kind if query.concept else "text"
        for candidate in self.values.search.candidates(query, kind):
            yield from _split_list(candidate.text, kind)


def _is_date(wanted: Wanted) -> bool:
    return wanted.is_date or (wanted.query.concept is not None and wanted.query.concept.kind == "date")


def _dates_due(row: Shape, wanted: Mapping[str, Wanted], carried: Record, record: Record) -> Record:
    """The date of the row above, where a page prints it once a day and the schema lets no row go without."""
    return {
        key: printed
        for key, printed in carried.items()
        if key not in record and key in row.required and not wanted[key].shape.nullable
    }


def _split_list(text: str, kind: str) -> list[str]:
    if kind != "text":
        return [text]
    for sign in ("、", "；", ";", "，", ","):
        text = text.replace(sign, "\n")
    return [part.strip() for part in text.split("\n") if part.strip()]
