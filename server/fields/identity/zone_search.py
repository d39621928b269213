"""Finds the machine readable zone on a page and answers fields from it, beside what the page prints for people."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from rapidfuzz import fuzz

from server.fields.identity.mrz import Zone, decode
from server.fields.identity.states import state_name, state_names, two_letters
from server.fields.print.dates import find_dates
from server.fields.print.folding import compact, fold, is_cjk, unaccented
from server.fields.print.page_view import Candidate, PageView
from server.fields.words.query import Query, known_labels
from server.values.lines import Line

CHECKED: Final = "MRZ check digits"
_FILLERS: Final = str.maketrans({"«": "<<", "《": "<<", "‹": "<", "〈": "<", "く": "<", "＜": "<", "≤": "<", "﹤": "<"})
_ROW = re.compile(r"[A-Z0-9<]{24,50}")
_MAX_ROWS = 40
# What a field is called in schemas, by the concept's key; and names that mean another thing elsewhere.
_BY_CONCEPT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "passport": "number", "id_number": "number", "document_number": "number", "licence": "number",
        "surname": "surname", "given_name": "given", "name": "name", "birth": "birth", "expiry": "expiry",
        "sex": "sex", "nationality": "nationality", "country": "state", "mrz": "mrz", "personal_number": "optional",
        "document_type": "kind",
    }
)  # fmt: skip
_BY_NAME: Final[Mapping[str, str]] = MappingProxyType(
    {
        "documentnumber": "number", "documentno": "number", "cardnumber": "number", "visanumber": "number",
        "documenttype": "kind", "documentcode": "kind", "personalnumber": "optional", "personalno": "optional",
        "issuingstate": "state", "issuingcountry": "state", "countryofissue": "state", "countrycode": "state",
        "issuingcountrycode": "state", "issuingstatecode": "state", "nationalitycode": "nationality",
        "nationality": "nationality", "mrz": "mrz", "machinereadablezone": "mrz", "lastname": "surname",
        "holder": "name", "holdername": "name", "surnames": "surname", "forenames": "given",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundZone:
    """A zone, the lines that it was read from, and the rows of the page that hold them.

    `names` are the surname and the given names where the page prints them for people as well: Müller for MUELLER.
    """

    zone: Zone
    lines: tuple[Line, ...]
    places: frozenset[int]
    names: Mapping[str, tuple[str, Line]]


def find_zone(view: PageView) -> FoundZone | None:
    """The first zone of the view whose check digits hold."""
    rows = [(row, text) for row in view.rows if row and (text := _zone_text(" ".join(cell.text for cell in row)))]
    for start in range(min(len(rows), _MAX_ROWS)):
        for size in (2, 3):
            part = rows[start : start + size]
            near = len(part) == size and part[-1][0][0].row - part[0][0][0].row <= size
            zone = decode([text for _, text in part]) if near and part[0][0][0].page == part[-1][0][0].page else None
            if zone is not None:
                cells = [cell for row, _ in part for cell in row]
                places = frozenset(cell.row for cell in cells)
                lines = tuple(cell.line for cell in cells)
                return FoundZone(zone=zone, lines=lines, places=places, names=_printed_names(view, zone, places))
    return None


def _printed_names(view: PageView, zone: Zone, places: frozenset[int]) -> Mapping[str, tuple[str, Line]]:
    names: dict[str, tuple[str, Line]] = {}
    for cell in view.cells:
        for name in ("surname", "given") if cell.row not in places else ():
            if name in zone.values and name not in names and _plain_name(cell.text) == _plain_name(zone.values[name]):
                names[name] = cell.text.strip(), cell.line
        own = cell.row not in places and compact(unaccented(cell.text)) in state_names(
            zone.values.get("nationality", "")
        )
        if own and "nationality" not in names:
            names["nationality"] = cell.text.strip(), cell.line
    return MappingProxyType(names)


def without_zone(view: PageView, found: FoundZone | None) -> PageView:
    """The view without the zone's lines, which are no value of a label above them."""
    return view if found is None else view.select(lambda cell: cell.row not in found.places)


def _zone_text(text: str) -> str:
    """A line of a zone in capitals without blanks; nothing for other print."""
    plain = "".join(fold(text.translate(_FILLERS)).upper().split())
    if not _ROW.fullmatch(plain) or not ("<" in plain or sum(char.isdigit() for char in plain) >= 10):
        return ""
    return plain


def settle(found: FoundZone | None, query: Query, others: Iterable[Candidate]) -> Iterator[Candidate]:
    """The candidates of `query`, given what the zone says of it: print that agrees, then the zone, none that differs.

    Only fields under a check digit overrule what is printed; a name gives way to the same name with its accents.
    """
    field = _field_of(query) if found is not None else ""
    values = list(_said(found, field, query)) if found is not None and field else []
    if not values or found is None:
        yield from others
        return
    proved = found.zone.proved
    checked = (CHECKED,) if field in proved else ()
    kept = [one for one in others if one.lines and not set(one.lines) <= set(found.lines)]
    for one in kept:
        if _agrees(field, one.text, values) or (is_cjk(one.text) and is_cjk("".join(query.own))):
            yield _marked(one, checked)
    if field in found.names:
        text, line = found.names[field]
        yield Candidate(text, (line,), 0.9)
    for text in values:
        yield _marked(Candidate(text, found.lines, 0.9), checked)


def _marked(candidate: Candidate, checked: tuple[str, ...]) -> Candidate:
    return replace(candidate, score=max(candidate.score, 0.95), checked=checked) if checked else candidate


def _field_of(query: Query) -> str:
    for name in query.own:
        if name in _BY_NAME:
            return _BY_NAME[name]
    return _BY_CONCEPT.get(query.concept.key, "") if query.concept and not query.party else ""


def _said(found: FoundZone, field: str, query: Query) -> Iterator[str]:
    """The zone's value of a field, in the forms that a schema may want, the printed one first."""
    values = found.zone.values
    if field == "mrz":
        yield "\n".join(found.zone.rows)
    elif field == "name":
        parts = [found.names.get(name, (values[name],))[0] for name in ("given", "surname") if name in values]
        yield from [" ".join(parts)] if parts else []
    elif field in ("state", "nationality") and field in values:
        code = values[field]
        forms = [code, state_name(code), two_letters(code)]
        named = any("name" in label for label in query.own)
        yield from (form for form in (reversed(forms[:2]) if named else forms) if form)
    elif field in values and (field in found.zone.proved or field not in ("number", "birth", "expiry")):
        yield values[field]


def _agrees(field: str, printed: str, values: list[str]) -> bool:
    """Whether print says the same as the zone: the same day, the same code, the same name with accents."""
    if field in ("birth", "expiry"):
        days = [(one.calendar(era="past"), one.calendar(month_first=True)) for one in find_dates(printed)]
        return any(day is not None and day.isoformat()[2:] == values[0][2:] for pair in days for day in pair)
    plain, wanted = compact(unaccented(printed)), [compact(value) for value in values]
    if field in ("number", "optional", "mrz", "kind", "sex"):
        return plain in wanted or (field == "sex" and plain[:1] == wanted[0] and len(plain) <= 8)
    if field in ("state", "nationality"):
        words = re.split(r"\s*/\s*", printed)
        labels = any(compact(word) in known_labels() for word in words)
        return not labels and not any(char.isdigit() for char in printed) and len(plain) >= 3
    return (
        bool(plain) and max(fuzz.token_sort_ratio(_plain_name(printed), _plain_name(value)) for value in values) >= 85
    )


def _plain_name(text: str) -> str:
    """A name as a zone writes it, so far as one rule can say: Müller is MUELLER, but also MULLER."""
    return " ".join(
        re.findall(r"[^\W\d_]+", unaccented(text).upper().replace("UE", "U").replace("OE", "O").replace("AE", "A"))
    )
