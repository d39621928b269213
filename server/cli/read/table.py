"""CSV of the answers of many files, one row per file.

Threat: CSV injection (OWASP), a spreadsheet that runs a page's text as a formula. A cell that begins like a formula
gets a leading quote; numbers do not.
"""

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

_FORMULA: Final = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
_NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)*%?")


class Table:
    """Rows as CSV text: at once if the columns are given, else at the end, when all are known."""

    def __init__(self, columns: Sequence[str] | None) -> None:
        self._columns = None if columns is None else list(columns)
        self._waiting: list[tuple[str, Mapping[str, Any]]] = []
        self._headed = False

    def add(self, file: str, values: Mapping[str, Any]) -> str:
        """Add a row of `values` by column; returns the text that can be written now, the header with the first row."""
        if self._columns is None:
            self._waiting.append((file, values))
            return ""
        return self._written([(file, values)])

    def rest(self) -> str:
        """Return the rows that are still waiting, under the union of their columns."""
        rows, self._waiting = self._waiting, []
        if self._columns is None:
            self._columns = list(dict.fromkeys(name for _, values in rows for name in values))
        return self._written(rows) if rows else ""

    def _written(self, rows: Sequence[tuple[str, Mapping[str, Any]]]) -> str:
        columns = self._columns or []
        written = io.StringIO()
        writer = csv.writer(written, lineterminator="\n")
        if not self._headed:
            self._headed = True
            writer.writerow(["file", *map(safe_cell, columns)])
        for file, values in rows:
            writer.writerow([safe_cell(file), *(_cell(values.get(name)) for name in columns)])
        return written.getvalue()


def safe_cell(text: str) -> str:
    """Return `text` with a leading quote if a spreadsheet would take it for a formula."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return safe_cell(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
