"""The goods of a till slip: each sum with its words, and the count whose product it is, wherever they stand."""

import re
from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from server.fields.print.folding import fold, is_cjk, join_texts
from server.fields.print.page_view import Cell, PageView, row_text
from server.fields.print.printed_number import PrintedNumber
from server.fields.tables.head_words import sum_concepts
from server.fields.tables.item_table import has_words
from server.fields.tables.slips.body import Row, goods_rows
from server.fields.tables.slips.counts import Count, counts_in
from server.fields.tables.slips.item import Item
from server.fields.tables.slips.shapes import fill_by_shape
from server.fields.tables.slips.sums import SlipSums, count_alone
from server.fields.tables.summaries import is_note

_LEADING: Final = re.compile(r"^(?P<quantity>[1-9]\d?)\s?[xX×]?\s(?P<goods>[^\W\d_].*)$")
# Signs and letters of reduced and included tax around a name: `※牛乳`, `食パン 軽`, `内8 お茶`.
_MARKS: Final = re.compile(r"^(?:[*※◎●☆★]\s?|(?:[内外]\d*|軽)\s)|\s?[*※◎●☆★]+$|\s[軽内外非]\d*$")
_MOST_BELOW: Final = 2  # lines of words that go on with goods above them


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The rows of goods and the sums of each; by their number those with a sum, of words, of counts alone."""

    rows: Sequence[Row]
    money: Sequence[Sequence[PrintedNumber]]
    anchors: Sequence[int]
    words: Sequence[int]
    counts: Mapping[int, Count]

    @classmethod
    def of(cls, rows: Sequence[Row], sums: SlipSums) -> "_Sheet":
        money = [sums.money(row) for row in rows]
        off = {at for at, row in enumerate(rows) if sums.takes_off(row)}
        goods = [at for at in range(len(rows)) if money[at] and at not in off]
        if goods and off and min(off) > goods[-1]:  # a voucher below all goods is a row with a minus, as they are
            off = {at for at in off if not money[at][-1].negative or sums.sums_up(rows[at])}
        shown = [at for at in range(len(rows)) if at not in off]
        anchors = [at for at in shown if money[at]]
        rest = [at for at in shown if not money[at]]
        counts = {at: count for at in rest if (count := count_alone(rows[at])) is not None}
        words = [at for at in rest if at not in counts and _is_of_words(rows[at])]
        return cls(rows, money, anchors, words, counts)

    def makes(self, count: Count, anchor: int | None) -> bool:
        return anchor is not None and count.makes(self.money[anchor][-1].value())


def read_slip(view: PageView) -> list[Item]:
    """The goods of a page without heads, in order; empty where it has none."""
    sums = SlipSums.of([row for row in view.rows if row])
    sheet = _Sheet.of(goods_rows(view, sums), sums)
    counts = _counts_of(sheet)
    own = {anchor: _own_words(sheet, anchor) for anchor in sheet.anchors}
    names = _names_of(sheet, own)
    items = [_item(sheet, anchor, own[anchor], names.get(anchor, ()), counts.get(anchor)) for anchor in sheet.anchors]
    _take_leading_counts(items, view)
    return items


def _item(sheet: _Sheet, anchor: int, own: str, names: Sequence[int], count: int | None) -> Item:
    row = sheet.rows[anchor]
    texts = [own if at == anchor else row_text(sheet.rows[at]) for at in sorted((*names, anchor))]
    used = sorted((*names, anchor, *(() if count is None else (count,))))
    item = Item(lines=[cell.line for at in used for cell in sheet.rows[at]])
    if count is not None:
        item.values.update(quantity=sheet.counts[count].quantity, price=sheet.counts[count].price)
    item.values["description"] = join_texts([_MARKS.sub("", text.strip()) for text in texts])
    fill_by_shape(item, row, sheet.money[anchor])
    return item


def _is_of_words(row: Row) -> bool:
    text = row_text(row)
    return (has_words(text) or is_cjk(text)) and not is_note(text)


def _own_words(sheet: _Sheet, anchor: int) -> str:
    """The words beside a sum, without the count that makes it."""
    row = sheet.rows[anchor]
    money = frozenset(map(id, sheet.money[anchor]))
    texts = [_words_of(cell, money, sheet, anchor) for cell in row]
    words = [text for text in texts if has_words(text)]
    if not words and len(row) > 1 and any(char.isalpha() for char in texts[0]):
        words = texts[:1]  # a short name: `Ei`, `茶`
    return join_texts(words)


def _words_of(cell: Cell, money: frozenset[int], sheet: _Sheet, anchor: int) -> str:
    """The words of a cell before the first of the row's sums, whose identities are `money`."""
    text = cell.text
    first = next((number.start for number in cell.numbers() if id(number) in money), len(text))
    for count in counts_in(text, cell.style):
        if sheet.makes(count, anchor) or count_alone([cell]):
            return " ".join((text[: count.start] + text[count.end : max(first, count.end)]).split())
    return text[:first].strip()


def _between(sheet: _Sheet, at: int) -> tuple[int | None, int | None]:
    """The rows with sums around a row, above and below."""
    place = bisect(sheet.anchors, at)
    return (sheet.anchors[place - 1] if place else None), next(iter(sheet.anchors[place : place + 1]), None)


def _counts_of(sheet: _Sheet) -> dict[int, int]:
    """The rows of counts by the sum that they make, above or below them as most of the page's are."""
    around = {at: _between(sheet, at) for at in sheet.counts}
    hits = [sum(sheet.makes(sheet.counts[at], sides[side]) for at, sides in around.items()) for side in (0, 1)]
    first = int(hits[1] > hits[0])
    found: dict[int, int] = {}
    for at, sides in around.items():
        for anchor in (sides[first], sides[1 - first]):
            if anchor is not None and anchor not in found and sheet.makes(sheet.counts[at], anchor):
                found[anchor] = at
                break
    return found


def _names_of(sheet: _Sheet, own: Mapping[int, str]) -> dict[int, list[int]]:
    """The rows of words by the sum that they belong to: one without words of its own, or the one above them."""
    bare = {anchor for anchor, words in own.items() if not words}
    above = _named_above(sheet, bare)
    found: dict[int, list[int]] = {}
    for at in sheet.words:
        before, behind = _between(sheet, at)
        owner = behind if behind in bare and (above or before not in bare) else before
        taken = found.setdefault(owner, []) if owner is not None else []
        if owner == behind or len(taken) < _MOST_BELOW:
            taken.append(at)
    return found


def _named_above(sheet: _Sheet, bare: set[int]) -> bool:
    """Whether the names of sums without words stand above them: right above each there is one."""
    gaps = pairwise([-1, *sheet.anchors])
    return all(any(before < at < anchor for at in sheet.words) for before, anchor in gaps if anchor in bare)


def _take_leading_counts(items: Sequence[Item], view: PageView) -> None:
    """Split `2 Fish Tacos` in count and goods, if each item begins so and there are two, or as many are counted."""
    found = [_LEADING.match(item.values.get("description", "")) for item in items]
    counted = [match for match in found if match is not None]
    if len(counted) < len(items) or any("quantity" in item.values for item in items):
        return
    if len(items) < 2 and sum(int(match["quantity"]) for match in counted) not in _articles(view):
        return
    for item, match in zip(items, counted, strict=True):
        item.values.update(quantity=match["quantity"], description=match["goods"])


def _articles(view: PageView) -> Iterator[int]:
    """The numbers of articles that the page states."""
    for row in view.rows:
        numbers = row[-1].numbers() if row else []
        text = fold(row_text(row))
        if len(numbers) == 1 and "total_quantity" in sum_concepts(re.sub(r"\W*\d+\W*$", "", text)):
            yield int(numbers[0].value() or 0)
