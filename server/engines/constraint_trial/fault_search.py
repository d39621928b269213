"""Locates the part of a schema that a compiler refuses, by removing parts and compiling again."""

import time
from collections.abc import Callable, Iterator
from typing import Any, Final

FaultOf = Callable[[dict[str, Any]], str | None]
"""What a compiler says of a schema; None where it takes it."""

_DEFINITIONS: Final[tuple[str, ...]] = ("$defs", "definitions")
_KEPT: Final = (*_DEFINITIONS, "x-guidance")  # what a part needs of the root to be read as it was there
_MAPS: Final = (*_DEFINITIONS, "properties", "patternProperties")  # a fault is where it is defined, not referred to
_BEARING: Final = ("type", "properties", "items", "required")  # without them others mean less: suspected last
_LISTS: Final = ("anyOf", "oneOf", "allOf", "prefixItems")
_PLACES: Final = ("items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames")


def find_fault(schema: dict[str, Any], fault_of: FaultOf, *, seconds: float) -> list[str | int]:
    """Give the steps to the innermost part that by itself has the fault of the whole, and to the keyword it is in.

    `schema` has a fault. One that parts have only together is placed above them, and so is one that is not found within
    `seconds`.
    """
    until = time.monotonic() + seconds
    fault = fault_of(schema)
    kept = {name: schema[name] for name in _KEPT if name in schema}

    def has_it(part: dict[str, Any]) -> bool:
        return time.monotonic() < until and fault_of({**kept, **part}) == fault

    steps: list[str | int] = []
    part = schema
    while found := next(((step, child) for step, child in _children(part) if has_it(child)), None):
        steps += found[0]
        part = found[1]
    for keyword in sorted(part, key=lambda word: (word in _BEARING, word not in str(fault))):
        if keyword not in _KEPT and not has_it({word: part[word] for word in part if word != keyword}):
            return [*steps, keyword] if time.monotonic() < until else steps
    return steps


def _children(node: dict[str, Any]) -> Iterator[tuple[list[str | int], dict[str, Any]]]:
    places: list[tuple[list[str | int], Any]] = []
    for keyword in _MAPS:
        if isinstance(group := node.get(keyword), dict):
            places += (([keyword, name], child) for name, child in group.items())
    for keyword in _LISTS:
        if isinstance(group := node.get(keyword), list):
            places += (([keyword, index], child) for index, child in enumerate(group))
    places += (([keyword], node[keyword]) for keyword in _PLACES if keyword in node)
    yield from ((steps, child) for steps, child in places if isinstance(child, dict))
