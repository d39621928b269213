"""A grammar of printed numbers and amounts: the whole run of digits, signs, separators and currency, or nothing."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Final

from server.fields.print.chinese_numbers import CHINESE_AMOUNT, chinese_amount
from server.fields.print.currencies import CURRENCY, WITHOUT_CENTS, codes_of
from server.fields.print.folding import fold
from server.fields.print.joins import Join, join_between
from server.fields.print.number_edges import stands_alone
from server.fields.print.number_style import MOST_DIGITS, UNKNOWN, NumberStyle, parse_digits, style_of
from server.fields.print.printed_number import PARTS_OF_ONE, PrintedNumber

# Digits with separators, each with at most one stray blank; a blank alone parts thousands.
_BODY = r"(?:\d|(?<![\d.,'])[.,](?=\d))(?:\d|[.,'] ?(?=\d)| [.,'] ?(?=\d)| (?=\d{3}(?!\d)))*"
_LETTER = r"[^\W\d_]"
_NUMBER: Final = re.compile(
    rf"(?P<open>\()?\s?(?P<sign>[-+▲△])?\s?(?:(?<!{_LETTER})(?P<currency>{CURRENCY}))?\s{{0,3}}(?P<sign2>[-+▲△])?\s?"
    rf"(?P<digits>{_BODY})(?P<dash>[.,](?:-{{1,2}}|=)(?![\w-]))?(?P<trail>\s?-(?!\s?(?:\w|{CURRENCY})))?(?P<close>\s?\))?"
    rf"(?:\s?(?P<scale>[万萬亿億])(?!{_LETTER}(?<![元圆円])))?"
    rf"(?:\s?(?P<after>%|‰|元|圆|円|(?:{CURRENCY})(?!{_LETTER}|\d)))?(?P<close2>\s?\))?"
    r"(?:\s?(?P<mark>(?:CR|DR|Cr|Dr)\b(?!\. ?[A-Z])|[SH]$))?"
)
_YUAN: Final = re.compile(r"\s?(?:(?P<jiao>\d)\s?角)?\s?(?:(?P<fen>\d)\s?分)?")
_SCALES: Final = {"万": 10_000, "萬": 10_000, "亿": 100_000_000, "億": 100_000_000}
_MISREAD_S: Final = re.compile(r"^S(?=\d+\.\d\d$)")  # a dollar sign read as the letter
_MINUS: Final = frozenset("-▲△")  # triangles in Japanese accounts
_CLOSED_BY_DASH: Final = frozenset({"JPY", "IDR"})
_A_YEAR: Final = re.compile(r"(?:19|20)\d\d")
# The dash before the second number of `10.00 - 12.00` is no sign.
_RANGE: Final = re.compile(rf"(?:[%‰]|\d\s?(?:{CURRENCY}|[a-z]{{1,3}})?)\s[-+]\s$")
_CENTS: Final = re.compile(r"[.,]\s?\d\d$")
# Cents behind the sign of a currency or, in Swedish, a colon: `12€50`, `1 234:50`.
_CENT_SIGN: Final = re.compile(r"(?<=\d)€(?=\d\d(?!\d|\s?€))|(?<=\d \d{3}):(?=\d\d(?![\d:]))")
# Signs that are common words or initials: they are a currency only beside an amount with cents.
_WEAK: Final = frozenset({"R", "Fr", "Tk", "Dh", "din", "lv", "TL", "lei", "Lei", "NIS"})


def find_numbers(text: str, style: NumberStyle = UNKNOWN) -> list[PrintedNumber]:
    """Find isolated numbers in `text`, in order, excluding those inside words, dates, times and codes."""
    folded = _CENT_SIGN.sub(".", _MISREAD_S.sub("$", fold(_without_raised(text))))
    found: list[PrintedNumber] = []
    position = 0
    for match in CHINESE_AMOUNT.finditer(folded):
        found += _plain(folded, position, match.start(), style)
        amount = chinese_amount(match)
        if amount is not None:
            found.append(PrintedNumber(match.start(), match.end(), match.group(), amount, False, "元", 0, True))
        position = match.end()
    found += _plain(folded, position, len(folded), style)
    return _joined(folded, found) if len(found) > 1 else found


def _without_raised(text: str) -> str:
    """Without raised and circled digits, which are cents, marks of notes, or numbers of items: `4⁹⁹`, `①`."""
    return text if text.isascii() else "".join("^" if c.isdigit() and not c.isdecimal() else c for c in text)


def _joined(text: str, found: list[PrintedNumber]) -> list[PrintedNumber]:
    """The numbers of `text`, with how those beside each other are joined."""
    joins: list[Join] = [
        join_between(text, one.end, other.start, alike=one.has_cents == other.has_cents)
        for one, other in pairwise(found)
    ]
    if not any(joins):
        return found
    return [
        replace(one, join=before or behind)
        for one, before, behind in zip(found, ["", *joins], [*joins, ""], strict=True)
    ]


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
    cents = bool(_CENTS.search(body))
    currency = match["currency"] if first and _counts(match["currency"], cents=cents) else ""
    sign = (match["sign"] or match["sign2"] or "") if first and not _is_dash(match) else ""
    if currency:
        start = match.start("currency")
    if sign:
        start = min(place for place in (match.start("sign"), match.start("sign2"), start) if place >= 0)
    after = (match["after"] or "") if last else ""
    money = bool(currency or (after and after not in PARTS_OF_ONE))
    closed = bool(first and last and match["open"] and (match["close"] or match["close2"]))
    bracketed = closed and after not in PARTS_OF_ONE and (money or cents or _is_sum(body))  # the sign of a sum of money
    negative = sign in _MINUS or bracketed
    if last:
        end, negative, amount = _tail(match, end, amount, negative=negative, style=style)
    if bracketed:
        start, end = match.start("open"), max(match.end("close"), match.end("close2"), end)
    parts = PARTS_OF_ONE.get(after, 0)
    sign_of_money = currency or ("" if parts else after)
    with_cents = cents or bool(last and match["dash"])
    return PrintedNumber(start, end, body, amount, negative, sign_of_money, parts, with_cents)


def _tail(
    match: re.Match[str], end: int, amount: Decimal | None, *, negative: bool, style: NumberStyle
) -> tuple[int, bool, Decimal | None]:
    """What stands behind the digits: the end of the number, its sign, and its value with 万 or 角."""
    if match["dash"]:
        end = match.end("dash")
    if match["trail"]:
        end, negative = match.end("trail"), negative or not _is_closed(match)
    if match["scale"] and amount is not None:
        end, scaled = match.end("scale"), amount * _SCALES[match["scale"]]
        amount = scaled if scaled.adjusted() < MOST_DIGITS else None
    if match["after"] and match["after"] not in PARTS_OF_ONE:
        end = match.end("after")
    if (
        match["after"] in ("元", "圆")
        and amount is not None
        and (rest := _YUAN.match(match.string, end))
        and rest.group()
    ):
        end = rest.end() if rest["jiao"] or rest["fen"] else end
        amount += Decimal(rest["jiao"] or 0) / 10 + Decimal(rest["fen"] or 0) / 100
    mark = (match["mark"] or "").upper()
    if mark in ("CR", "DR"):
        end, negative = match.end("mark"), negative or mark == "DR" or style.credit_negative
    elif mark and style.soll_haben:
        end, negative = match.end("mark"), negative or mark == "S"
    return end, negative, amount


def _is_dash(match: re.Match[str]) -> bool:
    """Whether what could be a sign leads from the number before it to this one: `$10 - $12`."""
    place = max(match.end("sign"), match.end("sign2"))
    return place > 0 and bool(_RANGE.search(match.string[max(0, place - 12) : place + 1]))


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
    """Whether the run is a number of its own."""
    start = match.start("currency") if match["currency"] else match.start("digits")
    return stands_alone(text, start, match.end("trail") if match["trail"] else match.end("digits"), match["digits"])
