"""A drawn document: its pages, the question and the truth. Both generators of `kinds.py` draw such documents."""

import io
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

Value = str | float | bool | None
PRINTED_DPI = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document of one kind in one language, and what its schema wants of it.

    `expected` has every value that is asked: {"total": 12.5, "items#": 2, "items[0].amount": 5, "due_date": None}.
    None: nothing of that is printed. A number is a number, a date is ISO where the schema says `format: date` and as
    printed elsewhere. `also` has values that are as good, by path; `either_null` the paths where null is as good.
    """

    name: str
    kind: str
    language: str
    pages: list[Image.Image]
    schema: dict[str, Any]
    expected: dict[str, Value]
    also: dict[str, list[Value]] = field(default_factory=dict)
    either_null: list[str] = field(default_factory=list)

    @property
    def file_name(self) -> str:
        """The name of its file: PNG for a page, PDF for several."""
        return f"{self.name}.{'png' if len(self.pages) == 1 else 'pdf'}"

    def data(self) -> bytes:
        """Return the pages as one file."""
        file, (first, *others) = io.BytesIO(), self.pages
        if others:
            first.save(file, "PDF", save_all=True, append_images=others, resolution=PRINTED_DPI)
        else:
            first.save(file, "PNG")
        return file.getvalue()

    def case(self) -> dict[str, Any]:
        """Return the question and the truth as a case, to be kept as JSON beside the file."""
        return {
            "name": self.name,
            "kind": self.kind,
            "language": self.language,
            "input": self.file_name,
            "ask": {"schema": self.schema},
            "expected": self.expected,
            "also": self.also,
            "either_null": self.either_null,
        }

    def keep(self, folder: Path) -> None:
        """Write the file and its case into `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / self.file_name).write_bytes(self.data())
        (folder / f"{self.name}.json").write_text(json.dumps(self.case(), ensure_ascii=False, indent=1), "utf-8")
