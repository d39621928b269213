"""Compiles a checked JSON Schema to shapes, which say what to search for and how to validate it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from jsonschema.protocols import Validator

from server.errors import InvalidRequest
from server.fields.schema.check import CheckedSchema, Schema, Steps, check_schema, resolve
from server.fields.schema.keywords import TYPES
from server.fields.schema.validator import make_validator
from server.values.chat import JSON, JSONObject

MAX_EXPANDED = 2_000
MAX_EXPANDED_DEPTH = 40
MAX_ROWS_TIMES_SHAPES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The allowed values at one place of the answer. `kinds` are JSON types without null, in the caller's order.

    `alternatives`, if there are any, replace this shape's own members and are tried in order. `size` counts the shapes
    within. `positions` are those of a tuple (`prefixItems`). A `recursive` shape is a place where a schema contains
    itself: nothing is searched for there.
    """

    name: str
    title: str = ""
    description: str = ""
    kinds: tuple[str, ...] = ()
    nullable: bool = False
    choices: tuple[JSON, ...] | None = None
    format: str | None = None
    properties: Mapping[str, "Shape"]
    required: frozenset[str] = frozenset()
    items: "Shape | None" = None
    positions: tuple["Shape", ...] = ()
    alternatives: tuple["Shape", ...] = ()
    recursive: bool = False
    size: int = 1
    steps: Steps = ()
    schema: Schema = True

    @property
    def max_rows(self) -> int:
        """How many items an array of this shape may have, so that validating it stays quick."""
        return max(10, MAX_ROWS_TIMES_SHAPES // self.size)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledSchema:
    """A checked schema: the shape of its root and a validator that fetches nothing and runs patterns on RE2."""

    shape: Shape
    validator: Validator

    def accepts(self, value: JSON, shape: Shape | None = None) -> bool:
        """Whether `value` validates against the place of `shape`, or against the whole schema."""
        validator = self.validator if shape is None else self.validator.evolve(schema=shape.schema)
        try:
            return bool(validator.is_valid(value))
        except ArithmeticError:  # multipleOf on numbers that floats cannot divide
            return False

    def failed_keyword(self, value: JSON, shape: Shape) -> str:
        """The keyword of the place of `shape` that `value` fails; empty if it validates, or cannot be checked."""
        try:
            error = next(self.validator.evolve(schema=shape.schema).iter_errors(value), None)
        except ArithmeticError:
            return "multipleOf"
        return str(error.validator) if error is not None else ""


def compile_schema(schema: JSONObject, *, path: str) -> CompiledSchema:
    """Check `schema`, which is at `path` in the request, and compile it for extraction.

    Raises:
        InvalidRequest: `invalid_schema` or `unsupported_schema`; `param` is `path` and the steps to the place.
    """
    if not isinstance(schema, dict):
        raise InvalidRequest(f"{path}: must be a JSON Schema object", param=path, code="invalid_schema")
    checked = check_schema(schema, path=path)
    shape = _Expander(checked).expand((), name="", stack=())
    if not any("object" in candidate.kinds for candidate in (shape, *shape.alternatives)):
        raise checked.refuse((), "the root must be an object: give it type object and properties")
    return CompiledSchema(shape=shape, validator=make_validator(checked.root))


def strings_schema(names: Sequence[str]) -> CompiledSchema:
    """A schema for `names`: an object in which each is a string or null."""
    leaves = {name: Shape(name=name, kinds=("string",), nullable=True, properties={}) for name in names}
    shape = Shape(name="", kinds=("object",), properties=leaves, required=frozenset(names), size=len(names) + 1)
    return CompiledSchema(shape=shape, validator=make_validator({"type": "object"}))


class _Expander:
    """Compiles a checked schema to shapes and resolves references; counts shapes, since references can multiply."""

    def __init__(self, checked: CheckedSchema) -> None:
        self.checked = checked
        self.count = 0

    def expand(self, steps: Steps, *, name: str, stack: tuple[Steps, ...]) -> Shape:
        node = self.checked.places[steps]
        self.count += 1
        if self.count > MAX_EXPANDED or len(stack) > MAX_EXPANDED_DEPTH:
            raise self.checked.refuse(steps, "references make this schema too large or too deep; simplify it")
        if node is False:
            raise self.checked.refuse(steps, "a schema of false allows no value; leave this property out")
        if node is True:
            return Shape(name=name, kinds=("string",), nullable=True, properties={}, steps=steps, schema=True)
        title, description = self.checked.notes.get(steps, ("", ""))
        base = Shape(name=name, title=title, description=description, properties={}, steps=steps, schema=node)
        if steps in stack:
            return replace(base, recursive=True, kinds=_kinds(node), nullable="null" in _types(node))
        before = self.count
        shape = self._combine(self._own(base, node, stack=(*stack, steps)), node, stack=(*stack, steps))
        return replace(shape, size=self.count - before + 1)

    def _own(self, base: Shape, node: dict[str, Any], *, stack: tuple[Steps, ...]) -> Shape:
        """The shape of this subschema without its references and branches."""
        here = base.steps
        properties = {
            name: self.expand((*here, "properties", name), name=name, stack=stack)
            for name in node.get("properties", {})
        }
        positions = tuple(
            self.expand((*here, "prefixItems", index), name=base.name, stack=stack)
            for index in range(len(node.get("prefixItems", ())))
        )
        closed = bool(positions) and node.get("items") is False  # no more than the positions
        more = "items" in node and not closed
        items = self.expand((*here, "items"), name=base.name, stack=stack) if more else None
        choices = _choices(node)
        kinds = _kinds(node)
        return replace(
            base,
            kinds=kinds,
            nullable="null" in _types(node) and (choices is None or None in choices),
            choices=choices,
            format=node.get("format"),
            properties=properties,
            required=frozenset(node.get("required", ())),
            items=items,
            positions=positions,
        )

    def _combine(self, shape: Shape, node: dict[str, Any], *, stack: tuple[Steps, ...]) -> Shape:
        """Add references, allOf, anyOf and oneOf."""
        parts: list[Shape] = []
        if "$ref" in node:
            target = resolve(self.checked, shape.steps, node["$ref"])
            parts.append(self.expand(target, name=shape.name, stack=stack))
        parts += [self._branch(shape, "allOf", index, stack) for index in range(len(node.get("allOf", ())))]
        for part in parts:
            shape = _both(shape, part)
        branches = [
            self._branch(shape, keyword, index, stack)
            for keyword in ("anyOf", "oneOf")
            for index in range(len(node.get(keyword, ())))
        ]
        if not branches:
            return shape
        nullable = shape.nullable and any(branch.nullable for branch in branches)
        others = tuple(_both(shape, branch) for branch in branches if branch.kinds)
        if len(others) == 1:
            return replace(others[0], nullable=nullable)
        return replace(
            shape,
            nullable=nullable,
            alternatives=others,
            kinds=tuple(dict.fromkeys(kind for other in others for kind in other.kinds)),
        )

    def _branch(self, shape: Shape, keyword: str, index: int, stack: tuple[Steps, ...]) -> Shape:
        return self.expand((*shape.steps, keyword, index), name=shape.name, stack=stack)


def _both(shape: Shape, part: Shape) -> Shape:
    """Merge two subschemas for the same place; the title and description of the first win."""
    choices = part.choices if shape.choices is None else shape.choices
    return replace(
        shape,
        title=shape.title or part.title,
        description=shape.description or part.description,
        kinds=tuple(kind for kind in part.kinds if _allowed(kind, shape.kinds)),
        nullable=shape.nullable and part.nullable,
        choices=choices,
        format=shape.format or part.format,
        properties={**part.properties, **shape.properties},
        required=shape.required | part.required,
        items=shape.items or part.items,
        positions=shape.positions or part.positions,
        alternatives=part.alternatives,
        recursive=shape.recursive or part.recursive,
    )


def _allowed(kind: str, kinds: tuple[str, ...]) -> bool:
    return kind in kinds or (kind == "integer" and "number" in kinds)


def _types(node: dict[str, Any]) -> tuple[str, ...]:
    """The JSON types of `type`, or those implied by the other keywords."""
    named = node.get("type")
    if named is not None:
        return (named,) if isinstance(named, str) else tuple(named)
    choices = _choices(node)
    if choices is not None:
        return tuple(dict.fromkeys(_type_of(choice) for choice in choices))
    if "properties" in node:
        return ("object",)
    return ("array",) if {"items", "prefixItems"} & node.keys() else TYPES


def _kinds(node: dict[str, Any]) -> tuple[str, ...]:
    return tuple(kind for kind in _types(node) if kind != "null")


def _type_of(value: JSON) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "string"
    return "integer" if isinstance(value, int) else "number"


def _choices(node: dict[str, Any]) -> tuple[JSON, ...] | None:
    if "const" in node:
        return (node["const"],)
    return tuple(node["enum"]) if "enum" in node else None
