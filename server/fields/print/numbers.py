"""Parses printed numbers and sums of money."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from server.fields.print.folding import fold

_CURRENCY = (
    r"(?:RM|R[MNH]|MYR|US\$|USD|SGD|HK\$|HKD|S\$|NT\$|A\$|C\$|EUR|GBP|CNY|RMB|JPY|INR|CHF|Rs\.?|Rp\.?|[$€£¥￥₹₩฿])"
)
_DIGITS = r"(?:\d{1,3}(?:[,'.]\d{3})+(?:[.,]\d{1,2})?|\d{1,3}(?: \d{3})+,\d{2}|\d+(?:[.,]\d+)?|[.,]\d\d)"
_NUMBER = re.compile(
    rf"(?P<open>\()?\s?(?P<sign>[-+])?\s?(?P<currency>{_CURRENCY})?\s{{0,3}}(?P<sign2>[-+])?\s?"
    rf"(?P<digits>{_DIGITS})(?P<trail>-(?!\d|[A-Za-z]))?(?P<close>\))?\s?(?P<after>元|円|%|€|{_CURRENCY})?"
)
_MISREAD_S = re.compile(r"^S(?=\d+\.\d\d$)")  # a dollar sign read as the letter


@dataclass(frozen=True, slots=True)
class PrintedNumber:
    """A number as it stands in a text: `text[start:end]` without blanks around it.

    Brackets that make a sum of money negative belong to it.
    """

    start: int
    end: int
    digits: str
    negative: bool
    has_currency: bool
    is_percent: bool

    @property
    def has_cents(self) -> bool:
        """Whether exactly two digits follow a decimal sign, as in a sum of money."""
        return bool(re.search(r"[.,]\d\d$", self.digits))

    def value(self) -> Decimal | None:
        """Its numeric value, or None if its separators are inconsistent."""
        amount = _parse(self.digits)
        return -amount if amount is not None and self.negative else amount


def find_numbers(text: str) -> list[PrintedNumber]:
    """Find isolated numbers in `text`, in order, excluding those inside words, dates, times and codes."""
    folded = _MISREAD_S.sub("$", fold(text))
    found = []
    for match in _NUMBER.finditer(folded):
        start, end = match.start("digits"), match.end("digits")
        if match["currency"]:
            start = match.start("currency")
        alone = _stands_alone(folded, start, match.end("trail") if match["trail"] else end)
        if not alone:
            continue
        sign = match["sign"] or match["sign2"]
        if sign:
            start = min(i for i in (match.start("sign"), match.start("sign2"), start) if i >= 0)
        bracketed = bool(match["open"] and match["close"])
        negative = sign == "-" or bool(match["trail"]) or bracketed
        currency = bool(match["currency"] or (match["after"] and match["after"] != "%"))
        end = match.end("after") if match["after"] and match["after"] != "%" else end + bool(match["trail"])
        if bracketed and (currency or re.search(r"[.,]\d\d$", match["digits"])):  # the sign of a sum of money
            start, end = match.start("open"), match.end("close")
        found.append(PrintedNumber(start, end, match["digits"], negative, currency, match["after"] == "%"))
    return found


def currency_of(printed: str) -> str | None:
    """The currency sign or code in a printed sum, as printed."""
    match = re.search(rf"{_CURRENCY}|元|円", printed)
    return match.group() if match else None


def _stands_alone(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    if before and (before in "/#_" or before.isdigit() or (before.isascii() and before.isalpha())):
        return False
    if before == ":" and text[start - 2 : start - 1].isdigit():
        return False
    if before in ("-", ".", ",") and text[max(0, start - 2) : start - 1].isalnum():
        return False
    if after and after in "/:_" and text[end + 1 : end + 2].isdigit():
        return False
    if after == "-" and text[end + 1 : end + 2].isalnum():
        return False
    return not (after.isdigit() or (after in "年月日" and after))


def _parse(digits: str) -> Decimal | None:
    """Parse digits with separators; the last of two kinds is the decimal sign: 1.234,56 and 1,234.56."""
    text = digits.replace(" ", "").replace("'", "")
    dot, comma = text.rfind("."), text.rfind(",")
    if dot >= 0 and comma >= 0:
        thousands, decimal = (",", ".") if dot > comma else (".", ",")
        text = text.replace(thousands, "").replace(decimal, ".")
    elif comma >= 0:
        grouped = re.fullmatch(r"\d{1,3}(,\d{3})+", text)
        text = text.replace(",", "") if grouped else text.replace(",", ".")
    elif re.fullmatch(r"\d{1,3}(\.\d{3}){2,}", text):
        text = text.replace(".", "")
    try:
        return Decimal(text)
    except InvalidOperation:
        return None
