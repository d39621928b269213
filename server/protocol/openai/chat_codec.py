"""Codec of chat requests, from wire types to domain values; pure, so that it is tested without a server."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from server.errors import InvalidRequest
from server.protocol.field_names import nearest_name, refuse_near_misses
from server.protocol.openai import chat
from server.protocol.openai.chat_messages import decode_message, missing, refuse_retired
from server.protocol.openai.part_names import check_parts
from server.protocol.validation import validate_body
from server.values.chat import (
    AnswerFormat,
    ChatRequest,
    JSONObjectFormat,
    JSONSchemaFormat,
    TextFormat,
    Tool,
    ToolChoice,
)

FIELDS = frozenset(chat.ChatCompletionRequest.model_fields)
PARAMETERS = FIELDS - chat.STRUCTURAL
_RETIRED = {
    "functions": "is OpenAI's retired form. Use tools.",
    "function_call": "is OpenAI's retired form. Use tool_choice.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatCall:
    """A decoded request and how its answer is to be written."""

    request: ChatRequest
    stream: bool
    include_usage: bool


def decode_request(body: Mapping[str, Any]) -> ChatCall:
    """Turn a parsed body into a request.

    Raises:
        InvalidRequest: a field is missing, misspelt, of the wrong type or of a value that cannot be taken.
    """
    refuse_near_misses(body, FIELDS)
    check_parts(body)
    wire = validate_body(chat.ChatCompletionRequest, body)
    refuse_retired(wire, _RETIRED)
    if wire.pageglass is not None:
        check_options(wire.pageglass)
    tools = _decode_tools(wire.tools) if wire.tools else ()
    if wire.stream_options is not None and not wire.stream:
        raise InvalidRequest(
            "'stream_options' is only allowed when stream is true. Set stream to true, or leave stream_options out.",
            param="stream_options",
        )
    return ChatCall(
        request=ChatRequest(
            model=wire.model,
            messages=tuple(
                message
                for index, one in enumerate(wire.messages)
                for message in decode_message(one, f"messages[{index}]")
            ),
            answer_format=_decode_format(wire.response_format),
            tools=tools,
            tool_choice=_decode_choice(wire.tool_choice, tools) if wire.tool_choice else ToolChoice(),
            stop=_decode_stop(wire.stop) if wire.stop is not None else (),
            max_tokens=wire.max_tokens if wire.max_completion_tokens is None else wire.max_completion_tokens,
            ground=wire.pageglass is not None and _wants_evidence(wire, wire.pageglass),
            strict_grounding=bool(wire.pageglass and wire.pageglass.strict_grounding),
            parameters={name: value for name in sorted(PARAMETERS) if (value := getattr(wire, name)) is not None},
        ),
        stream=bool(wire.stream),
        include_usage=bool(wire.stream_options and wire.stream_options.include_usage),
    )


def check_options(options: chat.PageglassOptions) -> None:
    """Refuse options of ours that are unknown; raises `InvalidRequest`."""
    for name in options.model_extra or ():
        meant = nearest_name(name, chat.PageglassOptions.model_fields)
        cure = f"Did you mean 'pageglass.{meant}'?" if meant else "Known are: ground, strict_grounding, cache."
        raise InvalidRequest(
            f"Unknown parameter: 'pageglass.{name[:64]}'. {cure}",
            param=f"pageglass.{name[:64]}",
            code="unknown_parameter",
        )


def _wants_evidence(wire: chat.ChatCompletionRequest, options: chat.PageglassOptions) -> bool:
    """Whether fields are to come with the print they rest on; refused where there are none, or several answers."""
    name = next((name for name in ("ground", "strict_grounding") if getattr(options, name)), None)
    if name is None:
        return False
    calls = bool(wire.tools) and wire.tool_choice != "none"
    if isinstance(_decode_format(wire.response_format), TextFormat) and not calls:
        raise InvalidRequest(
            f"'pageglass.{name}' is about fields: ask for them with response_format (json_schema or json_object) "
            "or with a tool. Lines with places are at /v1/ocr.",
            param=f"pageglass.{name}",
            code="unsupported_parameter",
        )
    if (wire.n or 1) > 1:
        raise InvalidRequest(
            f"'pageglass.{name}' is only available for one answer. Set n to 1, or leave it out.",
            param=f"pageglass.{name}",
            code="unsupported_parameter",
        )
    return True


def _decode_stop(stop: str | list[str]) -> tuple[str, ...]:
    sequences = (stop,) if isinstance(stop, str) else tuple(stop)
    if "" in sequences:
        raise InvalidRequest("Invalid value for 'stop': a stop sequence must not be empty. Leave it out.", param="stop")
    return sequences


def _decode_format(wire: chat.ResponseFormat | None) -> AnswerFormat:
    if wire is None or wire.type == "text":
        return TextFormat()
    if wire.type == "json_object" and wire.schema_ is not None:
        return JSONSchemaFormat(name="object", schema=wire.schema_, path="response_format.schema")
    if wire.type == "json_object":
        return JSONObjectFormat()
    if wire.json_schema is None:
        raise missing("response_format.json_schema", "type json_schema needs it")
    if wire.json_schema.schema_ is None:
        raise missing("response_format.json_schema.schema", "type json_schema needs it")
    return JSONSchemaFormat(name=wire.json_schema.name, schema=wire.json_schema.schema_)


def _decode_tools(wire: Sequence[chat.ToolSpec]) -> tuple[Tool, ...]:
    tools: list[Tool] = []
    for index, spec in enumerate(wire):
        path = f"tools[{index}]"
        if spec.type != "function":
            raise InvalidRequest(
                f"Tools of type {spec.type[:60]!r} are not supported ('{path}.type'). Use type function.",
                param=f"{path}.type",
                code="unsupported_value",
            )
        if spec.function is None:
            raise missing(f"{path}.function", "a tool of type function carries it")
        name = spec.function.name
        if any(tool.name == name for tool in tools):
            raise InvalidRequest(
                f"Invalid value for '{path}.function.name': {name!r} is the name of another tool. Give each its own.",
                param=f"{path}.function.name",
            )
        tools.append(
            Tool(
                name=name,
                description=spec.function.description or "",
                parameters=spec.function.parameters or {},
                path=f"{path}.function.parameters",
            )
        )
    return tuple(tools)


def _decode_choice(
    choice: chat.NamedToolChoice | Literal["none", "auto", "required"], tools: tuple[Tool, ...]
) -> ToolChoice:
    if isinstance(choice, chat.NamedToolChoice):
        return ToolChoice(mode="named", name=_chosen_name(choice, tools))
    if choice == "required" and not tools:
        raise InvalidRequest("'tool_choice' is required, but there are no tools. Send tools.", param="tool_choice")
    return ToolChoice(mode=choice)


def _chosen_name(choice: chat.NamedToolChoice, tools: tuple[Tool, ...]) -> str:
    if choice.type != "function":
        raise InvalidRequest(
            f"A tool choice of type {choice.type[:60]!r} is not supported ('tool_choice.type'). Use "
            '{"type": "function", "function": {"name": ...}}, and send only the tools that may be called.',
            param="tool_choice.type",
            code="unsupported_value",
        )
    if choice.function is None:
        raise missing("tool_choice.function", "type function needs it")
    if all(tool.name != choice.function.name for tool in tools):
        named = ", ".join(repr(tool.name) for tool in tools) or "none"
        raise InvalidRequest(
            f"Invalid value for 'tool_choice.function.name': no tool is called {choice.function.name[:64]!r}. "
            f"Tools of this request: {named}.",
            param="tool_choice.function.name",
        )
    return choice.function.name
