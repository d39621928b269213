"""Detects the line-item table of a page: its header row, and the rows down to the totals."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from server.fields.layout.totals import tax_table_start
from server.fields.print.folding import Folded, compact, fold, is_cjk
from server.fields.print.numbers import find_numbers
from server.fields.print.page_view import Cell, PageView, row_text
from server.fields.print.printed_number import PrintedNumber
from server.fields.tables.head_words import sum_concepts
from server.fields.words.query import known_labels
from server.fields.words.slips import near_labels

_SUMMARY = re.compile(
    r"^\W*(?:(?:order|invoice|bill|receipt|gross|statement|goods|items?|estimated|merchandise|parts|labou?r) total|"
    r"(?:closing|ending|new|outstanding) balance|"
    r"sub\s?-?\s?tota|tot[ai]|ttl|grand|nett?\b|amount due|balance|g\s?st\b|vat\b|sst\b|tax\b|rounding|discount|"
    r"cash|change|visa|master|payment|qty\(?s?\)?\s?:|items?\(?s?\)?\s?(?:count\b|\d+$|:)|service charge|serv|svc|"
    r"jumlah|type:)"
    r"|^\W*(?:合计|总计|小计|价税合计|应付|实付|税额|数量合计|优惠|现金|找零|合\s+计)",
    re.IGNORECASE,
)
_UNITS_ONLY = re.compile(r"^[\s(（\[]*(?:RM|MYR|GST|USD|EUR|元|[$€£¥%])[\s)）\]]*$", re.IGNORECASE)
# Headers of a first column that only numbers the rows.
POSITIONS = frozenset("pos position no line sn sno srno sr slno sl 序号 行号 序 行".split())  # noqa: SIM905
_UNITS_BEHIND = re.compile(r"(?<=\w)\s+(?:RM|MYR|USD|EUR|GBP|SGD|CNY|CHF|[$€£¥])\s*$", re.IGNORECASE)
_COLUMN_KEYS = frozenset(
    {
        *("description", "quantity", "price", "amount", "unit", "specification", "item_code"),
        *("tax", "tax_rate", "discount", "total", "subtotal"),
    }
)
TEXT_COLUMNS = frozenset({"description", "unit", "specification", "item_code", ""})


_SUMS_OF_SLIPS = frozenset(
    ("total", "subtotal", "amount_due", "cash", "change", "card_payment", "amount_paid", "tax", "tax_base", "rounding")
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column header: its compact label, its meaning (a key of `labels`, or empty) and its place."""

    label: str
    concept: str
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class ItemTable:
    """The column headers and the rows under them; all empty if the page prints no headers."""

    head: int | None
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


def find_table(view: PageView, own_labels: Sequence[str] = ()) -> ItemTable:
    """Find the line-item table; `own_labels` (compact) are the caller's names of columns. It may have no rows."""
    end = tax_table_start(view)
    head, columns = _find_head(view, set(own_labels), end)
    rows = _body([row for row in view.rows[:end] if row], head) if head is not None else []
    return ItemTable(head, tuple(columns), tuple(tuple(row) for row in rows))


def find_head_row(view: PageView) -> int | None:
    """The header row of a line-item table, if it has three or more headers and sums below."""
    table = find_table(view)
    return table.head if len(table.columns) >= 3 and table.rows else None


def money_in(row: Sequence[Cell]) -> list[PrintedNumber]:
    """The sums of money in a row."""
    numbers = (number for cell in row for number in cell.numbers())
    return [number for number in numbers if (number.has_cents or number.has_currency) and not number.is_percent]


def has_words(text: str) -> bool:
    """Whether `text` contains words: three letters, or two Chinese characters."""
    return sum(char.isalpha() for char in text) >= (2 if is_cjk(text) else 3)


def _find_head(view: PageView, own: set[str], end: int) -> tuple[int | None, list[Column]]:
    """The row where most cells are known names of columns, one of them the goods' or a number's."""
    best: tuple[int, int, list[Column]] | None = None
    for number, row in enumerate(view.rows[:end]):
        if money_in(row):
            continue
        columns = [column for cell in row for column in _columns_in(cell, own)]
        if row and columns and compact(row[0].text) in POSITIONS:
            columns = [Column(compact(row[0].text), "", row[0].line.left, row[0].line.right), *columns]
        kinds = {column.concept or column.label for column in columns}
        telling = any(column.concept in ("description", "amount", "quantity", "price", "total") for column in columns)
        if len(kinds) >= 2 and telling and (best is None or len(kinds) > best[0]):
            best = (len(kinds), number, columns)
    return (best[1], best[2]) if best else (None, [])


def _columns_in(cell: Cell, own: set[str]) -> list[Column]:
    """The headers in one cell; the recogniser may have joined several."""
    plain = _UNITS_BEHIND.sub("", re.sub(r"[(（\[].*?([)）\]]|$)", " ", cell.text))
    whole = _column(plain, cell.line.left, cell.line.right, own)
    if whole is not None:
        return [whole]
    words = _segments(plain) if is_cjk(plain) else plain.split()
    ends = list(accumulate(len(word) + (not is_cjk(plain)) for word in words))
    step = (cell.line.right - cell.line.left) / max(1, sum(ends[-1:]))
    found = [
        _column(word, cell.line.left + step * start, cell.line.left + step * end, own)
        for word, start, end in zip(words, [0, *ends], ends, strict=False)
    ]
    kept = [column for column in found if column is not None]
    return kept if len(kept) >= max(2, len(words) * 0.6) else []


def _segments(text: str) -> list[str]:
    """Split column headers that are printed without blanks, such as 规格型号单位数量; other words are unchanged."""
    words, rest = [], compact(text)
    while rest:
        known = (rest[:size] for size in range(min(8, len(rest)), 1, -1))
        word = next((word for word in known if word in known_labels()), "")
        if not word:
            return text.split()
        words.append(word)
        rest = rest[len(word) :]
    return words


def split_numbers(cell: Cell) -> list[Cell]:
    """The numbers of `cell` as cells of their own, where the recogniser joined those of several columns."""
    words = cell.text.split()
    if len(words) < 2 or any(char.isalpha() for char in cell.text) or len(cell.numbers()) != len(words):
        return [cell]
    step = (cell.line.right - cell.line.left) / len(cell.text)
    parts, place = [], 0
    for word in words:
        place = cell.text.index(word, place)
        left, right = cell.line.left + step * place, cell.line.left + step * (place + len(word))
        box = ((left, cell.line.top), (right, cell.line.top), (right, cell.line.bottom), (left, cell.line.bottom))
        parts.append(replace(cell, line=replace(cell.line, text=word, box=box), folded=Folded.of(word)))
        place += len(word)
    return parts


def _column(text: str, left: float, right: float, own: set[str]) -> Column | None:
    label = compact(text)
    concept = known_labels().get(label)
    if concept is None and len(label) >= 5 and not is_cjk(label):
        meant = (known_labels().get(near) for near, _ in near_labels(label))
        concept = next((one for one in meant if one is not None and one.key in _COLUMN_KEYS), None)
    if concept is not None and concept.key in _COLUMN_KEYS:
        return Column(label, concept.key, left, right)
    return Column(label, "", left, right) if label and label in own else None


def _body(rows: list[list[Cell]], head: int) -> list[list[Cell]]:
    """The rows below the head, up to the first line of totals below a sum."""
    body: list[list[Cell]] = []
    for row in rows:
        if row[0].row <= head or is_units_alone(row):
            continue
        if is_summary(row, money_in(row)):
            if any(money_in(other) for other in body):
                break
            body = []
        body.append(row)
    return body if any(money_in(row) for row in body) else []


def is_units_alone(row: Sequence[Cell]) -> bool:
    """Whether a row under heads only says in which currency they are."""
    return all(_UNITS_ONLY.match(cell.text) for cell in row)


def is_summary(row: Sequence[Cell], money: Sequence[PrintedNumber]) -> bool:
    """Whether a row with the sums `money` states a total or how it was paid."""
    if _SUMMARY.match(fold(row_text(row)).strip()) or _is_named_sum(row, money):
        return True
    return len(row) > 1 and any(_SUMMARY.match(fold(cell.text).strip()) and has_words(cell.text) for cell in row[1:])


def _is_named_sum(row: Sequence[Cell], money: Sequence[PrintedNumber]) -> bool:
    """Whether all the words of a row name a sum or a payment, in any language, with a sum of money behind them."""
    text = fold(row_text(row))
    first = find_numbers(text, row[0].style)
    return bool(money and first) and bool(sum_concepts(text[: first[0].start]) & _SUMS_OF_SLIPS)
