"""Words that call a signature by its name, on forms and in the names of properties, in the languages of labels."""

from functools import lru_cache
from importlib.resources import files
from typing import Literal


@lru_cache(maxsize=2)
def signing_words(use: Literal["signature", "aside"]) -> tuple[str, ...]:
    """Return the words for a signature, or those beside them that say no more; the longest first. Read on first use."""
    lines = files(__package__).joinpath("signing.txt").read_text("utf-8").splitlines()
    words = ", ".join(line.removeprefix(f"{use}: ") for line in lines if line.startswith(f"{use}: ")).split(", ")
    return tuple(sorted(words, key=len, reverse=True))
