"""Decodes a machine readable zone (ICAO Doc 9303): its form, its fields, its check digits.

A recogniser's slip is put right only where the position's alphabet or a check digit proves it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import combinations
from types import MappingProxyType
from typing import Final

from server.fields.identity.mrz_forms import FORMS, Form, Span
from server.fields.identity.states import is_state

_TO_DIGIT: Final = str.maketrans("OQDUILZSGBTA", "000011256874")
_TO_LETTER: Final = str.maketrans("0125678", "OIZSGTB")
# What recognisers take for one another, both ways.
_ALIKE: Final = MappingProxyType(
    {
        "O": "0QD", "0": "OQD", "Q": "0O", "D": "0O", "I": "1L", "1": "IL", "L": "1I", "S": "5", "5": "S", "B": "8",
        "8": "B", "Z": "2", "2": "Z", "G": "6", "6": "G", "T": "7", "7": "T", "A": "4", "4": "A",
    }
)  # fmt: skip
_WEIGHTS: Final = (7, 3, 1)
_MAX_SLIPS = 2
_MAX_RUNS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A decoded zone. `values` are its fields without fillers, dates in ISO form; absent ones are missing.

    `proved` names the fields whose check digit holds. `rows` are the lines as decoded.
    """

    form: str
    rows: tuple[str, ...]
    values: Mapping[str, str]
    proved: frozenset[str]


def check_digit(text: str) -> str:
    """The check digit of `text`: weights 7, 3, 1; a filler is 0, A is 10 (Doc 9303-3, section 4.9)."""
    values = (0 if char == "<" else int(char, 36) for char in text)
    return str(sum(value * _WEIGHTS[place % 3] for place, value in enumerate(values)) % 10)


def decode(rows: Sequence[str]) -> Zone | None:
    """The zone in `rows`, the recognised lines in capitals without blanks; None where no form's checks hold."""
    best: Zone | None = None
    for form in FORMS:
        if len(rows) != form.lines or rows[0][:1] not in form.first or not _near(rows, form):
            continue
        for lines in _fitted(rows, form):
            zone = _read(_by_alphabet(lines, form), form)
            if zone is not None and (best is None or len(zone.proved) > len(best.proved)):
                best = zone
    return best


def _near(rows: Sequence[str], form: Form) -> bool:
    """Whether the rows may have this form's width: fillers are lost or doubled, letters are not."""
    return all(len(row.replace("<", "")) <= form.width for row in rows) and any(
        abs(len(row) - form.width) <= 4 for row in rows
    )


def _fitted(rows: Sequence[str], form: Form) -> Iterator[tuple[str, ...]]:
    """The rows with as many fillers as the form has, wherever a recogniser may have lost or added some."""
    options = [
        [_padded(row, form.width)] if number == form.names[0] else list(_stretched(row, form.width))
        for number, row in enumerate(rows)
    ]
    others = [option for number, option in enumerate(options) if number != form.names[0]]
    fewest = min(len(option) for option in others)
    if fewest == 0:
        return
    for first in options[0]:
        for second in options[1]:
            yield (first, second, *(option[0] for option in options[2:]))


def _padded(row: str, width: int) -> str:
    return row.rstrip("<").ljust(width, "<")[:width]


def _stretched(row: str, width: int) -> Iterator[str]:
    """`row` at the right width: fillers are added to, or taken from, one of its runs of fillers."""
    lacking = width - len(row)
    if lacking == 0:
        yield row
        return
    runs = [place for place, char in enumerate(row) if char == "<" and row[place - 1 : place] != "<"]
    for place in runs[:_MAX_RUNS]:
        end = place + len(row[place:]) - len(row[place:].lstrip("<"))
        if end - place + lacking > 0:
            yield row[:place] + "<" * (end - place + lacking) + row[end:]
    if lacking > 0:
        yield row.ljust(width, "<")


def _by_alphabet(rows: tuple[str, ...], form: Form) -> tuple[str, ...]:
    """The rows with letters in place of digits, and digits in place of letters, where only the other may stand."""
    made = list(rows)
    _translate(made, form.names, _TO_LETTER)
    for name, span in form.spans.items():
        if name in ("state", "nationality", "sex"):
            _translate(made, span, _TO_LETTER)
        elif name in ("birth", "expiry"):
            _translate(made, (span[0], span[1], span[2] + 1), _TO_DIGIT)
        if name == "number" and made[span[0]][span[2]] != "<":
            _translate(made, (span[0], span[2], span[2] + 1), _TO_DIGIT)
    if form.composite_at:
        _translate(made, form.composite_at, _TO_DIGIT)
    return tuple(made)


def _translate(rows: list[str], span: Span, table: Mapping[int, int | str | None]) -> None:
    line, start, end = span
    row = rows[line]
    rows[line] = row[:start] + row[start:end].translate(table) + row[end:]


def _read(rows: tuple[str, ...], form: Form) -> Zone | None:
    """The fields of rows that have the right width; None where too few check digits hold to call it a zone."""
    rows, proved = _proved(rows, form)
    if len(proved & {"number", "birth", "expiry"}) < 2:
        return None
    raw = {name: _cut(rows, span) for name, span in form.spans.items()}
    values = {name: text.strip("<").replace("<", " ") for name, text in raw.items() if text.strip("<")}
    values |= _long_number(rows, form, proved)
    values |= _names(_cut(rows, form.names))
    values = {name: text for name, text in values.items() if name not in ("birth", "expiry")} | _dates(raw, proved)
    if values.get("sex") not in ("M", "F", "X"):
        values.pop("sex", None)
    for name in ("state", "nationality"):
        if not is_state(values.get(name, "")):
            values.pop(name, None)
    if "number" not in proved:
        values.pop("number", None)
    return Zone(form=form.name, rows=rows, values=MappingProxyType(values), proved=proved)


def _cut(rows: Sequence[str], span: Span) -> str:
    return rows[span[0]][span[1] : span[2]]


def _proved(rows: tuple[str, ...], form: Form) -> tuple[tuple[str, ...], frozenset[str]]:
    """The rows, a number put right where its check digit and the composite one both say so; the fields that hold."""
    proved = {name for name in form.checked if _holds(rows, form.spans[name])}
    if "number" not in proved and (longer := _long_number(rows, form, frozenset(("number",)))):
        proved |= set(longer)
    if "number" not in proved and proved >= {"birth", "expiry"}:
        mended = [option for option in _mended(rows, form) if _whole(option, form)]
        if len(mended) == 1:
            return mended[0], frozenset(proved | {"number"})
    return rows, frozenset(proved)


def _holds(rows: Sequence[str], span: Span) -> bool:
    text, digit = _cut(rows, span), rows[span[0]][span[2]]
    return check_digit(text) == (digit if digit != "<" or text.strip("<") else "0")


def _whole(rows: Sequence[str], form: Form) -> bool:
    """Whether the composite check digit holds; a visa has none."""
    if form.composite_at is None:
        return False
    return check_digit("".join(_cut(rows, span) for span in form.composite)) == _cut(rows, form.composite_at)


def _mended(rows: tuple[str, ...], form: Form) -> Iterator[tuple[str, ...]]:
    """The rows with one or two characters of the number replaced by such as look alike, so that its check holds."""
    line, start, end = span = form.spans["number"]
    row = rows[line]
    places = [place for place in range(start, end) if row[place] in _ALIKE]
    for count in range(1, _MAX_SLIPS + 1):
        found = []
        for chosen in combinations(places, count):
            for text in _replaced(row, chosen):
                made = (*rows[:line], text, *rows[line + 1 :])
                if _holds(made, span):
                    found.append(made)
        if found:
            yield from found
            return


def _replaced(row: str, places: Sequence[int]) -> Iterator[str]:
    if not places:
        yield row
        return
    for char in _ALIKE[row[places[0]]]:
        yield from _replaced(row[: places[0]] + char + row[places[0] + 1 :], places[1:])


def _long_number(rows: Sequence[str], form: Form, proved: frozenset[str]) -> dict[str, str]:
    """A number of more than nine characters goes on in the optional data of a card (Doc 9303-5, note j)."""
    line, start, end = form.spans["number"]
    if form.name not in ("TD1", "TD2") or "number" not in proved or rows[line][end] != "<":
        return {}
    tail = _cut(rows, form.spans["optional"]).partition("<")[0]
    number = rows[line][start:end] + tail[:-1]
    return {"number": number} if len(tail) > 1 and check_digit(number) == tail[-1] else {}


def _names(text: str) -> dict[str, str]:
    """Surname and given names, which two fillers part; single fillers stand for blanks, hyphens and apostrophes."""
    surname, _, behind = text.partition("<<")
    given = behind.lstrip("<").partition("<<")[0]  # what stands behind more fillers is a misread filler
    parts = {"surname": surname.replace("<", " ").strip(), "given": given.replace("<", " ").strip()}
    return {name: part for name, part in parts.items() if part and part.replace(" ", "").isalpha()}


def _dates(raw: Mapping[str, str], proved: frozenset[str]) -> dict[str, str]:
    """The dates whose check digit holds: a birth lies behind us, an expiry neither 50 years ahead nor long behind."""
    today = datetime.now(UTC).date()
    dates: dict[str, str] = {}
    if "birth" in proved and (born := _dated(raw["birth"], today.year)):
        dates["birth"] = (born if born <= today else born.replace(year=born.year - 100)).isoformat()
    if "expiry" in proved and (expires := _dated(raw["expiry"], today.year + 50)):
        dates["expiry"] = expires.isoformat()
    return dates


def _dated(text: str, last_year: int) -> date | None:
    """YYMMDD as a date in the hundred years up to `last_year`; None where day or month is not given."""
    if not text.isdigit():
        return None
    year = last_year - (last_year - int(text[:2])) % 100
    try:
        return date(year, int(text[2:4]), int(text[4:6]))
    except ValueError:
        return None
