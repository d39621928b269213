"""The measure: documents with truth, and how much of them was read.

Words are runs of A-Z and 0-9 in upper case, counted as a multiset over all pages, so that neither order nor
punctuation matters; characters, for Chinese, are counted likewise, white space left out. A field is right when it is
the same after NFKC, without white space, punctuation and case; a total is right when it is the same number.
"""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

NUMERIC_FIELDS = frozenset({"total"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A picture and what it shows; either of `lines` and `fields` may be empty."""

    picture: Path
    lines: tuple[str, ...]
    fields: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """How many things were read right, read at all, and there to be read."""

    right: int = 0
    read: int = 0
    there: int = 0

    def __add__(self, other: "Overlap") -> "Overlap":
        return Overlap(right=self.right + other.right, read=self.read + other.read, there=self.there + other.there)

    @property
    def precision(self) -> float:
        """The share of what was read that is right; 0 to 1."""
        return self.right / max(1, self.read)

    @property
    def recall(self) -> float:
        """The share of what is there that was read; 0 to 1."""
        return self.right / max(1, self.there)

    @property
    def f1(self) -> float:
        """The harmonic mean of both; 0 to 1."""
        return 2 * self.right / max(1, self.read + self.there)


@dataclass(slots=True, kw_only=True)
class FieldScore:
    """Fields right and asked for, by name, and what was wrong."""

    right: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def add(self, document: Document, answer: dict[str, object]) -> None:
        """Count the fields of `answer` against those of `document`."""
        for name, want in document.fields.items():
            got = answer.get(name)
            self.asked[name] += 1
            if same_value(name, got, want):
                self.right[name] += 1
            else:
                self.wrong.append(f"{document.picture.name} {name}: read {got!r}, printed {want!r}")


def load_documents(folder: Path, *, limit: int | None = None) -> list[Document]:
    """Read `folder`/truth.jsonl: one object a line with image, and lines or fields or both.

    Raises:
        SystemExit: there is no such file, or it names no pictures.
    """
    truth = folder / "truth.jsonl"
    if not truth.is_file():
        raise SystemExit(
            f"{truth} is missing: a folder of documents needs one JSON object a line: image, lines, fields"
        )
    rows = [json.loads(line) for line in truth.read_text(encoding="utf-8").splitlines() if line.strip()][:limit]
    if not rows:
        raise SystemExit(f"{truth} names no pictures")
    return [
        Document(picture=folder / row["image"], lines=tuple(row.get("lines") or ()), fields=row.get("fields") or {})
        for row in rows
    ]


def compare_words(read: str, lines: Iterable[str]) -> Overlap:
    """Compare the words of the text `read` with those of the printed `lines`."""
    return _overlap(_words(read), _words("\n".join(lines)))


def compare_characters(read: str, lines: Iterable[str]) -> Overlap:
    """Compare the characters of the text `read` with those of the printed `lines`, white space left out."""
    return _overlap(_characters(read), _characters("".join(lines)))


def same_value(name: str, read: object, printed: object) -> bool:
    """Tell whether the field `name` was read as printed."""
    if name in NUMERIC_FIELDS:
        amounts = _amount(read), _amount(printed)
        return amounts[0] is not None and amounts[0] == amounts[1]
    return _plain(read) == _plain(printed)


def _words(text: str) -> Counter[str]:
    return Counter(re.findall(r"[A-Z0-9]+", text.upper()))


def _characters(text: str) -> Counter[str]:
    return Counter("".join(unicodedata.normalize("NFKC", text).split()))


def _overlap(read: Counter[str], there: Counter[str]) -> Overlap:
    return Overlap(right=(read & there).total(), read=read.total(), there=there.total())


def _plain(value: object) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", str(value or ""))).casefold()


def _amount(value: object) -> float | None:
    digits = re.sub(r"[^\d.]", "", str(value or "")).strip(".")
    try:
        return float(digits)
    except ValueError:
        return None
