"""What stands before or behind digits that are no number of their own: a word, a code, a time, a range."""

import re
from typing import Final

from server.fields.print.currencies import CURRENCY

# What stands before or behind digits that are no number of their own.
_PART_OF_MORE: Final = re.compile(r"(?:[/#^_\dA-Za-z]|\d\s?[*%^]|[<>≤≥]\s?|\d:|\w[-+.,]|\d[~×])$")
_GOES_ON: Final = re.compile(
    rf"[/:_*^%]\s?\d|-(?:\w|(?:{CURRENCY})\d)|\d|[年月日]|[~×]\d|/(?:{CURRENCY})\s?\d"
    r"|\s?[¼-¾⅐-⅞]| \d{1,2}\s?/\s?\d{1,2}(?![\d/])"  # 1 ½, 1 1/2
    r"|\+\d|(?<!\d[.,]\d\d)[\^+](?!\w)"  # 4+1, 18+, a raised digit: cents or the mark of a note
    r"|(?!(?:[cdkm]?m)[23](?!\w))[A-Za-z]{1,3}\d|(?<=0)[xX][\dA-Fa-f]|[eE][-+]?\d"  # 2x40, 5B7, 0x1F, 1E+05
    r"|(?<=[.,]\d\d)/(?-i:[BCFKOQRVXZ])(?!\w)"  # 21,37/B; other capitals are short for what a price is of: week, day
    r"|(?<!\d[.,]\d\d) €\s\d\d(?![\d.,]|\s?€)"  # 12 € 50
)
_CENTS_BEHIND: Final = re.compile(r"(?<=\d )€\s\d\d(?![\d.,])")
# 10 000 00: groups of three that end in two digits are no number, nor are these.
_TOO_FEW: Final = re.compile(r" \d{1,2}(?![\d.,%])")
_BROKEN_GROUPS: Final = re.compile(r"(?<!\d)\d{1,3} \d{3} \d{1,2}$")


def stands_alone(text: str, start: int, end: int, digits: str) -> bool:
    """Whether `text[start:end]`, with these digits, is no part of a word, a code, a range, a time or a date."""
    if _BROKEN_GROUPS.search(text[max(0, start - 8) : end]) or (" " in digits and _TOO_FEW.match(text, end)):
        return False
    if _CENTS_BEHIND.match(text, start) or goes_on(text, end):
        return False
    return not _PART_OF_MORE.search(text[max(0, start - 3) : start])


def goes_on(text: str, end: int) -> bool:
    """Whether the print of a number goes on at `end` of the folded `text`: `3-5`, `2x40`, `1 1/2`."""
    return bool(_GOES_ON.match(text, end))
