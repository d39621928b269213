"""Constrained decoding: the form of an answer, and the validation of the complete answer."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from jsonschema.protocols import Validator

from server.errors import InvalidRequest
from server.fields.schema.check import check_schema
from server.fields.schema.validator import CheckTooLong, make_validator, time_to_check
from server.values.chat import (
    JSON,
    ChatRequest,
    Constraint,
    JSONObject,
    JSONObjectFormat,
    JSONSchemaFormat,
    TextFormat,
    Tool,
)

_NAMED = frozenset({"properties", "patternProperties", "dependentSchemas", "$defs", "definitions"})  # schemas by name
_KINDS = ("json", "regex", "choice", "grammar")
_CHECK_S = 5.0
_ANY_OBJECT: JSONObject = {"type": "object"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The form of the answers: plain text, or a constraint and, for JSON, the validator of a complete answer.

    With `tool` the answer is that tool's arguments; with `calls` it is a list of calls, each a name and parameters.
    """

    constraint: Constraint | None = None
    validator: Validator | None = None
    tool: Tool | None = None
    calls: bool = False

    @property
    def is_json(self) -> bool:
        """Whether a whole answer is JSON."""
        return self.validator is not None


def choose_form(request: ChatRequest) -> Form:
    """Determine the form of `request`: tool arguments take precedence over a response format, then other constraints.

    Raises:
        InvalidRequest: a schema is not supported, or two forms are requested at once.
    """
    given = request.parameters.get("structured_outputs")
    if given is not None:
        return _own_form(request, cast("JSONObject", given))
    match request.tool_choice.mode:
        case "named":
            return _tool_form(next(tool for tool in request.tools if tool.name == request.tool_choice.name))
        case "required":
            return _tool_form(request.tools[0]) if len(request.tools) == 1 else _calls_form(request)
    if request.tools and request.tool_choice.mode == "auto" and not isinstance(request.answer_format, TextFormat):
        raise InvalidRequest(
            f"'{request.wording.answer_format}' cannot be joined with tools that the model may call or not: an answer "
            'that is held to a schema holds no call. Send tool_choice "none" with the schema, or "required" without '
            "it.",
            param=request.wording.answer_format,
            code="unsupported_value",
        )
    match request.answer_format:
        case JSONSchemaFormat(schema=schema, path=path):
            checked, validator = _checked(schema, path=path)
            return Form(constraint=Constraint(kind="json", spec=checked, path=path), validator=validator)
        case JSONObjectFormat():
            constraint = Constraint(kind="json", spec=None, path=request.wording.answer_format)
            return Form(constraint=constraint, validator=make_validator(dict(_ANY_OBJECT)))
    return Form()


def _tool_form(tool: Tool) -> Form:
    schema, validator = _checked(tool.parameters or _ANY_OBJECT, path=tool.path)
    return Form(constraint=Constraint(kind="json", spec=schema, path=tool.path), validator=validator, tool=tool)


def _calls_form(request: ChatRequest) -> Form:
    """A list of calls, at least one, of any of the tools; one only where calls are not to be made side by side."""
    calls: list[JSON] = []
    places: dict[str, str] = {}
    for number, tool in enumerate(request.tools):
        schema, _ = _checked(tool.parameters or _ANY_OBJECT, path=tool.path)
        steps = f"items.anyOf[{number}].properties.parameters"
        places[steps] = tool.path
        home = f"#/items/anyOf/{number}/properties/parameters"
        calls.append(
            {
                "type": "object",
                "properties": {
                    "name": {"type": "string", "enum": [tool.name]},
                    "parameters": _moved(schema, home),
                },
                "required": ["name", "parameters"],
                "additionalProperties": False,
            }
        )
    wanted: dict[str, JSON] = {"type": "array", "minItems": 1, "items": {"anyOf": calls}}
    if request.parameters.get("parallel_tool_calls") is False:
        wanted["maxItems"] = 1
    constraint = Constraint(kind="json", spec=wanted, path="tools", places=places)
    return Form(constraint=constraint, validator=make_validator(wanted), calls=True)


def _moved(node: JSON, home: str) -> JSON:
    """A checked schema as it reads inside another one, where its root stands at `home`: references lead there."""
    if isinstance(node, list):
        return [_moved(part, home) for part in node]
    if not isinstance(node, Mapping):
        return node
    return {keyword: _moved_part(keyword, part, home) for keyword, part in node.items()}


def _moved_part(keyword: str, part: JSON, home: str) -> JSON:
    if keyword in {"const", "enum"}:
        return part
    if keyword == "$ref" and isinstance(part, str):
        return home + part.removeprefix("#")
    if keyword in _NAMED and isinstance(part, Mapping):
        return {name: _moved(schema, home) for name, schema in part.items()}
    return _moved(part, home)


def _own_form(request: ChatRequest, given: JSONObject) -> Form:
    """The form of `structured_outputs`, vLLM's own field: one of a schema, a pattern, a list of choices, a grammar."""
    path = "structured_outputs"
    if not isinstance(request.answer_format, TextFormat) or request.tool_choice.mode in {"named", "required"}:
        raise InvalidRequest(
            f"'{path}' cannot be joined with response_format or a forced tool. Send one of them.", param=path
        )
    kinds = [kind for kind in given if given[kind] is not None]
    if len(kinds) != 1 or kinds[0] not in _KINDS:
        raise InvalidRequest(
            f"Invalid value for '{path}': it holds {', '.join(map(repr, kinds))[:200] or 'nothing'}. Give it exactly "
            f"one of {', '.join(_KINDS)}.",
            param=path,
        )
    kind, spec = kinds[0], given[kinds[0]]
    path = f"{path}.{kind}"
    if kind == "json":
        if not isinstance(spec, Mapping):
            raise InvalidRequest(f"Invalid type for '{path}': expected an object, a JSON schema.", param=path)
        schema, validator = _checked(spec, path=path)
        return Form(constraint=Constraint(kind="json", spec=schema, path=path), validator=validator)
    if kind == "choice":
        if not (isinstance(spec, list) and spec and all(isinstance(item, str) and item for item in spec)):
            raise InvalidRequest(f"Invalid value for '{path}': expected a list of texts, none empty.", param=path)
    elif not (isinstance(spec, str) and spec.strip()):
        raise InvalidRequest(f"Invalid value for '{path}': expected text that is not empty.", param=path)
    return Form(constraint=Constraint(kind=cast("Any", kind), spec=spec, path=path))


def _checked(schema: JSONObject, *, path: str) -> tuple[dict[str, JSON], Validator]:
    """The schema as it may be used, and its validator."""
    root = check_schema(schema, path=path).root
    return root, make_validator(root)


def fault_of(text: str, validator: Validator) -> str | None:
    """The fault of a complete answer that violates its schema, without its content; None if it is valid."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return "it is not JSON"
    try:
        with time_to_check(_CHECK_S):
            error = next(validator.iter_errors(value), None)
    except (CheckTooLong, ArithmeticError, RecursionError):
        return "it is too large or too deep to be checked against it"
    return None if error is None else f"{error.json_path} breaks the rule {error.validator!r}"
