"""Finds the total to pay: after tax and rounding; not the cash tendered, a subtotal, or a table of taxes."""

import re
from collections.abc import Iterator
from decimal import Decimal

from rapidfuzz import fuzz

from server.fields.checks.arithmetic import Proofs
from server.fields.layout.balances import AMOUNT_DUE, Total, without_balances
from server.fields.print.folding import compact
from server.fields.print.page_view import Cell, PageView, row_text
from server.fields.print.parsing import amount_in
from server.fields.print.printed_number import PrintedNumber
from server.fields.print.word_lists import TAX_TABLES
from server.fields.sums.meanings import Meaning
from server.fields.sums.nets import completed_by, nets_among
from server.fields.sums.page_sums import PageSums, Sum
from server.fields.sums.words import AROUND_TOTAL, EXCLUDING, INCLUDING, TAX_NAMES
from server.fields.words.function_words import FUNCTION_WORDS

_PROVEN = 0.6  # for a total that the arithmetic of the page confirms
_ENOUGH = 1.5  # a score below this must agree with the amount paid
_WORD = re.compile(r"[a-z]+|[\u4e00-\u9fff]+")
_TOTAL_WORDS = ("total", "ttl", "jumlah")
_NOT_TOTAL = re.compile(
    r"\b(?:sub|qty|quantity|oty|items?|savings?|saved|discount|disc|points|supplies|tender|excl\w*|exc|before|without|"
    r"cash received|change)\b|sub.?total|不含税|小计|数量|件数|优惠|折扣"
)
_TAX_ONLY = re.compile(r"^\W*(?:total )?(?:gst|vat|sst|tax)(?: total| payable| amt| amount)?\W*(?:\d+\s?%)?\W*$")
_FINAL = re.compile(
    r"\b(?:grand|final|net+|payable|peyable|pay|due|round\w*|rnd|after adj\w*|aft|amount due)\b"
    r"|应付|实付|实收|应收|价税合计|付款金额|消费金额|交易金额"
)
_TOTAL_WORDS_AROUND = frozenset(
    [
     "total", "totals", "ttl", "jumlah", "amount", "amt", "sum", "sales", "sale", "price", "value", "grand",
     "final", "net", "nett", "payable", "to", "pay", "due", "round", "rounded", "rounding", "after", "adj",
     "adjustment", "adjusted", "aft", "rnd", "incl", "inclusive", "inc", "including", "of", "with", "w", "gst",
     "vat", "sst", "tax", "taxes", "rm", "myr", "usd", "eur", "gbp", "the", "invoice", "bill", "order", "paid",
     "gross", "in", "cost", "charge", "charges", "balance", "now", "s", "a", "besar", "bayaran", "service",
     "sar", "adjustments", "this", "receipt", "payment",
    ]
)  # fmt: skip
_TOTAL_CJK = re.compile(r"合计|总计|总额|总金额|应付|实付|实收|应收|价税合计|小写|消费金额|交易金额|总价|付款金额")
_TAX_HEAD = re.compile(r"^\W*(?:tax|vat|gst)\b|税额", re.IGNORECASE)
_TOTAL_CUT_OFF = re.compile(r"\W*\w{0,6}\W*incl\w*\W+(?:of\W+)?(?:gst|vat|tax)\b")  # the word total misread
_ROUNDING_LINE = re.compile(r"\b(?:rounding|round|rnd)\b")
_PAID = re.compile(
    r"^\W*(?:cash|visa|master\w*|credit|debit|card|paid|tender\w*|amount tendered|payment)\b|现金|实收|收款"
)
_HANDED_OVER = re.compile("实收|收款")  # the amount to pay, or the cash tendered if change was given
_TOTAL_TOO = frozenset({"amount", "balance", "amount_paid"})  # of what a receipt may call its total
_AMOUNTS = frozenset({"金額", "金额"})
_HARMLESS = (AROUND_TOTAL, FUNCTION_WORDS, TAX_NAMES, INCLUDING)
_CHANGE = re.compile(r"^\W*(?:change|balance returned|baki)\b|找零|找赎")


def stated_totals(sums: PageSums) -> list[Total]:
    """The sums that the words beside them call a total, in reading order.

    Below a table of taxes only those count that a net total above it makes together with a tax.
    """
    body_end = tax_table_start(sums.view)
    found = _stated(sums, len(sums.view.rows))
    above = [total.sum for total in found if total.sum.cell.row < body_end]
    behind = [total.sum for total in found if total.sum.cell.row >= body_end]
    kept = {*above, *completed_by(above, behind, sums)}
    return [total for total in found if total.sum in kept]


def _stated(sums: PageSums, body_end: int) -> list[Total]:
    scored = [(one, _score(one, sums)) for one in _last_of_label(sums, body_end)]
    return [Total(one, one.value, score + one.cell.row * 0.001) for one, score in scored if one.value and score > 0]


def find_totals(sums: PageSums, proofs: Proofs | None = None) -> list[Total]:
    """Candidates for the amount to pay, best first; empty if no line states one. `proofs` are the page's arithmetic."""
    body_end = tax_table_start(sums.view)
    paid: list[Decimal] = []
    change: Decimal | None = None
    for one in _last_of_label(sums, body_end):
        label, value = one.words, one.value
        if value is None:
            continue
        if _PAID.search(label) and (_HANDED_OVER.search(label) or not _TOTAL_CJK.search(label)):
            paid.append(value)
        elif _CHANGE.search(label):
            change = abs(value)
    stated = stated_totals(sums)
    nets = nets_among([total.sum for total in stated], sums)
    found = without_balances([total for total in stated if total.sum not in nets], sums, body_end)
    weighed = [
        _weigh(total, found, paid, change, proven=any("total" in name for name in (proofs or {}).get(total.sum, ())))
        for total in found
    ]
    return sorted((total for total in weighed if total.score >= _ENOUGH), key=lambda total: -total.score)


def _last_of_label(sums: PageSums, body_end: int) -> Iterator[Sum]:
    """The last sum that goes by each label: the total of a row of totals; below a label only a short line counts."""
    rest = [one for one in sums.all if one.cell.row < body_end and one.label]
    for place, one in enumerate(rest):
        if place + 1 < len(rest) and rest[place + 1].position > one.position:
            continue
        if one.place == "above" and not (one.is_money and len(one.words) < 40 and len(one.cell.text.strip()) < 16):
            continue
        if one.is_amount or (one.cell.column > 0 and not sums.with_cents):
            yield one


def _score(one: Sum, sums: PageSums) -> float:
    """The score of a sum as the amount to pay, by its words; 0 if they name something else."""
    said = sums.meaning(one)
    score = _label_score(one.words)
    if said is None:
        return score
    key = said.concept.key
    if key in ("total", "amount_due"):
        return max(score, _known_score(said, one.words))
    other = said.exact and said.concept.kind == "amount" and len(said.label) > len("total") and said.is_whole
    if key == "amount" and _is_only_amount(one, sums):
        return _ENOUGH
    return 0.0 if other and key not in _TOTAL_TOO else score


def _is_only_amount(one: Sum, sums: PageSums) -> bool:
    """Whether 金額 stands before the one sum of a page that it names, as on a 領収書; not above a column of them."""
    named = one.place != "above" and one.is_money and compact(one.words) in _AMOUNTS
    return named and sums.times_named[one.words] == 1


def _known_score(said: Meaning, words: str) -> float:
    """The score of a known name of a total, in any language."""
    around = [compact(word) for word in (*said.before, *said.behind)]
    if any(compact(word) in EXCLUDING for word in words.split()):
        return 0.0
    plain = all(any(word in words for words in _HARMLESS) for word in around)
    if not plain:
        return 1.0
    return 4.0 if said.concept.key == "total" else 3.9


def _weigh(total: Total, found: list[Total], paid: list[Decimal], change: Decimal | None, *, proven: bool) -> Total:
    """Adjust the scores by the arithmetic of the page."""
    score = total.score + _PROVEN * proven
    if change is not None and any(abs(abs(cash) - change - total.value) < Decimal("0.005") for cash in paid):
        score += 1.2
    elif any(abs(cash) == total.value for cash in paid):
        score += 0.6
    score += 0.2 * min(2, sum(other.value == total.value for other in found) - 1)
    if total.value <= 0:
        score -= 2
    return Total(total.sum, total.value, score)


def tax_table_start(view: PageView) -> int:
    """The row where a table of taxes begins, whose totals are ignored; the number of rows if there is no such table."""
    tables = [compact(words) for words in TAX_TABLES]
    for row in view.rows:
        text = compact(row_text(row))
        if any(fuzz.ratio(text[: len(word)], word) > 88 for word in tables):
            return row[0].row
    return len(view.rows)


def find_column_sums(view: PageView) -> list[tuple[Cell, PrintedNumber]] | None:
    """The two sums of a row that says only 合计 or total, under a table with a column of taxes: amount, then tax."""
    for row in view.rows:
        head = compact(row[0].text) if row else ""
        sums = [(cell, number) for cell in row[1:] if (number := amount_in(cell.text, cell.style)) is not None]
        if head in ("合计", "total", "totals") and len(sums) == 2 and _has_tax_column(view, row):
            return sums
    return None


def _has_tax_column(view: PageView, row: list[Cell]) -> bool:
    """Whether a column header above the last sum of `row` names a tax."""
    last = row[-1].line
    return any(
        _TAX_HEAD.search(cell.text) and min(cell.line.right, last.right) - max(cell.line.left, last.left) > -last.height
        for above in view.rows[: row[0].row]
        for cell in above
    )


def _label_score(label: str) -> float:
    """The score of a line with these words as the amount to pay; 0 if it does not state one."""
    if not label or _NOT_TOTAL.search(label) or _TAX_ONLY.match(label):
        return 0.0
    words = _WORD.findall(label)
    total = any(word.startswith(good) or _misread(word) for word in words for good in _TOTAL_WORDS)
    if _ROUNDING_LINE.search(label) and not total and not AMOUNT_DUE.search(label):
        return 0.0
    if _TOTAL_CJK.search(label.replace(" ", "")):
        return 5.0 if _FINAL.search(label.replace(" ", "")) else 4.0
    if AMOUNT_DUE.search(label):
        return 4.5
    if not total:
        plain = set(words) - {"rm"}
        return 1.6 if _TOTAL_CUT_OFF.match(label) or (plain and plain <= {"amount", "nett"}) else 0.0
    return _total_score(label, words)


def _total_score(label: str, words: list[str]) -> float:
    """The score of a line with the word total, and no word against it, as the amount to pay."""
    taxed = bool(re.search(r"\binc|\bw/|\bwith\b|\bsales\b", label))
    rules = (
        (len(words) > 8, 0.0),
        (not all(word in _TOTAL_WORDS_AROUND or _misread(word) for word in words), 1.0),
        (bool(re.search(r"\b(?:gst|vat|tax)\b", label)) and not taxed, 0.5),
        (bool(_FINAL.search(label)), 5.0),
        (bool(re.search(r"\binc\w*|\bwith\b", label)), 3.6),
        (bool(re.search(r"\bgross\b|\bsales\b", label)), 3.8),
    )
    return next((score for holds, score in rules if holds), 4.0)


def _misread(word: str) -> bool:
    return 4 <= len(word) <= 7 and fuzz.ratio(word, "total") >= 80
