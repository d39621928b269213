"""The house's prose is plain: a few quaint words may not come back, in the server's files or in the documentation."""

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BANNED = re.compile(r"\b(?:told|whoever|that is none|anew|of late)\b", re.IGNORECASE)
LEFT: dict[str, int] = {}
"""Files that still have such words, and how many: the list may only shrink."""


def counted() -> Counter[str]:
    files = [*(ROOT / "server").rglob("*.py"), *(ROOT / "docs").glob("*.md")]
    found = {str(file.relative_to(ROOT)): len(BANNED.findall(file.read_text())) for file in files}
    return Counter({name: count for name, count in found.items() if count})


def test_no_file_has_more_banned_words_than_are_left():
    assert {name: count for name, count in counted().items() if count > LEFT.get(name, 0)} == {}


@pytest.mark.parametrize("name", sorted(LEFT))
def test_a_file_without_such_words_is_taken_off_the_list(name):
    assert counted()[name] > 0
