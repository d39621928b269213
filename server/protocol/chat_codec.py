"""Chat requests from the wire to inner values, and answers back; pure, so that it is tested without a server."""

import secrets
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from server.engines.base import (
    Answer,
    AnswerFormat,
    ChatRequest,
    Delta,
    JSONObjectFormat,
    JSONSchemaFormat,
    PageNote,
    TextFormat,
    Tool,
    ToolCall,
    ToolChoice,
    Usage,
)
from server.errors import InvalidRequest
from server.protocol import chat
from server.protocol.chat_messages import decode_messages, missing
from server.protocol.field_names import nearest_name, refuse_near_misses, unknown_names
from server.protocol.part_names import refuse_misplaced
from server.protocol.validation import validate_body

FIELDS = frozenset(chat.ChatCompletionRequest.model_fields)
PARAMETERS = FIELDS - chat.STRUCTURAL
_MOST_PARTS = 2_000
_PART_LISTS = ("content", "tool_calls")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatCall:
    """A decoded request and how its answer is to be written."""

    request: ChatRequest
    stream: bool
    include_usage: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerHead:
    """What every chunk of an answer repeats; `created` is in Unix seconds."""

    model: str
    fingerprint: str
    id: str = field(default_factory=lambda: f"chatcmpl-{secrets.token_hex(16)}")
    created: int = field(default_factory=lambda: int(time.time()))


def ignored_fields(body: Mapping[str, Any]) -> tuple[str, ...]:
    """The fields of a body that nobody here knows."""
    return unknown_names(body, FIELDS)


def decode_request(body: Mapping[str, Any]) -> ChatCall:
    """Turn a parsed body into a request.

    Raises:
        InvalidRequest: a field is missing, misspelt, of the wrong type or of a value that cannot be taken.
    """
    refuse_near_misses(ignored_fields(body), FIELDS)
    _refuse_crowds(body)
    refuse_misplaced(body)
    wire = validate_body(chat.ChatCompletionRequest, body)
    _refuse_legacy(wire)
    _check_options(wire.pageglass)
    tools = _decode_tools(wire)
    if wire.stream_options is not None and not wire.stream:
        raise InvalidRequest(
            "'stream_options' is only allowed when stream is true. Set stream to true, or leave stream_options out.",
            param="stream_options",
        )
    return ChatCall(
        request=ChatRequest(
            model=wire.model,
            messages=decode_messages(wire.messages),
            answer_format=_decode_format(wire.response_format),
            tools=tools,
            tool_choice=_decode_choice(wire, tools),
            stop=_decode_stop(wire.stop),
            max_tokens=wire.max_tokens if wire.max_completion_tokens is None else wire.max_completion_tokens,
            parameters={name: value for name in sorted(PARAMETERS) if (value := getattr(wire, name)) is not None},
        ),
        stream=bool(wire.stream),
        include_usage=bool(wire.stream_options and wire.stream_options.include_usage),
    )


def _refuse_crowds(body: Mapping[str, Any]) -> None:
    """Count parts before any is looked at: a body of the largest size could hold millions."""
    messages = body.get("messages")
    if not isinstance(messages, list):
        return
    members = (message.get(name) for message in messages if isinstance(message, dict) for name in _PART_LISTS)
    count = len(messages) + sum(len(member) for member in members if isinstance(member, list))
    if count > _MOST_PARTS:
        raise InvalidRequest(
            f"Invalid value for 'messages': {count} messages and parts. At most {_MOST_PARTS} are taken.",
            param="messages",
        )


def _refuse_legacy(wire: chat.ChatCompletionRequest) -> None:
    for name, cure in (("functions", "tools"), ("function_call", "tool_choice")):
        if getattr(wire, name) is not None:
            raise InvalidRequest(
                f"'{name}' is OpenAI's retired form. Use {cure}.", param=name, code="unsupported_parameter"
            )


def _check_options(options: chat.PageglassOptions | None) -> None:
    if options is None:
        return
    for name in options.model_extra or ():
        meant = nearest_name(name, chat.PageglassOptions.model_fields)
        cure = f"Did you mean 'pageglass.{meant}'?" if meant else "Known are: ground, strict_grounding, cache."
        raise InvalidRequest(
            f"Unknown parameter: 'pageglass.{name[:64]}'. {cure}",
            param=f"pageglass.{name[:64]}",
            code="unknown_parameter",
        )
    for name in ("ground", "strict_grounding"):
        if getattr(options, name):
            raise InvalidRequest(
                f"'pageglass.{name}' is not supported by this version. Leave it out, or set it to false.",
                param=f"pageglass.{name}",
                code="unsupported_parameter",
            )


def _decode_stop(stop: str | list[str] | None) -> tuple[str, ...]:
    sequences = (stop,) if isinstance(stop, str) else tuple(stop or ())
    if "" in sequences:
        raise InvalidRequest("Invalid value for 'stop': a stop sequence must not be empty. Leave it out.", param="stop")
    return sequences


def _decode_format(wire: chat.ResponseFormat | None) -> AnswerFormat:
    if wire is None or wire.type == "text":
        return TextFormat()
    if wire.type == "json_object":
        return JSONObjectFormat()
    if wire.json_schema is None:
        raise missing("response_format.json_schema", "type json_schema needs it")
    if wire.json_schema.schema_ is None:
        raise missing("response_format.json_schema.schema", "type json_schema needs it")
    return JSONSchemaFormat(name=wire.json_schema.name, schema=wire.json_schema.schema_)


def _decode_tools(wire: chat.ChatCompletionRequest) -> tuple[Tool, ...]:
    tools: list[Tool] = []
    for index, spec in enumerate(wire.tools or ()):
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


def _decode_choice(wire: chat.ChatCompletionRequest, tools: tuple[Tool, ...]) -> ToolChoice:
    choice = wire.tool_choice
    if isinstance(choice, chat.NamedToolChoice):
        return ToolChoice(mode="named", name=_chosen_name(choice, tools))
    if choice == "required" and not tools:
        raise InvalidRequest("'tool_choice' is required, but there are no tools. Send tools.", param="tool_choice")
    return ToolChoice(mode=choice or "auto")


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


def encode_answer(answer: Answer, head: AnswerHead) -> chat.ChatCompletion:
    """Write a whole answer."""
    message = chat.AnswerMessage(
        content=answer.text,
        refusal=answer.refusal,
        tool_calls=tuple(_encode_call(call) for call in answer.tool_calls) or None,
    )
    return chat.ChatCompletion(
        id=head.id,
        created=head.created,
        model=head.model,
        choices=(chat.Choice(message=message, finish_reason=answer.finish_reason),),
        usage=_encode_usage(answer.usage),
        system_fingerprint=head.fingerprint,
        pageglass=_encode_pages(answer.pages),
    )


async def encode_stream(
    deltas: AsyncIterator[Delta], head: AnswerHead, *, include_usage: bool
) -> AsyncGenerator[chat.ChatCompletionChunk, None]:
    """Write an answer as chunks: role, pieces, finish reason and, where asked for, usage."""
    chunks = _ChunkWriter(head, include_usage=include_usage)
    yield chunks.write(chat.ChunkDelta(role="assistant", content="", refusal=None))
    calls = 0
    async for delta in deltas:
        if delta.text:
            yield chunks.write(chat.ChunkDelta(content=delta.text))
        if delta.refusal:
            yield chunks.write(chat.ChunkDelta(refusal=delta.refusal))
        if delta.tool_call:
            yield chunks.write(chat.ChunkDelta(tool_calls=(_encode_call_delta(delta.tool_call, calls),)))
            calls += 1
        if delta.finish_reason:
            yield chunks.finish(delta)
            if include_usage and delta.usage:
                yield chunks.usage(delta.usage)


class _ChunkWriter:
    """Makes the chunks of one answer; each carries only the members that it sets."""

    def __init__(self, head: AnswerHead, *, include_usage: bool) -> None:
        self._head = head
        self._blank: dict[str, Any] = {"usage": None} if include_usage else {}

    def write(self, delta: chat.ChunkDelta) -> chat.ChatCompletionChunk:
        return self._chunk(chat.ChunkChoice(index=0, delta=delta, logprobs=None, finish_reason=None), **self._blank)

    def finish(self, last: Delta) -> chat.ChatCompletionChunk:
        choice = chat.ChunkChoice(index=0, delta=chat.ChunkDelta(), logprobs=None, finish_reason=last.finish_reason)
        return self._chunk(choice, pageglass=_encode_pages(last.pages), **self._blank)

    def usage(self, usage: Usage) -> chat.ChatCompletionChunk:
        return self._chunk(usage=_encode_usage(usage))

    def _chunk(self, *choices: chat.ChunkChoice, **members: Any) -> chat.ChatCompletionChunk:
        return chat.ChatCompletionChunk(
            id=self._head.id,
            object="chat.completion.chunk",
            created=self._head.created,
            model=self._head.model,
            system_fingerprint=self._head.fingerprint,
            choices=choices,
            **members,
        )


def _encode_call(call: ToolCall) -> chat.MessageToolCall:
    return chat.MessageToolCall(id=call.id, function=chat.FunctionCall(name=call.name, arguments=call.arguments))


def _encode_call_delta(call: ToolCall, index: int) -> chat.ToolCallDelta:
    function = chat.FunctionCall(name=call.name, arguments=call.arguments)
    return chat.ToolCallDelta(index=index, id=call.id, type="function", function=function)


def _encode_usage(usage: Usage) -> chat.CompletionUsage:
    return chat.CompletionUsage(
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        total_tokens=usage.prompt_tokens + usage.completion_tokens,
        prompt_tokens_details=chat.PromptTokensDetails(cached_tokens=usage.cached_tokens, audio_tokens=0),
        completion_tokens_details=chat.CompletionTokensDetails(
            reasoning_tokens=0, audio_tokens=0, accepted_prediction_tokens=0, rejected_prediction_tokens=0
        ),
    )


def _encode_pages(pages: tuple[PageNote, ...]) -> chat.PageglassInfo:
    return chat.PageglassInfo(
        pages=tuple(
            chat.PageInfo(
                source=page.source,
                number=page.number,
                width=page.width,
                height=page.height,
                quarter_turns=page.quarter_turns,
                notes=page.notes,
            )
            for page in pages
        )
    )
