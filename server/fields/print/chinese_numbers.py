"""Parses amounts in Chinese numerals, plain and financial (壹仟贰佰叁拾元伍角整).

The signs: GB/T 15835 and the People's Bank's rules for writing bills (financial capitals 壹 to 玖, 拾佰仟萬億).
"""

import re
from decimal import Decimal
from typing import Final

from server.fields.print.folding import fold
from server.fields.print.number_style import MOST_DIGITS

_DIGITS: Final = {
    sign: value
    for value, signs in enumerate(
        ("零〇", "一壹", "二贰貳两", "三叁參", "四肆", "五伍", "六陆陸", "七柒", "八捌", "九玖")
    )
    for sign in signs
}
_UNITS: Final = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_GROUPS: Final = {"万": 10_000, "萬": 10_000, "亿": 100_000_000, "億": 100_000_000}
_TOO_LARGE: Final = 10**MOST_DIGITS
_NUMERAL = f"[{''.join(_DIGITS)}{''.join(_UNITS)}{''.join(_GROUPS)}]"
CHINESE_AMOUNT: Final = re.compile(
    rf"(?<![\d.])(?P<whole>{_NUMERAL}{{1,24}})\s?[元圆圓](?:\s?零?(?P<jiao>{_NUMERAL})\s?角)?(?:\s?零?(?P<fen>{_NUMERAL})\s?分)?\s?[整正]?"
)


def chinese_amount(match: re.Match[str]) -> Decimal | None:
    """The amount of a match of `CHINESE_AMOUNT`, or None where its numerals are in no order."""
    whole = chinese_number(match["whole"])
    if whole is None:
        return None
    cents = [_DIGITS.get(match[name] or "零") for name in ("jiao", "fen")]
    if None in cents:
        return None
    return whole + Decimal(cents[0] or 0) / 10 + Decimal(cents[1] or 0) / 100


def chinese_number(text: str) -> Decimal | None:
    """The value of Chinese numerals: 一千二百, 二〇二四, 十五; None where they are in no order."""
    text = fold(text)
    if not text or any(sign not in _DIGITS and sign not in _UNITS and sign not in _GROUPS for sign in text):
        return None
    if all(sign in _DIGITS for sign in text):
        return None if len(text) > MOST_DIGITS else Decimal("".join(str(_DIGITS[sign]) for sign in text))
    total = section = 0
    digit: int | None = None
    for sign in text:
        if sign in _DIGITS:
            digit = _DIGITS[sign] or digit
        elif sign in _UNITS:
            section += (1 if digit is None else digit) * _UNITS[sign]
            digit = None
        else:
            total = (
                (total + section + (digit or 0)) * _GROUPS[sign]
                if _GROUPS[sign] > 10_000
                else total + (section + (digit or 0)) * _GROUPS[sign]
            )
            section, digit = 0, None
        if total >= _TOO_LARGE:
            return None
    return Decimal(total + section + (digit or 0))
