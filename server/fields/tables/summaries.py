"""Rows that sum other rows up, carry a sum over, or number a page: known by their place first, then by their words."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from server.fields.print.dates import find_dates
from server.fields.print.folding import compact, fold
from server.fields.print.memory import remembered
from server.fields.print.number_style import NumberStyle
from server.fields.print.numbers import find_numbers
from server.fields.tables.cell_kinds import kind_of
from server.fields.tables.head_words import concepts_of, labels_of, sum_concepts
from server.fields.tables.table import TableCell
from server.fields.words.function_words import FUNCTION_WORDS

# Sums that are a row of no table, wherever they stand.
CARRIED: Final = frozenset(("carried_forward", "opening_balance", "previous_balance", "closing_balance"))
TOTALS: Final = frozenset(
    (
        *("total", "subtotal", "amount_due", "balance", "gross_pay", "net_pay", "earnings", "deductions"),
        *("total_hours", "total_quantity", "total_debit", "total_credit"),
    )
)
_GREAT: Final = frozenset(("total", "subtotal"))
_PAGE: Final = re.compile(
    r"\W*(?:[^\W\d_]{1,12}\.?\s{0,2})?\d{1,3}\s{0,2}(?:/|[^\W\d_]{1,9})\s{0,2}\d{1,3}\s{0,2}[^\W\d_]{0,3}\W*"
)
_PAGE_CJK: Final = re.compile(
    r"\W*第?\s{0,2}\d{1,3}\s{0,2}(?:页|頁|ページ)(?:\W{0,3}共?\s{0,2}\d{1,3}\s{0,2}(?:页|頁|ページ))?\W*"
)
_PAGE_ALONE: Final = re.compile(
    r"\W*(?:page|seite|página|pagina|strona|halaman|muka surat|blatt|p\.)\W{0,3}\d{1,3}\W*", re.IGNORECASE
)
_CARRY: Final = re.compile(
    r"\W*(?:(?:amount|balance|total|sub-?total|sum)?\s?(?:carried|brought) (?:forward|over|down)|[cb]/f(?:wd)?)\b",
    re.IGNORECASE,
)


def numbers_page(text: str) -> bool:
    """Whether a band is the number of a page, as `Page 2 of 3`, `Seite 2/3` or `2 / 3`."""
    plain = fold(text).strip()
    return len(plain) <= 40 and any(form.fullmatch(plain) for form in (_PAGE, _PAGE_ALONE, _PAGE_CJK))


def words_of_row(cells: Mapping[int, TableCell], style: NumberStyle) -> str:
    """The words of a row without its numbers and dates."""
    texts = []
    for cell in cells.values():
        if kind_of(cell.text, style) in ("date", "time"):
            continue
        text = without_dates(fold(cell.text))
        for number in reversed(find_numbers(text, style)):
            if not number.is_percent:
                text = text[: number.start] + " " + text[number.end :]
        texts.append(text)
    return " ".join(" ".join(texts).split())


def without_dates(text: str) -> str:
    """`text` without the dates in it."""
    for date in reversed(find_dates(text) if any(char.isdigit() for char in text) else []):
        text = f"{text[: date.start]} {text[date.end :]}"
    return text


def is_carried(words: str) -> bool:
    """Whether a row carries a sum over from a page or a period: it opens, closes or goes on, and is none itself."""
    return bool(_CARRY.match(words) or _carried(words))


def closes_period(words: str) -> bool:
    """Whether a carried sum is the balance at the end of a period, and none at its start."""
    return _carried(words) == {"closing_balance"}


def _carried(words: str) -> set[str]:
    """The sums carried over that `words` name."""
    parts = words.strip(" :：.=-*").split()
    while len(parts) > 1 and compact(parts[-1]) in FUNCTION_WORDS:  # before the date: Ancien solde au
        parts.pop()
    return {key for label in labels_of(" ".join(parts)) for key in concepts_of(label)[:2] if key in CARRIED}


def holds_total(words: str) -> bool:
    """Whether `words` begin or end with the name of a total, as `Total sales` and `Order total` do."""
    parts = [part for part in words.strip(" :：.=-*").split() if any(char.isalpha() for char in part)]
    ends = (" ".join(parts[:size]) for size in (1, 2)), (" ".join(parts[-size:]) for size in (1, 2))
    return any(sum_concepts(text) & _GREAT for side in ends for text in side if len(text) > 3)


def is_note(text: str) -> bool:
    """Whether a line under a row is a remark with a label of its own: `Notes: fine`, `Tax: 0.2%`, `S = Soll`."""
    return bool(re.match(r"\W*[^\W\d](?:[^\d:：]{1,22}[:：](?!//)|[^\d:：=]{0,22}\s=\s)", text.strip()))


def is_decorated(text: str) -> bool:
    """Whether a title stands between signs: `--- Food ---`."""
    plain = text.strip()
    return len(plain) > 4 and plain[:2] == plain[-2:][::-1] and not any(char.isalnum() for char in plain[:2])


def adds_up(amount: Decimal | None, amounts: list[Decimal]) -> bool:
    """Whether `amount` is the sum of three or more amounts above it."""
    return amount is not None and len(amounts) >= 3 and amount != 0 and abs(sum(amounts) - amount) < Decimal("0.005")


def value_of(cell: TableCell | None, style: NumberStyle) -> Decimal | None:
    """The number of a cell that holds one."""
    return None if cell is None else _value(cell.text, style)


@remembered(4096)
def _value(text: str, style: NumberStyle) -> Decimal | None:
    numbers = find_numbers(text, style) if kind_of(text, style) == "number" else []
    return numbers[0].value() if len(numbers) == 1 else None


def ends_in_money(text: str, style: NumberStyle) -> bool:
    """Whether words end in a sum with cents or a currency: a sum of the page, in one piece with its label."""
    numbers = find_numbers(text, style)
    if not numbers or not (numbers[-1].has_cents or numbers[-1].has_currency):
        return False
    return not any(char.isalnum() for char in text[numbers[-1].end :])
