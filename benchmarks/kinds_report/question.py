"""What is asked of a document, and its truth: grows field by field while the document is drawn."""

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

Given = str | Decimal | int | date | bool | None
TYPES: dict[str, dict[str, Any]] = {
    "text": {"type": ["string", "null"]},
    "number": {"type": ["number", "null"]},
    "date": {"type": ["string", "null"], "format": "date"},
}


@dataclass(frozen=True, slots=True)
class Text:
    """A string and the others that are as good."""

    value: str
    also: tuple[str, ...] = ()


def code(value: str) -> Text:
    """A code: as good without its blanks."""
    return Text(value, (value.replace(" ", ""),) if " " in value else ())


def address(lines: tuple[str, ...]) -> Text:
    """An address over lines: with commas or without."""
    joined = {separator.join(lines) for separator in (" ", "\n", "")}
    return Text(", ".join(lines), tuple(sorted(joined)))


def _plain(value: Given | Text) -> str | float | bool | None:
    if isinstance(value, Text):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


def _camel(key: str) -> str:
    return re.sub(r"_(\w)", lambda match: match[1].upper(), key)


@dataclass(slots=True)
class Question:
    """Fields asked so far. Keys are English; in one document of eight camelCase, in one of ten the page's words."""

    rng: random.Random
    own_words: Mapping[str, str]
    properties: dict[str, Any] = field(default_factory=dict)
    expected: dict[str, Any] = field(default_factory=dict)
    also: dict[str, list[Any]] = field(default_factory=dict)
    either_null: list[str] = field(default_factory=list)
    camel: bool = False
    own: bool = False

    def __post_init__(self) -> None:
        chance = self.rng.random()
        self.camel = chance < 0.12
        self.own = 0.12 <= chance < 0.24 and bool(self.own_words)

    def key(self, name: str) -> str:
        """The key as it is asked."""
        if self.own:
            return self.own_words.get(name, name)
        return _camel(name) if self.camel else name

    def _value(self, path: str, value: Given | Text, *, or_null: bool = False) -> None:
        self.expected[path] = _plain(value)
        if isinstance(value, Text) and value.also:
            self.also[path] = list(value.also)
        if or_null:
            self.either_null.append(path)

    def text(self, name: str, value: str | Text | None, *, or_null: bool = False) -> None:
        """Ask for a string."""
        self._ask(name, "text", value, or_null=or_null)

    def number(self, name: str, value: Decimal | int | None, *, or_null: bool = False) -> None:
        """Ask for a number."""
        self._ask(name, "number", value, or_null=or_null)

    def deducted(self, name: str, value: Decimal) -> None:
        """Ask for a number that is printed with a minus because it is taken off: without the minus it is as good."""
        if self.own and name not in self.own_words:
            return
        self.number(name, -value)
        self.also[self.key(name)] = [float(value)]

    def date(self, name: str, value: date | None) -> None:
        """Ask for a date, ISO."""
        self._ask(name, "date", value)

    def _ask(self, name: str, kind: str, value: Given | Text, *, or_null: bool = False) -> None:
        if self.own and name not in self.own_words and self.own_words:
            return
        key = self.key(name)
        self.properties[key] = TYPES[kind]
        self._value(key, value, or_null=or_null)

    def rows(self, name: str, columns: dict[str, str], rows: list[dict[str, Given | Text]]) -> None:
        """Ask for an array of objects: `columns` says of which type each is."""
        key = self.key(name)
        keys = {column: self.key(column) for column in columns}
        properties = {keys[column]: TYPES[kind] for column, kind in columns.items()}
        self.properties[key] = {"type": "array", "items": _object(properties)}
        self.expected[f"{key}#"] = len(rows)
        for number, row in enumerate(rows):
            for column in columns:
                self._value(f"{key}[{number}].{keys[column]}", row[column])

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON schema."""
        return _object(self.properties)


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
