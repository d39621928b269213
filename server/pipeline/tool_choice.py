"""Which tools a recogniser may call, and which of them the pages answer.

A reader cannot reason about tools: of several it calls the one whose required parameters the pages show. After a tool's
result it calls none again, so that no agent loops: only a tool that takes the final answer, or content.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from server.errors import InvalidRequest
from server.evidence.field_answers import fields_of_print
from server.fields.extraction import Extraction
from server.fields.schema.shapes import CompiledSchema, compile_schema
from server.values.chat import JSON, ChatRequest, JSONObjectFormat, JSONSchemaFormat, Tool
from server.values.lines import Lines

_MOST: Final = 16
_FINAL: Final = ("final_answer", "final_result", "final_output", "submit_answer", "return_answer")
"""How agents' libraries name the tool that takes their answer."""
_TEXTS: Final = frozenset({"answer", "text", "content", "output", "response", "result", "final_answer"})
"""Names of a parameter that takes the whole answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallableTool:
    """A tool that may be called: its name, the schema of its parameters, and the one that takes text as it is."""

    name: str
    schema: CompiledSchema
    text_parameter: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCalled:
    """The tool that the pages answer, and what was found for it."""

    tool: CallableTool
    found: Extraction


def callable_tools(request: ChatRequest) -> tuple[CallableTool, ...]:
    """Return the tools that may be called, in the caller's order; none where the answer is content.

    Raises:
        InvalidRequest: the schema of one is not supported, or there are too many to look for each on the pages.
    """
    chosen = _chosen(request)
    if len(chosen) > _MOST:
        raise InvalidRequest(
            f"This model chooses among at most {_MOST} tools, and there are {len(chosen)}: each is looked for on the "
            f'pages. Send fewer, or name one: "tool_choice": {request.wording.choice % json.dumps(chosen[0].name)}.',
            param="tools",
            code="unsupported_value",
        )
    return tuple(
        CallableTool(
            name=tool.name, schema=compile_schema(schema, path=tool.path), text_parameter=_text_parameter(schema)
        )
        for tool in chosen
        if (schema := tool.parameters or {"type": "object", "properties": {}}) is not None
    )


def _chosen(request: ChatRequest) -> Sequence[Tool]:
    choice, tools = request.tool_choice, request.tools
    if choice.mode == "none":
        return ()
    if choice.mode == "named":
        return [tool for tool in tools if tool.name == choice.name]
    wants_fields = isinstance(request.answer_format, JSONSchemaFormat | JSONObjectFormat)
    if choice.mode == "auto" and wants_fields:
        return ()
    if not _has_result(request):
        return tools
    final = [tool for tool in tools if tool.name.startswith(_FINAL)]
    return final or (tools if choice.mode == "required" else ())


def _has_result(request: ChatRequest) -> bool:
    """Whether a tool has answered since the last turn of the assistant; its pictures may follow as a user's."""
    for message in reversed(request.messages):
        if message.role in {"assistant", "tool"}:
            return message.role == "tool"
    return False


def _text_parameter(schema: object) -> str | None:
    """The only parameter of a tool where it takes any text: `answer` of `final_answer`."""
    properties = schema.get("properties") if isinstance(schema, dict) else None
    if not isinstance(properties, dict) or len(properties) != 1:
        return None
    (name, part), *_ = properties.items()
    kinds = part.get("type", "string") if isinstance(part, dict) else "string"
    takes_text = kinds in {"string", "any"} or (isinstance(kinds, list) and "string" in kinds)
    return str(name) if takes_text and str(name).lower() in _TEXTS else None


def tool_for(tools: Sequence[CallableTool], lines: Sequence[Lines], text: str, *, must_call: bool) -> ToolCalled | None:
    """Choose the tool of which the pages show the most required parameters; None if they answer none of several.

    With `must_call`, or where there is only one, that one is called even if something is missing, and the extraction
    says what.
    """
    called = [_answered(tool, lines, text) for tool in tools]
    best = max(called, key=lambda one: _share(one.found, one.tool), default=None)
    if best is None or len(tools) == 1 or must_call:
        return best
    return best if _share(best.found, best.tool)[0] > 0 else None


def _answered(tool: CallableTool, lines: Sequence[Lines], text: str) -> ToolCalled:
    if tool.text_parameter is not None:
        return ToolCalled(tool=tool, found=Extraction(value={tool.text_parameter: text}))
    return ToolCalled(tool=tool, found=fields_of_print(lines, tool.schema))


def _share(found: Extraction, tool: CallableTool) -> tuple[float, int]:
    """The share of the required parameters that the pages show, and how many; a tool that takes any text comes last."""
    if tool.text_parameter is not None:
        return (1e-6, 0)
    shape = tool.schema.shape
    required = shape.required or frozenset(shape.properties)
    if found.value is None or not required:
        return (0.0, 0)
    shown = sum(_is_shown(found.value.get(name)) for name in required)
    return shown / len(required), shown


def _is_shown(value: JSON) -> bool:
    if isinstance(value, dict):
        return any(map(_is_shown, value.values()))
    if isinstance(value, list):
        return bool(value)
    return value is not None
