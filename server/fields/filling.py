"""Fills the shapes of a schema with search results; values that violate the schema are rejected."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from server.fields.candidates import FieldSearch
from server.fields.checks.contradictions import contradiction
from server.fields.conversion import Conversion
from server.fields.marks.answers import Answer, MarkAnswers
from server.fields.marks.choices import choice_on_page
from server.fields.marks.offered import is_offered
from server.fields.places import Filled, Place, is_bare
from server.fields.print.dates import Era
from server.fields.print.folding import fold
from server.fields.print.number_edges import goes_on
from server.fields.print.numbers import currency_of, find_numbers
from server.fields.print.page_view import Candidate
from server.fields.print.parsing import counts_of
from server.fields.print.units import units_at
from server.fields.print.word_lists import FORMAT_NAMES
from server.fields.rows import ArrayFiller
from server.fields.schema.shapes import CompiledSchema, Shape
from server.fields.schema.wrappers import CONFIDENCE_NAMES, held_member
from server.fields.words.query import Query, party_of, words_of
from server.fields.words.roles import query_of
from server.values.chat import JSON
from server.values.lines import FieldEvidence

# Dates that lie behind us and dates that lie ahead, for years of two digits.
_ERAS: Final[Mapping[str, Era]] = {
    "birth": "past", "founded": "past", "date": "past", "datetime": "past", "expiry": "future", "due_date": "future",
}  # fmt: skip
_SEARCHED: Final[Mapping[str | None, str]] = {
    "date": "date", "date-time": "datetime", "time": "time", "duration": "text", "email": "email",
}  # fmt: skip
_LOCAL: Final = "moments are given in the page's own time: no zone is printed"
_SUMS: Final = frozenset({"subtotal", "tax", "total", "amount_due"})


class Filler:
    """Fills shapes from one search, and remembers where each value was read."""

    def __init__(self, search: FieldSearch, schema: CompiledSchema, own_labels: Sequence[str] = ()) -> None:
        self.search = search
        self.schema = schema
        self.values = Conversion(search, schema)
        self.arrays = ArrayFiller(self.values, own_labels)
        self.marks = MarkAnswers(search.index)
        self.refused: dict[str, str] = {}

    @property
    def evidence(self) -> Mapping[str, FieldEvidence]:
        """Where each value was read, by its path."""
        return self.values.evidence

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out of the answer, and which printed sums contradict each other, in plain English."""
        asked = _SUMS & self.search.asked
        said = contradiction(self.search.sums, self.search.layout.proofs) if asked else None
        local = _LOCAL if self.values.has_local_time else None
        return tuple(dict.fromkeys((*self.arrays.notes, *filter(None, (said, local)))))

    def fill_root(self, shape: Shape) -> Filled:
        """The whole object."""
        results = [
            self._object(option, Place("")) for option in shape.alternatives or (shape,) if "object" in option.kinds
        ]
        return next((result for result in results if result.there), results[0])

    def fill(self, shape: Shape, place: Place) -> Filled:
        """The value for `shape`; null where it may be and nothing shows."""
        filled = self._recursive(shape, place) if shape.recursive else self._any(shape, place)
        if filled.there and (filled.value is not None or shape.nullable):
            return filled
        return Filled() if shape.nullable else Filled(None, False, filled.missing or (place.path,))

    def _recursive(self, shape: Shape, place: Place) -> Filled:
        return Filled([]) if "array" in shape.kinds else Filled(None, False, (place.path,))

    def _any(self, shape: Shape, place: Place) -> Filled:
        """Try the alternatives, or the kinds, in the caller's order."""
        missing: tuple[str, ...] = ()
        for option in shape.alternatives or (shape,):
            for kind in option.kinds:
                filled = self._kind(kind, option, place)
                empty = filled.value is None or (filled.value == [] and shape.nullable)
                if filled.there and not empty and self.schema.accepts(filled.value, shape):
                    return filled
                if filled.there and isinstance(filled.value, list) and filled.value:
                    self.arrays.refuse(place, len(filled.value), self.schema.failed_keyword(filled.value, shape))
                missing = missing or filled.missing
        return Filled(None, False, missing)

    def _kind(self, kind: str, shape: Shape, place: Place) -> Filled:
        if kind == "object":
            if shape.choices is not None or not shape.properties:
                return Filled({}) if shape.choices is None else Filled(None, False)
            party = party_of(words_of(shape.name))[0] or place.party
            filled = self._object(shape, replace(place, party=party))
            return filled if not (shape.nullable and is_bare(filled.value)) else Filled()
        if kind == "array" and shape.positions:
            return self._tuple(shape, place)
        if kind == "array":
            return self._ticked_list(shape, place) or self.arrays.fill(shape, place)
        return self._leaf(kind, shape, place)

    def _object(self, shape: Shape, place: Place) -> Filled:
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

    def _tuple(self, shape: Shape, place: Place) -> Filled:
        """The values of a tuple, each by the title or description of its position: without one it is not known."""
        made: list[JSON] = []
        missing: list[str] = []
        for number, part in enumerate(shape.positions):
            path = f"{place.path}[{number}]"
            if part.title or part.description:
                named = replace(part, name=part.title or part.description)
                filled = self.fill(named, Place(path, place.party, named.name, place.name))
            else:
                filled = Filled(None, part.nullable, () if part.nullable else (path,))
            made.append(filled.value)
            missing += () if filled.there else filled.missing
        return Filled(made, not missing, tuple(missing))

    def _aside(self, name: str, part: Shape, place: Place, value_path: str) -> Filled:
        """What a wrapper says beside its value: how sure it is, its currency."""
        found = self.values.evidence.get(value_path)
        if name in CONFIDENCE_NAMES:
            score = found.score if found else 0.0
            return Filled(score) if self.schema.accepts(score, part) else Filled(None, part.nullable)
        if found is not None and (sign := next(filter(None, (currency_of(line.text) for line in found.lines)), None)):
            for kind in part.kinds:
                value = self.values.convert(sign, kind, part)
                if value is not None and self.schema.accepts(value, part):
                    self.values.evidence[place.path] = found
                    return Filled(value)
        return self.fill(part, place)

    def _leaf(self, kind: str, shape: Shape, place: Place) -> Filled:
        if shape.choices is not None and len(shape.choices) == 1 and shape.name.lower() in FORMAT_NAMES:
            return Filled(shape.choices[0])
        query = _query(shape, place)
        if (ticked := self._ticked(kind, shape, query)) is not None:
            return self._keep_ticked(ticked, shape, place)
        if (printed := self._printed(kind, shape, place, query)) is not None:
            return printed
        if shape.choices is not None:
            return self._choice(shape, place)
        if kind == "string" and shape.format is None and query.concept is not None and query.concept.kind == "date":
            for candidate in self.search.dates_of_unknown_form(query):
                if self.schema.accepts(candidate.text, shape):
                    self.values.note(place.path, candidate, candidate.text)
                    return Filled(candidate.text)
        return Filled(None, False)

    def _printed(self, kind: str, shape: Shape, place: Place, query: Query) -> Filled | None:
        """The first value beside a label that the schema accepts; not there where words only offer a choice."""
        for candidate in self.search.candidates(query, _search_kind(kind, shape, query)):
            era = _ERAS.get(query.concept.key if query.concept else "")
            value = self.values.convert(candidate.text, kind, shape, era)
            if kind == "string" and shape.format is None and self._fails_pattern(value, shape):
                value = self.values.in_other_form(candidate.text, shape, era) or value
            refused = self._is_refused(place.path, candidate, value, shape)
            if value is None or refused or (kind in ("number", "integer") and _is_part(candidate)):
                continue
            if shape.choices is not None and is_offered(candidate.lines, value, self.search.view, shape.choices):
                return Filled(None, False)
            if not contradicts_unit(candidate, query):
                self.values.note(place.path, candidate, value)
                return Filled(value)
        return None

    def _ticked(self, kind: str, shape: Shape, query: Query) -> Answer | None:
        """What the boxes of the pages say about a property; None where no box is about it."""
        if kind == "boolean":
            return self.marks.of_boolean(query) or self.marks.of_signature(words_of(shape.name))
        return self.marks.of_choice(query, shape.choices) if kind == "string" and shape.format is None else None

    def _keep_ticked(self, ticked: Answer, shape: Shape, place: Place) -> Filled:
        if ticked.value is not None and not self.schema.accepts(ticked.value, shape):
            return Filled(None, False)
        if ticked.evidence:
            self.values.evidence[place.path] = ticked.evidence[0]
        return Filled(ticked.value, ticked.value is not None)

    def _ticked_list(self, shape: Shape, place: Place) -> Filled | None:
        """The words of the boxes that are ticked, for a list of texts; None where no box is about it."""
        inner = shape.items
        if inner is None or "string" not in inner.kinds or inner.recursive:
            return None
        ticked = self.marks.of_list(_query(shape, place), inner.choices)
        if ticked is None:
            return None
        if not isinstance(ticked.value, list):
            self.arrays.unclear(place)
            return Filled(None, shape.nullable) if shape.nullable else Filled([])
        if keyword := self.schema.failed_keyword(ticked.value, shape):
            self.arrays.refuse(place, len(ticked.value), keyword)
            return Filled(None, shape.nullable) if shape.nullable else Filled([])
        for number, evidence in enumerate(ticked.evidence):
            self.values.evidence[f"{place.path}[{number}]"] = evidence
        return Filled(ticked.value)

    def _is_refused(self, path: str, candidate: Candidate, value: JSON, shape: Shape) -> bool:
        """Whether what is printed for a place does not satisfy its schema; its keyword is kept for the caller.

        Of print that is no value at all only an enum is said to refuse it.
        """
        if value is None and shape.choices is None:
            return True
        keyword = self.schema.failed_keyword(candidate.text if value is None else value, shape)
        if keyword and (value is not None or keyword in ("enum", "const")):
            text = f"`{path}` is printed as `{candidate.text}`, which does not satisfy its `{keyword}`"
            self.refused.setdefault(path, text)
        return bool(keyword)

    def _fails_pattern(self, value: JSON, shape: Shape) -> bool:
        return value is not None and self.schema.failed_keyword(value, shape) == "pattern"

    def _choice(self, shape: Shape, place: Place) -> Filled:
        cells = list(self.search.view.cells)
        shown = choice_on_page([cell.text for cell in cells], shape.choices or ())
        if shown is None or not self.schema.accepts(shown[0], shape):
            return Filled(None, False)
        self.values.note(place.path, Candidate(cells[shown[1]].text, (cells[shown[1]].line,), 0.4), shown[0])
        return Filled(shown[0])


def _query(shape: Shape, place: Place) -> Query:
    """What a property asks for, with the words of the object it stands in where they make sense together."""
    return query_of(place.within, shape.name, shape.title, shape.description, place.party)


def contradicts_unit(candidate: Candidate, query: Query) -> bool:
    """Whether the unit behind a printed number is another than the property's: `1,200 g` is no weight_kg."""
    for text, place in ((candidate.text, 0), *candidate.places()) if query.units else ():
        numbers = find_numbers(text[place:])
        units = units_at(text[place:], numbers[0].end) if numbers else None
        if units is not None:
            return not units[0] & query.units
    return False


def _is_part(candidate: Candidate) -> bool:
    """Whether the print of a number goes on, such as to the end of a range: `Seats 3 to 5`, `7+2`."""
    text, place = next(candidate.places(), ("", 0))
    if not text or counts_of(candidate.text):
        return False
    joined = any(one.join and one.start == place for one in find_numbers(text))
    return joined or goes_on(fold(text), place + len(candidate.text))


def _search_kind(kind: str, shape: Shape, query: Query) -> str:
    """What the text to look for looks like, from the JSON type, the format and the meaning."""
    if kind == "boolean":
        return "boolean"
    if shape.format in _SEARCHED:
        return _SEARCHED[shape.format]
    if kind == "string" and query.units:  # a text with its unit, such as `6am – 10pm` for opening_hours
        return "text"
    if query.concept is not None:
        return "datetime" if query.concept.key == "datetime" else query.concept.kind
    if kind == "string" and query.kind is not None:
        return query.kind
    return "amount" if kind in ("number", "integer") else "text"
