"""The house's prose is plain: a few quaint words may not come back, in the server's files or in the documentation."""

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
BANNED = re.compile(r"\b(?:told|whoever|that is none|anew|of late)\b", re.IGNORECASE)


def counted() -> Counter[str]:
    files = [*(ROOT / "server").rglob("*.py"), *(ROOT / "docs").glob("*.md")]
    found = {str(file.relative_to(ROOT)): len(BANNED.findall(file.read_text())) for file in files}
    return Counter({name: count for name, count in found.items() if count})


def test_no_file_has_banned_words():
    assert counted() == {}
