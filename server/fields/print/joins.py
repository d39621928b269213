"""Numbers joined with each other, of which neither stands for itself: `3 - 5`, `2 x 40`, `4 + 1`, `10 of 12`."""

import re
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Final, Literal

from server.fields.print.folding import unaccented

Join = Literal["", "to", "or", "times", "plus"]

# A unit, a percent sign or the code of a currency behind the first number: `5 kg - 7 kg`.
_UNIT: Final = r"(?:[%‰]|[^\W\d_]{1,6}\.?[²³]?|[$€£¥])"
_SIGNS: Final = re.compile(rf"\s?(?:{_UNIT}\s)?\s?(?P<join>[-~+×*·÷/])\s?")
_WORDS: Final = re.compile(rf"\s?(?:{_UNIT}\s)?(?P<join>[^\W\d_]{{1,9}}|[a-z]/[a-z])\s?")
_LONGEST: Final = 18  # characters between two numbers


@lru_cache(maxsize=1)
def joining_words() -> Mapping[str, Join]:
    """How a word or sign between two numbers or days joins them; lower case, without accents."""
    lines = files(__package__).joinpath("joining_words.txt").read_text("utf-8").splitlines()
    parts = [line.partition(": ") for line in lines if not line.startswith("#")]
    return {word: kind for kind, _, words in parts for word in words.split()}  # type: ignore[misc]


def join_between(text: str, end: int, start: int, *, alike: bool) -> Join:
    """How what stands between two numbers of the folded `text`, from `end` to `start`, joins them; empty if not.

    `alike` says that both have cents or neither has: else a dash parts them, as in `Room 12 - 85.00`.
    """
    between = unaccented(text[end:start]).casefold()
    if len(between) > _LONGEST or not between.strip():
        return ""
    match = _SIGNS.fullmatch(between) or _WORDS.fullmatch(between)
    kind = joining_words().get(match["join"], "") if match else ""
    return kind if alike or kind in ("times", "plus") else ""
