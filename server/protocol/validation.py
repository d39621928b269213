"""Translates pydantic's validation errors: the path as a client would write it, and a helpful message."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from server.errors import InvalidRequest
from server.protocol.common import TAGS
from server.protocol.json_body import json_type

RequestType = TypeVar("RequestType", bound=BaseModel)

_EXPECTED = {
    "string_type": "a string",
    "int_type": "an integer",
    "float_type": "a number",
    "bool_type": "a boolean",
    "list_type": "an array",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
}
_LIMITS = {
    "greater_than_equal": "at least {ge}",
    "greater_than": "greater than {gt}",
    "less_than_equal": "at most {le}",
    "less_than": "less than {lt}",
    "finite_number": "a finite number",
    "too_long": "of at most {max_length} members",
    "too_short": "of at least {min_length} member",
}
_ECHO = 60  # characters of an offending value that are shown back


def validate_body(kind: type[RequestType], body: Mapping[str, Any]) -> RequestType:
    """Validate a parsed body against a wire type.

    Raises:
        InvalidRequest: the first fault, with its path in `param`.
    """
    try:
        return kind.model_validate(body)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=True)
        raise _explain(faults[0], body, others=len(faults) - 1) from None


def render_path(steps: Sequence[str | int]) -> str:
    """Write a path as OpenAI does: ``messages[0].content[1].text``; odd keys in brackets, cut to 64 characters."""
    path = ""
    for step in steps:
        if isinstance(step, int):
            path += f"[{step}]"
        elif step.isascii() and step.isidentifier():
            path += f".{step[:64]}" if path else step[:64]
        else:
            path += f"[{step[:64]!r}]"
    return path


def _explain(fault: ErrorDetails, body: Mapping[str, Any], *, others: int) -> InvalidRequest:
    path, kind, value = render_path(_real_steps(fault, body)), fault["type"], fault["input"]
    more = " (More was found after it.)" if others else ""
    if kind == "missing":
        return InvalidRequest(
            f"Missing required parameter: '{path}'.{more}", param=path, code="missing_required_parameter"
        )
    if kind in _EXPECTED or kind == "wrong_json_type":
        expected = _EXPECTED.get(kind) or fault["msg"].removeprefix("expected ")
        return InvalidRequest(
            f"Invalid type for '{path}': expected {expected}, but got {json_type(value)} instead.{more}",
            param=path,
            code="invalid_type",
        )
    return InvalidRequest(
        f"Invalid value for '{path}': {_shown(value)}. {_rule(fault)}{more}", param=path, code="invalid_value"
    )


def _rule(fault: ErrorDetails) -> str:
    kind, context = fault["type"], fault.get("ctx", {})
    if kind in _LIMITS:
        return f"It must be {_LIMITS[kind].format(**context)}."
    if kind == "literal_error":
        return f"Supported values are: {context['expected']}."
    return f"{fault['msg']}."


def _real_steps(fault: ErrorDetails, body: Mapping[str, Any]) -> list[str | int]:
    """The fault's location without pydantic's own steps (branches of unions, ``[key]``): walk the body itself."""
    steps: list[str | int] = []
    node: Any = body
    last = len(fault["loc"]) - 1
    for at, step in enumerate(fault["loc"]):
        if step in TAGS:
            continue
        try:
            node = node[step]
            steps.append(step)
        except (LookupError, TypeError):
            if at == last and fault["type"] == "missing":
                steps.append(step)
    return steps


def _shown(value: object) -> str:
    if isinstance(value, list | dict | bytes):
        return json_type(value)
    if isinstance(value, int) and abs(value) > 10**30:
        return "a very large number"
    text = repr(value[: _ECHO + 1] if isinstance(value, str) else value)
    return text if len(text) <= _ECHO else text[:_ECHO] + "..."
