"""Which of several values print names: the choices of an enum, and words of a form that nobody chose among."""

import re
from functools import lru_cache
from importlib.resources import files
from typing import Final

from rapidfuzz import fuzz

from server.fields.print.currencies import codes_of, signs_of
from server.fields.print.folding import compact, is_cjk
from server.fields.print.parsing import BARS, TICKED, as_boolean, as_number
from server.values.chat import JSON

_PARTS: Final = re.compile(r"[\s/|／｜()（）]+")
_MOST_PARTS: Final = 6


def as_choice(printed: str, choices: tuple[JSON, ...]) -> JSON:
    """The one of `choices` that `printed` matches, or None."""
    plain = compact(printed)
    ticked = TICKED.search(printed)
    if ticked:
        plain = compact(ticked["word"])
    for choice in choices:
        if choice is not None and plain and _says(plain, printed, choice):
            return choice
    return None


def _says(plain: str, printed: str, choice: JSON) -> bool:
    if isinstance(choice, bool):
        return as_boolean(printed) is choice
    if isinstance(choice, (int, float)):
        return as_number(printed, whole=False) == choice
    wanted = compact(str(choice))
    parted = any(bar in printed and bar not in str(choice) for bar in BARS)  # `Mr/s` is Mr and another word
    if not wanted or (parted and plain == wanted):
        return False
    if plain == wanted or (len(wanted) >= 6 and fuzz.ratio(plain, wanted) >= 90):
        return True
    if any(plain in group and wanted in group for group in _equal_words()):
        return True
    return str(choice).upper() in codes_of(printed)[:1]


@lru_cache(maxsize=1)
def _equal_words() -> tuple[frozenset[str], ...]:
    """Words that mean the same, compact."""
    lines = files("server.fields.print").joinpath("equal_words.txt").read_text("utf-8").splitlines()
    return tuple(frozenset(map(compact, line.split())) for line in lines if not line.startswith("#"))


def choice_on_page(texts: list[str], choices: tuple[JSON, ...]) -> tuple[JSON, int] | None:
    """The only one of `choices` (strings) that is printed on the page, with its text; None if ambiguous."""
    shown: list[tuple[JSON, int]] = []
    for choice in choices:
        wanted = str(choice).strip() if isinstance(choice, str) else ""
        where = next((i for i, text in enumerate(texts) if wanted and _stands_in(text, wanted)), None)
        if where is not None:
            shown.append((choice, where))
    if len(shown) != 1 or _is_part_of_word(texts[shown[0][1]], str(shown[0][0])):
        return None
    return shown[0]


def _stands_in(text: str, wanted: str) -> bool:
    if is_cjk(wanted):
        return wanted in text.replace(" ", "")
    phrase = re.escape(wanted.replace("_", " "))
    if re.search(rf"(?<![A-Za-z]){phrase}(?![A-Za-z])", text, re.IGNORECASE):
        return True
    signs = (sign for sign in signs_of(wanted.upper()) if sign != "$")
    return any(re.search(rf"(?<![A-Za-z]){re.escape(sign)}(?![A-Za-z])", text) for sign in signs)


def _is_part_of_word(text: str, wanted: str) -> bool:
    """Whether print is all that a recogniser read of a longer word: `Mr/s`."""
    return bool(re.search(rf"(?<![A-Za-z])(?i:{re.escape(wanted)})/[a-z]", text))


def is_open_choice(printed: str) -> bool:
    """Whether print is words of a form of which none was chosen, such as `Male / Female`, `single | married`."""
    parts = [part for part in map(compact, _PARTS.split(printed)) if part]
    letters = [len(part) == 1 for part in parts]
    if not 1 < len(parts) <= _MOST_PARTS or (any(letters) and not all(letters)):  # `Mr M` is a name
        return False
    meanings = [next((number for number, group in enumerate(_equal_words()) if part in group), None) for part in parts]
    return None not in meanings and len(set(meanings)) > 1
