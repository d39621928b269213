"""Supported JSON Schema keywords, and the required form of each; what to write in place of the others.

A keyword outside these tables is refused, because an answer that ignored it could violate the caller's rule.
"""

import math
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import cast

from server.values.chat import JSON

TYPES = ("string", "number", "integer", "boolean", "null", "object", "array")
FORMATS = ("date", "date-time", "time", "duration", "email", "ipv4", "ipv6", "uuid", "uri")

# Left out of the copy used for validation: they do not affect which values are valid.
ANNOTATIONS = frozenset(
    {
        *("$schema", "$comment", "title", "description", "default", "examples", "example"),
        *("deprecated", "readOnly", "writeOnly", "strict", "discriminator"),
    }
)

# Keywords of JSON Schema that are refused, and what to write in their place.
_DESCRIBE = "leave it out or state it in the description"
_REFUSED: Mapping[str, str] = {
    "patternProperties": "name the properties in `properties`",
    "$dynamicRef": "write a `$ref` to a place within this schema",
    **dict.fromkeys(
        ("$anchor", "$dynamicAnchor", "$id"), "leave it out; a `$ref` names a place, such as '#/$defs/Item'"
    ),
    **dict.fromkeys(("contains", "minContains", "maxContains", "not", "if", "then", "else"), _DESCRIBE),
    **dict.fromkeys(("propertyNames", "dependentRequired", "dependentSchemas", "unevaluatedItems"), _DESCRIBE),
    **dict.fromkeys(("unevaluatedProperties", "additionalItems", "$vocabulary"), _DESCRIBE),
    **dict.fromkeys(("contentEncoding", "contentMediaType", "contentSchema"), _DESCRIBE),
}


def is_number(value: JSON) -> bool:
    """Whether `value` is a finite JSON number."""
    return (isinstance(value, int) and not isinstance(value, bool)) or (
        isinstance(value, float) and math.isfinite(value)
    )


def is_count(value: JSON) -> bool:
    """Whether `value` is a whole number from 0."""
    return is_number(value) and isinstance(value, (int, float)) and value >= 0 and value == int(value)


def is_scalar(value: JSON) -> bool:
    """Whether `value` is a string, a finite number, a boolean or null."""
    return value is None or isinstance(value, (str, bool)) or is_number(value)


def is_type(value: JSON) -> bool:
    """Whether `value` is a type name or a non-empty list of them."""
    names = [value] if isinstance(value, str) else value
    return isinstance(names, list) and bool(names) and all(isinstance(n, str) and n in TYPES for n in names)


def is_strings(value: JSON) -> bool:
    """Whether `value` is a list of strings."""
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def is_schema(value: JSON) -> bool:
    """Whether `value` may be a schema: an object, or true or false."""
    return isinstance(value, (dict, bool))


def is_schema_list(value: JSON) -> bool:
    """Whether `value` is a non-empty list of schemas."""
    return isinstance(value, list) and bool(value) and all(is_schema(item) for item in value)


def is_schema_map(value: JSON) -> bool:
    """Whether `value` is an object of schemas."""
    return isinstance(value, dict) and all(is_schema(item) for item in value.values())


# keyword: (predicate, what it must be)
KEYWORDS: Mapping[str, tuple[Callable[[JSON], bool], str]] = {
    "$ref": (lambda v: isinstance(v, str), "a string such as '#/$defs/Item'"),
    "$defs": (is_schema_map, "an object of schemas"),
    "definitions": (is_schema_map, "an object of schemas"),
    "type": (is_type, f"one of {', '.join(TYPES)}, or a list of them"),
    "enum": (
        lambda v: isinstance(v, list) and bool(v) and all(is_scalar(item) for item in v),
        "a non-empty list of strings, numbers, booleans or null",
    ),
    "const": (is_scalar, "a string, a number, a boolean or null"),
    "properties": (is_schema_map, "an object of schemas"),
    "required": (is_strings, "a list of strings"),
    "additionalProperties": (is_schema, "true, false or a schema"),
    "items": (is_schema, "a schema"),
    "prefixItems": (is_schema_list, "a non-empty list of schemas"),
    "anyOf": (is_schema_list, "a non-empty list of schemas"),
    "oneOf": (is_schema_list, "a non-empty list of schemas"),
    "allOf": (is_schema_list, "a non-empty list of schemas"),
    "format": (lambda v: isinstance(v, str), "a string"),
    "pattern": (lambda v: isinstance(v, str), "a string"),
    "minLength": (is_count, "a whole number from 0"),
    "maxLength": (is_count, "a whole number from 0"),
    "minItems": (is_count, "a whole number from 0"),
    "maxItems": (is_count, "a whole number from 0"),
    "minProperties": (is_count, "a whole number from 0"),
    "maxProperties": (is_count, "a whole number from 0"),
    "uniqueItems": (lambda v: isinstance(v, bool), "true or false"),
    "minimum": (is_number, "a number"),
    "maximum": (is_number, "a number"),
    "exclusiveMinimum": (is_number, "a number"),
    "exclusiveMaximum": (is_number, "a number"),
    "nullable": (lambda v: isinstance(v, bool), "true or false"),
    "multipleOf": (lambda v: is_number(v) and isinstance(v, (int, float)) and v > 0, "a number above 0"),
}
SCHEMA_MAPS = ("$defs", "definitions", "properties")
SCHEMA_LISTS = ("anyOf", "oneOf", "allOf", "prefixItems")
SCHEMA_PLACES = ("items", "additionalProperties")


def cure_of(keyword: str) -> str:
    """What to do about a keyword that is refused."""
    near = get_close_matches(keyword[:64], KEYWORDS, n=1)
    return _REFUSED.get(keyword) or (f"did you mean '{near[0]}'?" if near else "leave it out")


def without_nullable(node: dict[str, JSON]) -> dict[str, JSON]:
    """Say `nullable: true` of OpenAPI 3.0 as JSON Schema does, beside a type; without one it says nothing there."""
    nullable, kinds = node.pop("nullable", False), node.get("type")
    if nullable and kinds is not None:
        named = [kinds] if isinstance(kinds, str) else cast("list[str]", kinds)
        node["type"] = list(dict.fromkeys([*named, "null"]))
        if isinstance(node.get("enum"), list):
            node["enum"] = [*cast("list[JSON]", node["enum"]), None]
    return node
