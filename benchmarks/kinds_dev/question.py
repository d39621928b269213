"""What is asked of a document: a schema whose names are drawn, and the truth by path."""

import random
import re
from dataclasses import dataclass, field
from typing import Any

from kinds_document import Value

from kinds_dev.words import keys, variants

OWN_LANGUAGE, WRAPPED = 0.15, 0.12  # shares of documents
TYPES: dict[str, dict[str, Any]] = {
    "text": {"type": ["string", "null"]},
    "number": {"type": ["number", "null"]},
    "date": {"type": ["string", "null"], "format": "date"},
}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


@dataclass(kw_only=True)
class Question:
    """Collects properties and their truth."""

    rng: random.Random
    language: str
    currency: str
    properties: dict[str, Any] = field(default_factory=dict)
    expected: dict[str, Value] = field(default_factory=dict)
    also: dict[str, list[Value]] = field(default_factory=dict)
    either_null: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._own_language = self.rng.random() < OWN_LANGUAGE
        self._wrapped = self.rng.random() < WRAPPED
        self._nested = self.rng.random() < 0.4

    @property
    def schema(self) -> dict[str, Any]:
        """The schema of all that is asked."""
        return _object(self.properties)

    def ask(self, concept: str, kind: str, value: Value, also: tuple[Value, ...] = ()) -> None:
        """Ask for one value; None: it is not printed."""
        name = self._name(concept, self.properties)
        if kind == "money" and self._wrapped:
            self.properties[name] = _object({"amount": TYPES["number"], "currency": TYPES["text"]})
            self.expected[f"{name}.amount"] = value
            self.expected[f"{name}.currency"] = None if value is None else self.currency
            self.either_null.append(f"{name}.currency")
            return
        self.properties[name] = TYPES["number" if kind == "money" else kind]
        self._expect(name, value, also)

    def party(self, role: str, facts: dict[str, tuple[str | None, tuple[Value, ...]]]) -> None:
        """Ask for the name, address or number of a party, as an object or by prefixed names."""
        if self._nested:
            self.properties[role] = _object(dict.fromkeys(facts, TYPES["text"]))
        for name, (value, also) in facts.items():
            path = f"{role}.{name}" if self._nested else f"{role}_{name}"
            if not self._nested:
                self.properties[path] = TYPES["text"]
            self._expect(path, value, also)

    def table(self, names: tuple[str, ...], columns: dict[str, str], rows: list[dict[str, Value]]) -> None:
        """Ask for rows: an array under one of `names`, of objects with a property for each of `columns`."""
        array, properties, by_column = self.rng.choice(names), {}, {}
        for concept, kind in columns.items():
            by_column[concept] = self._name(concept, properties)
            properties[by_column[concept]] = TYPES["number" if kind == "money" else kind]
        self.properties[array] = {"type": "array", "items": _object(properties)}
        self.expected[f"{array}#"] = len(rows)
        for number, row in enumerate(rows):
            for concept, name in by_column.items():
                self.expected[f"{array}[{number}].{name}"] = row[concept]

    def _expect(self, path: str, value: Value, also: tuple[Value, ...]) -> None:
        self.expected[path] = value
        if also:
            self.also[path] = list(also)

    def _name(self, concept: str, taken: dict[str, Any]) -> str:
        own = re.sub(r"\W+", "_", variants(concept, self.language)[0].lower()).strip("_")
        if self._own_language and own and own not in taken:
            return own
        free = [key for key in keys(concept) if key not in taken]
        return self.rng.choice(free) if free and self.rng.random() < 0.4 else (free or [f"{concept}_value"])[0]
