"""Codec of requests to the Responses API, from wire types to the request that chat decodes to; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from server.errors import InvalidRequest
from server.protocol.field_names import refuse_near_misses
from server.protocol.openai import responses as wire
from server.protocol.openai.chat_codec import check_options
from server.protocol.openai.chat_messages import missing, refuse_retired
from server.protocol.openai.kept import Kept, no_pictures_left
from server.protocol.openai.responses_input import check_items, decode_input
from server.protocol.validation import validate_body
from server.values.chat import (
    AnswerFormat,
    ChatRequest,
    JSONObjectFormat,
    JSONSchemaFormat,
    Message,
    TextFormat,
    TextPart,
    Tool,
    ToolChoice,
)
from server.values.wording import RESPONSES

FIELDS: Final = frozenset(wire.ResponsesRequest.model_fields)
_LOGPROBS: Final = "message.output_text.logprobs"
_NOT_HERE: Final = {
    "conversation": "refers to a conversation that was kept, and none is kept here. Send its items as input.",
    "prompt": "refers to a prompt that was kept, and none is kept here. Send its text as instructions.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponsesCall:
    """A decoded request, how its answer is to be written, and the wire's request, which an answer repeats."""

    request: ChatRequest
    stream: bool
    asked: wire.ResponsesRequest


def decode_responses(body: Mapping[str, Any], earlier: Kept | None = None) -> ResponsesCall:
    """Turn a parsed body into a request, which continues `earlier`.

    Raises:
        InvalidRequest: a field is missing, misspelt, of the wrong type or of a value that cannot be taken.
    """
    refuse_near_misses(body, FIELDS)
    check_items(body)
    asked = validate_body(wire.ResponsesRequest, body)
    _refuse_kept(asked)
    if asked.pageglass is not None:
        check_options(asked.pageglass)
    tools = _decode_tools(asked.tools or ())
    choice, tools = _decode_choice(asked.tool_choice, tools)
    instructions = (Message(role="system", parts=(TextPart(text=asked.instructions),)),) if asked.instructions else ()
    return ResponsesCall(
        request=ChatRequest(
            model=asked.model,
            messages=_conversation(instructions, asked, earlier),
            answer_format=_decode_format(asked.text.format if asked.text else None),
            tools=tools,
            tool_choice=choice,
            max_tokens=asked.max_output_tokens,
            ground=_wants_evidence(asked, has_tools=bool(tools) and choice.mode != "none"),
            strict_grounding=bool(asked.pageglass and asked.pageglass.strict_grounding),
            parameters=_parameters(asked),
            wording=RESPONSES,
        ),
        stream=bool(asked.stream),
        asked=asked,
    )


def _conversation(
    instructions: tuple[Message, ...], asked: wire.ResponsesRequest, earlier: Kept | None
) -> tuple[Message, ...]:
    """The instructions of this request alone, what was said earlier, and what is said now."""
    before = decode_input(earlier.input, root="previous_response_id") if earlier else ()
    now = decode_input(asked.input)
    if earlier and earlier.pictures_left_out and not any(message.images for message in (*before, *now)):
        raise no_pictures_left()
    return (*instructions, *before, *now)


def _refuse_kept(asked: wire.ResponsesRequest) -> None:
    """Refuse what refers to something that is not kept here, or asks for an answer later."""
    refuse_retired(asked, _NOT_HERE)
    if asked.background:
        raise InvalidRequest(
            "'background' is not supported: an answer comes while the caller waits. Leave it out, or send false.",
            param="background",
            code="unsupported_parameter",
        )
    if asked.stream_options is not None and not asked.stream:
        raise InvalidRequest(
            "'stream_options' is only allowed when stream is true. Set stream to true, or leave stream_options out.",
            param="stream_options",
        )


def _parameters(asked: wire.ResponsesRequest) -> dict[str, Any]:
    """The fields for the engine's rules, by the names that they have in a chat request."""
    given = {name: value for name in sorted(wire.PASSED_ON) if (value := getattr(asked, name)) is not None}
    if asked.reasoning and asked.reasoning.effort is not None:
        given["reasoning_effort"] = asked.reasoning.effort
    if asked.text and asked.text.verbosity is not None:
        given["verbosity"] = asked.text.verbosity
    if _LOGPROBS in (asked.include or ()):
        given["logprobs"] = True
    return given


def _wants_evidence(asked: wire.ResponsesRequest, *, has_tools: bool) -> bool:
    options = asked.pageglass
    name = next((name for name in ("ground", "strict_grounding") if options and getattr(options, name)), None)
    if name is None:
        return False
    if isinstance(_decode_format(asked.text.format if asked.text else None), TextFormat) and not has_tools:
        raise InvalidRequest(
            f"'pageglass.{name}' is about fields: ask for them with text.format (json_schema or json_object) or with a "
            "tool. Lines with places are at /v1/ocr.",
            param=f"pageglass.{name}",
            code="unsupported_parameter",
        )
    return True


def _decode_format(spec: wire.TextFormatSpec | None) -> AnswerFormat:
    if spec is None or spec.type == "text":
        return TextFormat()
    if spec.type == "json_object" and spec.schema_ is not None:
        return JSONSchemaFormat(name="object", schema=spec.schema_, path="text.format.schema")
    if spec.type == "json_object":
        return JSONObjectFormat()
    if spec.name is None:
        raise missing("text.format.name", "type json_schema needs it")
    if spec.schema_ is None:
        raise missing("text.format.schema", "type json_schema needs it")
    return JSONSchemaFormat(name=spec.name, schema=spec.schema_, path="text.format.schema")


def _decode_tools(specs: Sequence[wire.ResponseTool]) -> tuple[Tool, ...]:
    tools: list[Tool] = []
    for index, spec in enumerate(specs):
        path = f"tools[{index}]"
        if spec.type != "function":
            raise InvalidRequest(
                f"Tools of type {spec.type[:60]!r} are not here ('{path}.type'): documents are read, and nothing is "
                "searched, run or browsed. Leave it out, or send tools of type function.",
                param=f"{path}.type",
                code="unsupported_value",
            )
        if spec.name is None:
            raise missing(f"{path}.name", "a tool of type function has one")
        if any(tool.name == spec.name for tool in tools):
            raise InvalidRequest(
                f"Invalid value for '{path}.name': {spec.name!r} is the name of another tool. Give each its own.",
                param=f"{path}.name",
            )
        tools.append(
            Tool(
                name=spec.name,
                description=spec.description or "",
                parameters=spec.parameters or {},
                path=f"{path}.parameters",
            )
        )
    return tuple(tools)


def _decode_choice(choice: Any, tools: tuple[Tool, ...]) -> tuple[ToolChoice, tuple[Tool, ...]]:
    """The choice, and the tools that are left by it."""
    if choice is None:
        return ToolChoice(), tools
    if isinstance(choice, str):
        if choice == "required" and not tools:
            raise InvalidRequest("'tool_choice' is required, but there are no tools. Send tools.", param="tool_choice")
        return ToolChoice(mode=choice), tools  # type: ignore[arg-type]
    if choice.type == "function":
        return ToolChoice(mode="named", name=_known(choice, tools, "tool_choice.name").name), tools
    if choice.type != "allowed_tools":
        raise InvalidRequest(
            f"A tool choice of type {choice.type[:60]!r} is not supported ('tool_choice.type'). Use "
            '{"type": "function", "name": ...}, or allowed_tools.',
            param="tool_choice.type",
            code="unsupported_value",
        )
    allowed = [_known(one, tools, f"tool_choice.tools[{index}].name") for index, one in enumerate(choice.tools or ())]
    if not allowed:
        raise missing("tool_choice.tools", "type allowed_tools names at least one")
    return ToolChoice(mode=choice.mode or "auto"), tuple(tool for tool in tools if tool in allowed)


def _known(named: wire.NamedTool, tools: tuple[Tool, ...], path: str) -> Tool:
    if named.name is None:
        raise missing(path, "a tool is chosen by its name")
    found = next((tool for tool in tools if tool.name == named.name), None)
    if found is None:
        names = ", ".join(repr(tool.name) for tool in tools) or "none"
        raise InvalidRequest(
            f"Invalid value for '{path}': no tool is called {named.name[:64]!r}. Tools of this request: {names}.",
            param=path,
        )
    return found
