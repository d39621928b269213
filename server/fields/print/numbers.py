"""A grammar of printed numbers and amounts: the whole run of digits, signs, separators and currency, or nothing."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from server.fields.print.chinese_numbers import CHINESE_AMOUNT, chinese_amount
from server.fields.print.currencies import CURRENCY, WITHOUT_CENTS, codes_of
from server.fields.print.folding import fold
from server.fields.print.number_style import UNKNOWN, NumberStyle, parse_digits, style_of

# Digits with separators, each with at most one stray blank; a blank alone parts thousands.
_BODY = r"(?:\d|(?<![\d.,'])[.,](?=\d))(?:\d|[.,'] ?(?=\d)| [.,'] ?(?=\d)| (?=\d{3}(?!\d)))*"
_LETTER = r"[^\W\d_]"
_NUMBER: Final = re.compile(
    rf"(?P<open>\()?\s?(?P<sign>[-+▲△])?\s?(?:(?<!{_LETTER})(?P<currency>{CURRENCY}))?\s{{0,3}}(?P<sign2>[-+▲△])?\s?"
    rf"(?P<digits>{_BODY})(?P<dash>[.,](?:-{{1,2}}|=)(?![\w-]))?(?P<trail>\s?-(?!\s?\w))?(?P<close>\s?\))?"
    rf"(?:\s?(?P<scale>[万萬亿億])(?!{_LETTER}(?<![元圆円])))?"
    rf"(?:\s?(?P<after>%|‰|元|圆|円|(?:{CURRENCY})(?!{_LETTER}|\d)))?(?P<close2>\s?\))?"
    r"(?:\s?(?P<mark>CR|DR|Cr|Dr)\b(?!\. ?[A-Z]))?"
)
_YUAN: Final = re.compile(r"\s?(?:(?P<jiao>\d)\s?角)?\s?(?:(?P<fen>\d)\s?分)?")
_SCALES: Final = {"万": 10_000, "萬": 10_000, "亿": 100_000_000, "億": 100_000_000}
_MISREAD_S: Final = re.compile(r"^S(?=\d+\.\d\d$)")  # a dollar sign read as the letter
_MINUS: Final = frozenset("-▲△")  # triangles in Japanese accounts
_CLOSED_BY_DASH: Final = frozenset({"JPY", "IDR"})
_A_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_RANGE: Final = re.compile(r"\d\s-\s$")  # to the second number of 10.00 - 12.00
_CENTS: Final = re.compile(r"[.,]\s?\d\d$")
# What stands before or behind digits that are no number of their own.
_PART_OF_MORE: Final = re.compile(r"(?:[/#_\dA-Za-z]|\d\s?[*%^]|[<>≤≥]\s?|\d:|\w[-.,])$")
_GOES_ON: Final = re.compile(r"[/:_*^%]\s?\d|-\w|\d|[年月日]")
# 10 000 00: groups of three that end in two digits are no number, nor are these.
_TOO_FEW: Final = re.compile(r" \d{1,2}(?![\d.,%])")
_BROKEN_GROUPS: Final = re.compile(r"(?<!\d)\d{1,3} \d{3} \d{1,2}$")
# Signs that are common words or initials: they are a currency only beside an amount with cents.
_WEAK: Final = frozenset({"R", "Fr", "Tk", "Dh", "din", "lv", "TL", "lei", "Lei", "NIS"})


@dataclass(frozen=True, slots=True)
class PrintedNumber:
    """A number as it stands in a text: `text[start:end]` without blanks around it.

    Brackets that make a sum of money negative belong to it, as do its currency and its marks of debit and credit.
    `amount` is its value without the sign, None where the run cannot be read whole.
    """

    start: int
    end: int
    digits: str
    amount: Decimal | None
    negative: bool
    currency: str
    is_percent: bool
    has_cents: bool

    @property
    def has_currency(self) -> bool:
        """Whether a sign or code of a currency stands with it."""
        return bool(self.currency)

    def value(self) -> Decimal | None:
        """Its value, or None if its run of digits and separators is not one number."""
        return -self.amount if self.amount is not None and self.negative else self.amount


def find_numbers(text: str, style: NumberStyle = UNKNOWN) -> list[PrintedNumber]:
    """Find isolated numbers in `text`, in order, excluding those inside words, dates, times and codes."""
    folded = _MISREAD_S.sub("$", fold(text))
    found: list[PrintedNumber] = []
    position = 0
    for match in CHINESE_AMOUNT.finditer(folded):
        found += _plain(folded, position, match.start(), style)
        amount = chinese_amount(match)
        if amount is not None:
            found.append(PrintedNumber(match.start(), match.end(), match.group(), amount, False, "元", False, True))
        position = match.end()
    return [*found, *_plain(folded, position, len(folded), style)]


def number_style(texts: Iterable[str]) -> NumberStyle:
    """Settle how the page of `texts` prints its numbers."""
    matches = [(text, match) for text in map(fold, texts) for match in _NUMBER.finditer(text)]
    alone = [match for text, match in matches if _stands_alone(text, match)]
    signs = [sign for match in alone for sign in (match["currency"], match["after"]) if sign]
    return style_of(
        [match["digits"] for match in alone if match["after"] != "%"],
        without_cents=bool(signs) and all(_is_without_cents(sign) for sign in signs if sign != "%"),
        marks=[match["mark"] for match in alone if match["mark"]],
    )


def currency_of(printed: str) -> str | None:
    """The currency sign or code in a printed sum, as printed."""
    match = re.search(rf"(?<!{_LETTER})(?:{CURRENCY})(?!{_LETTER})|元|円", printed)
    return match.group() if match else None


def _plain(text: str, start: int, end: int, style: NumberStyle) -> Iterator[PrintedNumber]:
    """The numbers in digits between two places of `text`."""
    position = start
    while match := _NUMBER.search(text, position, end):
        position = max(match.end("digits"), position + 1)
        if not _stands_alone(text, match):
            continue
        parts = list(_split(match, style))
        yield from parts
        if parts:
            position = max(position, parts[-1].end)


def _split(match: re.Match[str], style: NumberStyle) -> Iterator[PrintedNumber]:
    """The number of one run; two where a blank in it parts a count from a price."""
    body = match["digits"]
    amount = _amount(body, match, style)
    parts = _PARTS.findall(body) if amount is None or (" " in body and style.blanks is False) else [body]
    if len(parts) > 1:
        at = match.start("digits")
        for number, part in enumerate(parts):
            begin = match.string.index(part, at)
            at = begin + len(part)
            first, last = number == 0, number == len(parts) - 1
            if (value := parse_digits(part, style)) is not None:
                yield _made(match, part, value, begin, at, first=first, last=last, style=style)
        return
    if amount is not None or not _is_other(body):
        yield _made(match, body, amount, match.start("digits"), match.end("digits"), first=True, last=True, style=style)


_PARTS: Final = re.compile(r"(?:\d|(?<![\d.,'])[.,](?=\d))(?:\d|[.,'](?=\d)|[.,'] (?=\d{3}(?!\d))| [.,'](?=\d))*")


def _is_other(body: str) -> bool:
    """Whether a run that is no number is a date, a version or an address instead: 12.05.2024, 192.168.0.1."""
    return body.count(".") > 1 and "," not in body


def _amount(body: str, match: re.Match[str], style: NumberStyle) -> Decimal | None:
    if " " in body and not _joins(body, style):
        return None
    if match["dash"]:  # 1.234,- names the decimal sign itself
        return parse_digits(body, NumberStyle(decimal="," if match["dash"][0] == "," else "."))
    return parse_digits(body, style, without_cents=_is_without_cents(match["currency"] or match["after"] or ""))


def _joins(body: str, style: NumberStyle) -> bool:
    """Whether blanks in a run belong to one number: groups of three behind them, or two digits behind a point."""
    stray = re.sub(r" ?([.,']) ?", r"\1", body)
    if re.search(r"[.,'] \d|\d [.,']", body):
        cents = stray[-3:-2] == "." or (stray[-3:-2] == "," and style.decimal == ",")
        if not (cents or re.search(r"[.,']\d{3}$", stray)):
            return False
    return " " not in stray or bool(re.fullmatch(r"\d{1,3}(?: \d{3})+(?:[.,]\d+)?", stray))


def _made(  # noqa: PLR0913 - the parts of one match
    match: re.Match[str],
    body: str,
    amount: Decimal | None,
    start: int,
    end: int,
    *,
    first: bool,
    last: bool,
    style: NumberStyle,
) -> PrintedNumber:
    text = match.string
    cents = bool(_CENTS.search(body))
    currency = match["currency"] if first and _counts(match["currency"], cents=cents) else ""
    sign = (match["sign"] or match["sign2"] or "") if first and not _RANGE.search(text[:start]) else ""
    if currency:
        start = match.start("currency")
    if sign:
        start = min(place for place in (match.start("sign"), match.start("sign2"), start) if place >= 0)
    after = (match["after"] or "") if last else ""
    money = bool(currency or (after and after not in "%‰"))
    closed = bool(first and last and match["open"] and (match["close"] or match["close2"]))
    bracketed = closed and after != "%" and (money or cents or _is_sum(body))  # the sign of a sum of money
    negative = sign in _MINUS or bracketed
    if last:
        end, negative, amount = _tail(match, end, amount, negative=negative, style=style)
    if bracketed:
        start, end = match.start("open"), max(match.end("close"), match.end("close2"), end)
    return PrintedNumber(
        start, end, body, amount, negative, currency or (after if after not in "%‰" else ""), after == "%",
        cents or bool(last and match["dash"]),
    )  # fmt: skip


def _tail(
    match: re.Match[str], end: int, amount: Decimal | None, *, negative: bool, style: NumberStyle
) -> tuple[int, bool, Decimal | None]:
    """What stands behind the digits: the end of the number, its sign, and its value with 万 or 角."""
    if match["dash"]:
        end = match.end("dash")
    if match["trail"]:
        end, negative = match.end("trail"), negative or not _is_closed(match)
    if match["scale"] and amount is not None:
        end, amount = match.end("scale"), amount * _SCALES[match["scale"]]
    if match["after"] and match["after"] not in "%‰":
        end = match.end("after")
    if (
        match["after"] in ("元", "圆")
        and amount is not None
        and (rest := _YUAN.match(match.string, end))
        and rest.group()
    ):
        end = rest.end() if rest["jiao"] or rest["fen"] else end
        amount += Decimal(rest["jiao"] or 0) / 10 + Decimal(rest["fen"] or 0) / 100
    if match["mark"]:
        end = match.end("mark")
        negative = negative or match["mark"].upper() == "DR" or style.credit_negative
    return end, negative, amount


def _is_closed(match: re.Match[str]) -> bool:
    """Whether a dash behind whole yen or rupiah keeps others from adding digits: `¥8,800-`; it is no minus."""
    codes = codes_of(match["currency"]) if match["currency"] else ()
    return not _CLOSED_BY_DASH.isdisjoint(codes) and not _CENTS.search(match["digits"])


def _is_sum(body: str) -> bool:
    """Whether digits in brackets are a sum and no remark: with thousands, or of three digits and no year."""
    return bool(re.search(r"\d[.,' ]\d{3}", body)) or bool(
        re.fullmatch(r"\d{3,}", body) and not _A_YEAR.fullmatch(body)
    )


def _counts(sign: str | None, *, cents: bool) -> bool:
    return bool(sign) and (cents or str(sign).rstrip(".") not in _WEAK)


def _is_without_cents(sign: str) -> bool:
    codes = codes_of(sign) if sign else ()
    return bool(codes) and all(code in WITHOUT_CENTS for code in codes)


def _stands_alone(text: str, match: re.Match[str]) -> bool:
    """Whether the run is a number of its own: no part of a word, a code, a range, a time or a date; not `<5`."""
    start = match.start("currency") if match["currency"] else match.start("digits")
    end = match.end("trail") if match["trail"] else match.end("digits")
    if _BROKEN_GROUPS.search(text[max(0, start - 8) : end]) or (" " in match["digits"] and _TOO_FEW.match(text, end)):
        return False
    return not _PART_OF_MORE.search(text[max(0, start - 3) : start]) and not _GOES_ON.match(text, end)
