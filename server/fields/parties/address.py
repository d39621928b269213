"""The address block at the top of a page: from a street to a postcode, a town, a state."""

import re
from collections.abc import Sequence

from server.fields.parties.header import (
    BRACKETED,
    CODE_LINE,
    PHONE_LINE,
    REGISTRATION,
    STOP,
    WORD,
    Block,
    HeaderRow,
    has_legal_form,
    has_trade,
    header_rows,
    is_heading,
    stands_close,
)
from server.fields.print.dates import find_dates
from server.fields.print.folding import fold, is_cjk
from server.fields.print.page_view import PageView
from server.fields.print.word_lists import ADDRESS_STARTS, ADDRESS_WORDS, PLACE_NAMES

STREET_START = re.compile(
    r"^(?:no|lot|unit|block|blk|suite|level|ground|g/?f|\d+(?:st|nd|rd|th))\b[\s.:,]*|^[A-Z]?\d+[A-Z]?(?:[\-&/,]\s?\w+)*[\s,]",
    re.IGNORECASE,
)
_POSTCODE = re.compile(r"(?<![^\W_])\d{5,6}(?!\d)|\b[A-Z]{2}\s?\d{5}\b|\b[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}\b")
_CJK_ADDRESS = re.compile(r"[省市区县镇乡村路街道巷弄号楼层室栋座]")
_PLACE_WORDS = frozenset(word for place in PLACE_NAMES for word in place.split())
_COUNTRIES = ("malaysia", "singapore", "china", "usa", "united kingdom", "australia", "germany", "india", "canada")


def is_address_line(text: str) -> bool:
    """Whether a line looks like part of an address: a street number, a street word with a number, a postcode."""
    plain = REGISTRATION.sub("", fold(text)).strip()
    if is_cjk(plain):
        return len(_CJK_ADDRESS.findall(plain)) >= 3 and any(char.isdigit() for char in plain)
    words = [word.casefold().strip(".'") for word in WORD.findall(plain)]
    if not words or BRACKETED.match(plain):
        return False
    street = sum(word in ADDRESS_WORDS for word in words)
    has_digit = any(char.isdigit() for char in plain)
    if (
        STREET_START.match(plain)
        and has_digit
        and (street or "," in plain or plain.casefold().startswith(("no", "lot")))
    ):
        return True
    if has_trade(plain) and not has_digit:
        return False
    if street and (has_digit or "," in plain or street > 1 or words[0] in ADDRESS_STARTS):
        return True
    return bool(_POSTCODE.search(plain)) and len(words) >= 1 and not CODE_LINE.match(plain)


def find_address(view: PageView) -> Block | None:
    """The first address block of the page: consecutive rows from a street to a postcode, a town, a state."""
    rows = header_rows(view)
    start = next((i for i, row in enumerate(rows) if is_address_line(row.text) and not _is_stop(row)), None)
    if start is None:
        return None
    while start and _has_street_number(rows[start - 1].text) and not _is_stop(rows[start - 1]):
        start -= 1
    chosen = [rows[start]]
    for i in range(start + 1, min(len(rows), start + 8)):
        row = rows[i]
        if _is_stop(row) or not stands_close(chosen[-1], row) or not _belongs(chosen, row, rows[i + 1 : i + 2]):
            break
        chosen.append(row)
    if len(chosen) == 1 and len(WORD.findall(chosen[0].text)) < 2 and not is_cjk(chosen[0].text):
        return None
    return Block(tuple(row.text.strip() for row in chosen), tuple(cell for row in chosen for cell in row.cells))


def _has_street_number(text: str) -> bool:
    return bool(re.match(r"^(?:no|lot|unit)\b[\s.:]*[\w\-&, ]*\d", text.strip(), re.IGNORECASE))


def _is_stop(row: HeaderRow) -> bool:
    text = row.text.strip()
    if PHONE_LINE.match(text) or is_heading(text) or find_dates(text) or BRACKETED.match(text):
        return True
    match = STOP.search(text)
    return (
        (match is not None and match.start() < 12)
        or (bool(CODE_LINE.match(text)) and not _has_street_number(text))
        or has_legal_form(text)
    )


def _belongs(chosen: list[HeaderRow], row: HeaderRow, following: Sequence[HeaderRow]) -> bool:
    """Whether `row` continues the address: it looks like one, or the line above ended in a comma or a place."""
    if is_address_line(row.text):
        return True
    above = chosen[-1].text.rstrip()
    if row.words and all(word in _PLACE_WORDS for word in row.words):
        return True
    if any(above.rstrip(".").casefold().endswith(country) for country in _COUNTRIES):
        return False
    posted = any(_POSTCODE.search(fold(other.text)) for other in chosen)
    open_ended = above.endswith(",") or (not posted and any(is_address_line(other.text) for other in following))
    if re.match(r"^\d{3,4}\s?-?\s?[A-Z]{3}", row.text.strip()) and posted:
        return True  # a branch with its number, the last line of the block
    return open_ended and len(row.words) <= 6
