"""Fills the shapes of a schema with search results; values that violate the schema are rejected."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from server.fields.candidates import FieldSearch
from server.fields.print.currencies import codes_of
from server.fields.print.dates import Era
from server.fields.print.numbers import currency_of
from server.fields.print.page_view import Candidate
from server.fields.print.parsing import as_boolean, as_choice, as_date, as_number, choice_on_page
from server.fields.print.word_lists import FORMAT_NAMES
from server.fields.schema.shapes import CompiledSchema, Shape
from server.fields.schema.wrappers import CONFIDENCE_NAMES, held_member
from server.fields.tables.line_items import Item, find_items, item_value
from server.fields.tables.rows import find_rows, names_items
from server.fields.words.label_table import Party
from server.fields.words.query import Query, make_query, make_query_within, party_of, words_of
from server.values.chat import JSON
from server.values.lines import FieldEvidence
from server.values.paths import member_path

_MAX_STRINGS = 50
_ISO_CURRENCY = re.compile(r"(?i)currency[_ ]?code|iso[ _-]?4217")
# Dates that lie behind us and dates that lie ahead, for years of two digits.
_ERAS: Final[Mapping[str, Era]] = {
    "birth": "past", "founded": "past", "date": "past", "datetime": "past", "expiry": "future", "due_date": "future",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filled:
    """A value for one place, or `there=False` with the paths that are missing."""

    value: JSON = None
    there: bool = True
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the answer a value goes, in whose part of the page it is looked for, and what object is around it."""

    path: str
    party: Party | None = None
    name: str = ""
    within: str = ""

    def child(self, name: str) -> "_Place":
        return _Place(member_path(self.path, name), self.party, name, self.name)


class Filler:
    """Fills shapes from one search, and remembers where each value was read."""

    def __init__(self, search: FieldSearch, schema: CompiledSchema) -> None:
        self.search = search
        self.schema = schema
        self.evidence: dict[str, FieldEvidence] = {}

    def fill_root(self, shape: Shape) -> Filled:
        """The whole object."""
        results = [
            self._object(option, _Place("")) for option in shape.alternatives or (shape,) if "object" in option.kinds
        ]
        return next((result for result in results if result.there), results[0])

    def fill(self, shape: Shape, place: _Place) -> Filled:
        """The value for `shape`; null where it may be and nothing shows."""
        filled = self._recursive(shape, place) if shape.recursive else self._any(shape, place)
        if filled.there and (filled.value is not None or shape.nullable):
            return filled
        return Filled() if shape.nullable else Filled(None, False, filled.missing or (place.path,))

    def _recursive(self, shape: Shape, place: _Place) -> Filled:
        return Filled([]) if "array" in shape.kinds else Filled(None, False, (place.path,))

    def _any(self, shape: Shape, place: _Place) -> Filled:
        """Try the alternatives, or the kinds, in the caller's order."""
        missing: tuple[str, ...] = ()
        for option in shape.alternatives or (shape,):
            for kind in option.kinds:
                filled = self._kind(kind, option, place)
                empty = filled.value is None or (filled.value == [] and shape.nullable)
                if filled.there and not empty and self.schema.accepts(filled.value, shape):
                    return filled
                missing = missing or filled.missing
        return Filled(None, False, missing)

    def _kind(self, kind: str, shape: Shape, place: _Place) -> Filled:
        if kind == "object":
            if shape.choices is not None or not shape.properties:
                return Filled({}) if shape.choices is None else Filled(None, False)
            party = party_of(words_of(shape.name))[0] or place.party
            filled = self._object(shape, replace(place, party=party))
            return filled if not (shape.nullable and _is_bare(filled.value)) else Filled()
        if kind == "array":
            return self._array(shape, place)
        return self._leaf(kind, shape, place)

    def _object(self, shape: Shape, place: _Place) -> Filled:
        made: dict[str, JSON] = {}
        missing: list[str] = []
        held = held_member(shape)
        for name, part in shape.properties.items():
            if held is None:
                filled = self.fill(part, place.child(name))
            elif name == held:  # it goes by the name of the object that wraps it
                named = replace(part, name=shape.name, title=shape.title, description=shape.description)
                filled = self.fill(named, place.child(name))
            else:
                filled = self._aside(name, part, place.child(name), place.child(held).path)
            if filled.there:
                made[name] = filled.value
            elif name in shape.required:
                missing += filled.missing
        missing += [place.child(name).path for name in shape.required if name not in shape.properties]
        return Filled(made, not missing, tuple(missing))

    def _aside(self, name: str, part: Shape, place: _Place, value_path: str) -> Filled:
        """What a wrapper says beside its value: how sure it is, its currency."""
        found = self.evidence.get(value_path)
        if name in CONFIDENCE_NAMES:
            score = found.score if found else 0.0
            return Filled(score) if self.schema.accepts(score, part) else Filled(None, part.nullable)
        if found is not None and (sign := next(filter(None, (currency_of(line.text) for line in found.lines)), None)):
            for kind in part.kinds:
                value = self._convert(sign, kind, part)
                if value is not None and self.schema.accepts(value, part):
                    self.evidence[place.path] = found
                    return Filled(value)
        return self.fill(part, place)

    def _leaf(self, kind: str, shape: Shape, place: _Place) -> Filled:
        if shape.choices is not None and len(shape.choices) == 1 and shape.name.lower() in FORMAT_NAMES:
            return Filled(shape.choices[0])
        query = _query(shape, place)
        for candidate in self.search.candidates(query, _search_kind(kind, shape, query)):
            value = self._convert(candidate.text, kind, shape, _ERAS.get(query.concept.key if query.concept else ""))
            if value is not None and self.schema.accepts(value, shape):
                self._note(place.path, candidate)
                return Filled(value)
        if shape.choices is not None:
            return self._choice(shape, place)
        return Filled(None, False)

    def _choice(self, shape: Shape, place: _Place) -> Filled:
        cells = list(self.search.view.cells)
        shown = choice_on_page([cell.text for cell in cells], shape.choices or ())
        if shown is None or not self.schema.accepts(shown[0], shape):
            return Filled(None, False)
        self._note(place.path, Candidate(cells[shown[1]].text, (cells[shown[1]].line,), 0.4))
        return Filled(shown[0])

    def _convert(self, printed: str, kind: str, shape: Shape, era: Era | None = None) -> JSON:
        """Print as a value of JSON type `kind`, or None where it is none."""
        if shape.choices is not None:
            return as_choice(printed, shape.choices)
        if kind == "string":
            if shape.format == "date":
                return as_date(printed, month_first=self.search.month_first, era=era)
            if _ISO_CURRENCY.search(f"{shape.name} {shape.title} {shape.description}"):
                codes = codes_of(printed)  # a sign that several countries share leaves it open
                return codes[0] if len(codes) == 1 else None
            return printed.strip() or None
        if kind in ("number", "integer"):
            return as_number(printed, whole=kind == "integer", style=self.search.view.style)
        return as_boolean(printed) if kind == "boolean" else None

    def _note(self, path: str, candidate: Candidate) -> None:
        page = self.search.pages.get(id(candidate.lines[0]), 0) if candidate.lines else 0
        self.evidence[path] = FieldEvidence(page=page, lines=candidate.lines, score=round(candidate.score, 3))

    def _array(self, shape: Shape, place: _Place) -> Filled:
        inner = shape.items
        if inner is None or inner.recursive:
            return Filled([])
        if "object" in inner.kinds:
            return self._rows(shape, inner, place)
        return Filled(self._strings(inner, place))

    def _rows(self, shape: Shape, inner: Shape, place: _Place) -> Filled:
        """Objects from the rows of a table."""
        option = next((o for o in inner.alternatives or (inner,) if "object" in o.kinds), inner)
        queries = {name: _query(part, _Place(name)) for name, part in option.properties.items()}
        made: list[JSON] = []
        missing: list[str] = []
        for item in find_rows(self.search.view, shape, queries)[: shape.max_rows]:
            path = f"{place.path}[{len(made)}]"
            row, lacking = self._row(option, queries, item, path)
            if _is_bare(row):
                continue
            made.append(row)
            missing += lacking
        return Filled(made, not missing, tuple(missing))

    def _row(
        self, shape: Shape, queries: Mapping[str, Query], item: Item, path: str
    ) -> tuple[dict[str, JSON], list[str]]:
        row: dict[str, JSON] = {}
        lacking: list[str] = []
        for name, part in shape.properties.items():
            printed = item_value(item, queries[name])
            values = (self._convert(printed, kind, part) for kind in part.kinds) if printed else iter(())
            value = next((v for v in values if v is not None and self.schema.accepts(v, part)), None)
            if value is not None:
                self._note(member_path(path, name), Candidate(printed or "", tuple(item.lines), 0.6))
                row[name] = value
            elif part.nullable:
                row[name] = None
            elif "array" in part.kinds and self.schema.accepts([], part):
                row[name] = []
            elif name in shape.required:
                lacking.append(member_path(path, name))
        return row, lacking

    def _strings(self, inner: Shape, place: _Place) -> list[JSON]:
        """Several values of one meaning: names of goods, or every value that the label has."""
        if names_items(words_of(inner.name)):
            printed = [item.values.get("description", "") for item in find_items(self.search.view)]
        else:
            name = inner.name.removesuffix("s") if inner.name.isascii() else inner.name
            several = make_query(inner.name, inner.title, inner.description, place.party)
            query = several if several.concept else make_query(name, inner.title, inner.description, place.party)
            query = replace(query, own=tuple(dict.fromkeys((*several.own, *query.own))))
            kinds = query.concept.kind if query.concept else "text"
            found = list(self.search.candidates(query, kinds))
            printed = [part for candidate in found for part in _split_list(candidate.text, kinds)]
        values: list[JSON] = []
        for text in printed[:_MAX_STRINGS]:
            value = next((v for kind in inner.kinds if (v := self._convert(text, kind, inner)) is not None), None)
            if value is not None and value not in values and self.schema.accepts(value, inner):
                values.append(value)
        return values


def _split_list(text: str, kind: str) -> list[str]:
    if kind != "text":
        return [text]
    for sign in ("、", "；", ";", "，", ","):
        text = text.replace(sign, "\n")
    return [part.strip() for part in text.split("\n") if part.strip()]


def _query(shape: Shape, place: _Place) -> Query:
    """What a property asks for, with the words of the object it stands in where they make sense together."""
    query = make_query(shape.name, shape.title, shape.description, place.party)
    return make_query_within(place.within, query, shape.name)


def _search_kind(kind: str, shape: Shape, query: Query) -> str:
    """What the text to look for looks like, from the JSON type, the format and the meaning."""
    if kind == "boolean":
        return "boolean"
    if shape.format in ("date", "email"):
        return shape.format
    if query.concept is not None:
        return "datetime" if query.concept.key == "datetime" else query.concept.kind
    return "amount" if kind in ("number", "integer") else "text"


def _is_bare(value: JSON) -> bool:
    """Whether an object says nothing: every member null or empty, however deep."""
    if isinstance(value, dict):
        return all(_is_bare(member) for member in value.values())
    return value is None or value == []
