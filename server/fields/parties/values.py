"""Values of one party out of its part of the page: its name, its address, how to reach it."""

import re
from collections.abc import Iterator, Sequence

from server.fields.addresses.postal import (
    has_house_number,
    is_attention,
    is_contact_line,
    is_form_of_address,
    is_street_line,
    is_town_line,
)
from server.fields.addresses.spans import address_span
from server.fields.parties.blocks import Part, sender_parts
from server.fields.parties.header import has_legal_form
from server.fields.parties.honoured import HONOURS
from server.fields.parties.persons import without_title
from server.fields.print.folding import compact, join_texts, unaccented
from server.fields.print.page_view import Candidate, Cell
from server.fields.print.parsing import printed_value
from server.fields.print.word_lists import PLACE_NAMES
from server.fields.words.headings import is_title
from server.fields.words.query import known_labels

_HONOURS = re.compile(rf"\s*(?:{HONOURS}|先生|女士|敬启|台启)\s*$")
_LABELLED = re.compile(r"^([^:：]{1,24})[:：]\s*(.*)$")
# Legal forms and words that recognisers misread, where nothing else can stand.
_FORMS = (
    (re.compile(r"\bS\.\s?r\.\s?[I1|]\.?(?=\s|$)"), "S.r.l."),
    (re.compile(r"\bSp\. ?z\s?[o0O]\. ?[o0O]\.?(?=\s|$|,)"), "Sp. z o.o."),
    (re.compile(r"^[J][I1|]\.(?=\s?[A-Z])"), "Jl."),
    (re.compile(r"\bB\. ?V\.?(?=\s|$)"), "B.V."),
)
_BEGIN_FORMS = frozenset({"sp", "sdn", "pte", "pty", "pvt", "co", "gmbh", "società", "soc", "s"})  # of several words
# Words of places that no language of labels writes with an accent, as it does the names of countries.
_PLAIN_PLACES = frozenset(word for place in PLACE_NAMES for word in place.split() if len(place.split()) > 1)
_NAME_KEYS = ("company", "buyer", "ship_to", "name", "title_name", "consignee", "payer", "employer")
_ADDRESS_KEYS = ("address", "buyer_address", "ship_address", "service_address")
_SCORE = 0.6
_CODE = 6  # digits of a code


def without_labels(part: Part) -> Part:
    """`part` without the labels before a name or an address, and without lines that are labelled as other things."""
    kept = [(cell, text) for cell, one in zip(part.cells, part.texts, strict=True) if (text := without_label(one))]
    return Part(tuple(cell for cell, _ in kept), tuple(text for _, text in kept))


def without_label(text: str) -> str:
    """A line without the label of a name or an address before it; nothing of a line that another label heads."""
    match = _LABELLED.match(text)
    if match is None:
        return "" if _is_labelled_code(text) else text
    concept = known_labels().get(compact(match[1]))
    if concept is None:
        return text
    return match[2] if concept.key in _NAME_KEYS or concept.key in _ADDRESS_KEYS else ""


def _is_labelled_code(text: str) -> bool:
    """Whether a line is the label of a code or a day and its value, without a colon: `N° de chambre 867`."""
    words = text.split()
    place = next((i for i, word in enumerate(words) if any(map(str.isdigit, word))), 0)
    concept = known_labels().get(compact(" ".join(words[:place]))) if place else None
    coded = concept is not None and concept.kind in ("code", "date", "time") and concept.key != "postcode"
    return coded and not is_street_line(text)


def party_values(part: Part, key: str) -> Iterator[Candidate]:
    """Yield what `part` says of the concept `key`: the name, the address, a mail address, a telephone number."""
    if key in _NAME_KEYS:
        yield from _name(without_labels(part))
    elif key in _ADDRESS_KEYS:
        yield from _address(without_labels(part))
    elif key in ("email", "phone"):
        for cell, text in zip(part.cells, part.texts, strict=True):
            printed = printed_value(key, text)
            if printed is not None and (key == "email" or len(printed) > 0.8 * len(text)):
                yield Candidate(printed, (cell.line,), _SCORE)


def _name(part: Part) -> Iterator[Candidate]:
    """The first line above the address that is a name; a person to whom it goes only where nothing else is."""
    span = address_span(part.texts)
    above = range(span[0] if span is not None else len(part.texts))
    named = [i for i in above if _may_be_name(part.texts[i])]
    named = [i for i in named if not is_attention(part.texts[i])] or named
    if not named:
        return
    formed = [i for i in named if has_legal_form(part.texts[i])]
    first = (
        formed[0] if len(formed) == 1 and not _goes_on(part.texts[formed[0] - 1], part.texts[formed[0]]) else named[0]
    )
    if split := _split_line(part.texts[first]):
        yield Candidate(split[0], (part.cells[first].line,), _SCORE)
        return
    if first + 1 in named and part.texts[first + 1].casefold().startswith(f"{part.texts[first].casefold()} "):
        first += 1  # below a logo of its first word
    texts, lines = [part.texts[first]], [part.cells[first].line]
    if first + 1 in named and _goes_on(texts[0], part.texts[first + 1]):
        texts.append(part.texts[first + 1])
        lines.append(part.cells[first + 1].line)
    whole = _HONOURS.sub("", join_texts(texts))
    name = without_title(whole).strip(" ,;:")
    if name:
        yield Candidate(mended_form(name), tuple(lines), _SCORE)


def mended_form(text: str) -> str:
    """A name or an address with its legal form, or its word for street, as it is written: not `S.r.I.`, nor `JI.`."""
    for misread, form in _FORMS:
        text = misread.sub(form, text)
    return " ".join(_without_accents(word) for word in text.split(" "))


def _without_accents(word: str) -> str:
    """A word of a place that is written without accents, without those that a recogniser saw: `Álam`."""
    plain = unaccented(word)
    return plain if plain != word and plain.strip(".,").casefold() in _PLAIN_PLACES else word


def _may_be_name(printed: str) -> bool:
    text = mended_form(printed)
    letters = sum(char.isalpha() for char in text)
    contact = is_contact_line(text) and not is_attention(text)
    street = is_street_line(text) and any(char.isdigit() for char in text) and _split_line(text) is None
    if letters < 2 or contact or _is_code(text) or (street and not has_legal_form(text)):
        return False
    return not is_form_of_address(text) and not is_title(text) and compact(text) not in known_labels()


def _is_code(text: str) -> bool:
    """Whether a line is a number with what it is called: `GLN 4333741000005`, `Our ref: 12/55-A`."""
    value = text.partition(":")[2].strip()
    digits = sum(char.isdigit() for char in text)
    letters = sum(char.isalpha() for char in text)
    return digits >= max(letters, _CODE) or (
        any(char.isdigit() for char in value) and sum(char.isalpha() for char in value) < len(value) / 2
    )


def _goes_on(upper: str, lower: str) -> bool:
    """Whether a name goes on below: behind an ampersand or a hyphen, or with the legal form alone."""
    if upper.rstrip().endswith(("&", "+", "-", " and", " und", " et", " y", " e", " en", " i")):
        return True
    if has_legal_form(upper) or not has_legal_form(f"x {lower}") or len(lower.split()) > 3:
        return False
    first = lower.split(maxsplit=1)[0]
    return first in ("&", "+") or first.casefold().strip(".") in _BEGIN_FORMS or has_legal_form(f"x {first}")


def _split_line(text: str) -> tuple[str, str] | None:
    """The name and the address of a party that has one line: `Acme Ltd, 12 High Street, York YO1 7HH`."""
    parts = sender_parts(text)
    for place in range(1, len(parts)):
        if is_street_line(parts[place]) or is_town_line(parts[place]) or has_house_number(parts[place]):
            rest = parts[place:]
            return (", ".join(parts[:place]), ", ".join(rest)) if any(is_town_line(one) for one in rest) else None
    return None


def _address(part: Part) -> Iterator[Candidate]:
    span = address_span(part.texts)
    split = [
        (cell, found[1]) for cell, text in zip(part.cells, part.texts, strict=True) if (found := _split_line(text))
    ]
    if split and (span is None or len(part.texts) == 1 or part.texts[0] == part.texts[span[0]]):
        yield Candidate(split[0][1], (split[0][0].line,), _SCORE)
    elif span is not None:
        yield _joined(part.cells[span[0] : span[1]], part.texts[span[0] : span[1]])
    elif (whole := address_span(part.texts, first=0)) is not None:
        yield _joined(part.cells[whole[0] : whole[1]], part.texts[whole[0] : whole[1]])


def _joined(cells: Sequence[Cell], texts: Sequence[str]) -> Candidate:
    kept = [mended_form(_without_reach(text)) for text in texts]
    return Candidate(join_texts(kept), tuple(cell.line for cell in cells), _SCORE)


def _without_reach(text: str) -> str:
    """A line of an address without the telephone that is printed behind it: `10115 Berlin · Tel. 030 1234`."""
    for mark in re.finditer(r"\s?[·•|∙]\s?|\s{3,}", text):
        if mark.start() and is_contact_line(text[mark.end() :]):
            return text[: mark.start()]
    return text
