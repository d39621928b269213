"""Unlabelled values of cards and tickets: a card's number and expiry; a ticket's train, stations, seat and fare."""

import re
from collections.abc import Iterator

from server.fields.print.dates import find_dates
from server.fields.print.folding import fold, is_cjk
from server.fields.print.page_view import Cell, PageView

_CARD_NUMBER = re.compile(r"(?<![\w-])\d{4}(?: ?\d{4}){2,3}(?: ?\d{1,3})?(?![\w-])")
_VALID = re.compile(
    r"(?:valid\s?(?:thru|through|to|until)|good\s?thru|exp\w*|month\s?/\s?year|有效期\w?)", re.IGNORECASE
)
_MONTH = re.compile(r"(?<![\d/])(?:0[1-9]|1[0-2])\s?/\s?(?:20)?\d\d(?![\d/])")
_TRAIN = re.compile(r"(?<![A-Za-z0-9])[GDCKTZYSL]\d{1,4}(?=\s?次|\s*$)")
_STATION = re.compile(r"^([\u4e00-\u9fff]{2,8}?)\s?站?$")
_SEAT = re.compile(r"\d{1,2}\s?车\s?\d{1,3}\s?[A-F]?\s?号(?:[上中下]铺)?|\d{1,2}\s?车\s?无座")
_CLASS = re.compile(r"商务座|特等座|一等座|二等座|软卧|硬卧|软座|硬座|无座")
_MASKED = re.compile(r"^\d{4,14}\*{3,}[\dXx*]{3,4}$")
_NAME = re.compile(r"^[\u4e00-\u9fff·]{2,8}$")
_HOLDER = re.compile(r"^\d{6,14}\*{3,}[\dXx*]{3,4}\s*(?P<name>[\u4e00-\u9fff·]{2,8})$")


def ticket_value(view: PageView, key: str) -> Iterator[tuple[str, Cell]]:
    """Yield a ticket's values of the concept `key`, with their cells; nothing if the page is not a train ticket."""
    chinese = any(is_cjk(cell.text) for cell in view.cells)  # elsewhere `C4` is a zone, or anything
    trains = ((match, cell) for cell in view.cells if (match := _TRAIN.search(fold(cell.text))))
    train = next(trains, None) if chinese else None
    if train is None:
        return
    match, place = train
    if key == "train":
        yield place.text[match.start() : match.end()], place
    elif key in ("origin", "destination"):
        yield from _station(view, place, first=key == "origin")
    elif key == "price":
        sums = [(cell.text[n.start : n.end], cell) for cell in view.cells for n in cell.numbers() if n.has_currency]
        if len(sums) == 1:
            yield sums[0]
    elif key == "travel_date":
        yield from ((cell.text[d.start : d.end], cell) for cell in view.cells for d in find_dates(cell.text))
    else:
        if key == "name":
            yield from _beside_number(view)
        pattern = {"seat": _SEAT, "seat_class": _CLASS, "name": _HOLDER}.get(key)
        for cell in view.cells if pattern else ():
            found = pattern.search(fold(cell.text)) if pattern else None
            if found is not None:
                group = "name" if key == "name" else 0
                yield cell.text[found.start(group) : found.end(group)], cell


def _beside_number(view: PageView) -> Iterator[tuple[str, Cell]]:
    """The name to the right of a masked identity number."""
    for cell in view.cells:
        beside = view.right_of(cell) if _MASKED.match(fold(cell.text).strip()) else []
        if beside and _NAME.match(beside[0].text.strip()):
            yield beside[0].text.strip(), beside[0]


def _station(view: PageView, train: Cell, *, first: bool) -> Iterator[tuple[str, Cell]]:
    """The names on both sides of the train's number, in its row or the row above."""
    for row in reversed(view.rows[max(0, train.row - 1) : train.row + 1]):
        names = [cell for cell in row if cell is not train and _STATION.match(cell.text.strip())]
        if len(names) == 2:
            yield names[0 if first else 1].text.strip(), names[0 if first else 1]
            return


def card_value(view: PageView, key: str) -> Iterator[tuple[str, Cell]]:
    """Yield a card's values of `key`, card_number or expiry, with their cells; nothing without a card number."""
    numbers = [(match.group(), cell) for cell in view.cells if (match := _CARD_NUMBER.search(fold(cell.text)))]
    numbers = [(text, cell) for text, cell in numbers if _is_card_number(text)]
    if key == "card_number" or not numbers:
        yield from numbers
        return
    for row in view.rows:
        text = " ".join(cell.text for cell in row)
        months = [(match.group(), cell) for cell in row if (match := _MONTH.search(fold(cell.text)))]
        if months and (_VALID.search(text) or len(text.strip()) <= len(months[0][0])):
            yield months[-1]


def _is_card_number(text: str) -> bool:
    """Whether the last digit is the check digit of the others (Luhn, ISO/IEC 7812-1)."""
    digits = [int(char) for char in text if char.isdigit()]
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    return 13 <= len(digits) <= 19 and (sum(doubled) + sum(digits[-1::-2])) % 10 == 0
