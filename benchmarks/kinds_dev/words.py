"""The words of the generator: a section a concept, a line a language, variants parted by bars; `keys` are for schemas.

Written from what such documents say in each language, apart from the words that the server knows.
"""

from functools import cache
from pathlib import Path

LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "zh", "zh-Hant", "ja", "ms", "id")
CJK = frozenset({"zh", "zh-Hant", "ja"})
KEYS = "keys"


def variants(concept: str, language: str) -> tuple[str, ...]:
    """Return the ways `language` prints `concept`."""
    return _sections()[concept][language]


def keys(concept: str) -> tuple[str, ...]:
    """Return the names that schemas give to `concept`."""
    return _sections()[concept].get(KEYS, (concept,))


@cache
def _sections() -> dict[str, dict[str, tuple[str, ...]]]:
    sections: dict[str, dict[str, tuple[str, ...]]] = {}
    for file in sorted((Path(__file__).parent / "vocabulary").glob("*.txt")):
        here: dict[str, tuple[str, ...]] = {}
        for line in file.read_text("utf-8").splitlines():
            if line.startswith("["):
                here = sections.setdefault(line.strip("[]"), {})
                continue
            name, _, rest = line.partition(" ")
            here[name] = tuple(word.strip() for word in rest.split(" | "))
    lacking = [(concept, code) for concept, here in sections.items() for code in LANGUAGES if code not in here]
    if lacking:
        raise SystemExit(f"benchmarks/kinds_dev/vocabulary lacks {lacking}: add a line for each")
    return sections
