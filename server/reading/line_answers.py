"""Answers built from recognised lines: text, fields as JSON, or the arguments of a tool.

What a request asks for is decided first (`plan_reading`), before anything expensive; then pages are read and the answer
is given piece by piece.
"""

import asyncio
import json
import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Literal

from server.engines.base import Recognizer
from server.errors import InvalidRequest
from server.fields.extraction import Extraction, extract_fields, extract_named
from server.fields.listed_fields import listed_fields
from server.fields.pairs import extract_pairs
from server.fields.schema.shapes import CompiledSchema, compile_schema
from server.reading.page_notes import page_notes
from server.reading.page_text import TextBuilder, merge_runs
from server.reading.tokens import TextLimiter, count_image_tokens, count_tokens
from server.values.chat import (
    ChatRequest,
    Delta,
    FinishReason,
    JSONObjectFormat,
    JSONSchemaFormat,
    Tool,
    ToolCall,
    Usage,
)
from server.values.lines import Lines
from server.values.pages import ImageSource, Page


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingPlan:
    """What to read and what to make of it; `names` are the fields that a prompt lists.

    `text_tokens` counts the words of all messages: a prompt may have millions, which is not for the event loop.
    """

    kind: Literal["text", "fields", "named", "pairs", "tool"]
    images: tuple[ImageSource, ...]
    schema: CompiledSchema | None = None
    names: tuple[str, ...] = ()
    tool: str = ""
    text_tokens: int = 0


def plan_reading(request: ChatRequest) -> ReadingPlan:
    """Decide what `request` asks a reader for.

    Raises:
        InvalidRequest: there is no picture to read, the tool to call is not clear, or the schema cannot be honoured.
    """
    return replace(_plan(request), text_tokens=sum(count_tokens(message.text) for message in request.messages))


def _plan(request: ChatRequest) -> ReadingPlan:
    images = _pictures(request)
    if tool := _called_tool(request):
        return ReadingPlan(
            kind="tool", images=images, schema=compile_schema(tool.parameters, path=tool.path), tool=tool.name
        )
    match request.answer_format:
        case JSONSchemaFormat(schema=schema, path=path):
            return ReadingPlan(kind="fields", images=images, schema=compile_schema(schema, path=path))
        case JSONObjectFormat():
            names = _listed(request)
            return ReadingPlan(kind="named" if names else "pairs", images=images, names=names)
    names = _listed(request)
    return ReadingPlan(kind="named" if names else "text", images=images, names=names)


async def read(
    request: ChatRequest, plan: ReadingPlan, pages: Sequence[Page], recognizer: Recognizer
) -> AsyncGenerator[Delta, None]:
    """Read `pages` and yield the answer; the last delta carries finish reason and usage."""
    limiter = TextLimiter(stop=request.stop, max_tokens=request.max_tokens)
    prompt_tokens = plan.text_tokens + sum(count_image_tokens(page.width, page.height) for page in pages)
    given: list[str] = []
    runs: list[Lines] = []
    refusal = False
    async with aclosing(recognizer.recognise(pages)) as recognised:
        pieces = _text(recognised, limiter, runs) if plan.kind == "text" else _fields(recognised, plan, limiter, runs)
        async with aclosing(pieces):
            async for delta in pieces:
                refusal = refusal or bool(delta.refusal)
                given.append(delta.text or delta.refusal or (delta.tool_call.arguments if delta.tool_call else ""))
                yield delta
    finish: FinishReason = limiter.finished or ("tool_calls" if plan.kind == "tool" and not refusal else "stop")
    yield Delta(
        finish_reason=finish,
        usage=Usage(prompt_tokens=prompt_tokens, completion_tokens=count_tokens("".join(given))),
        pages=page_notes(pages, {run.page: run.quarter_turns for run in runs}),
    )


async def _text(
    recognised: AsyncIterator[Lines], limiter: TextLimiter, runs: list[Lines]
) -> AsyncGenerator[Delta, None]:
    """The pages' text, line by line as it is recognised; reading ends early where the answer does."""
    builder = TextBuilder()
    async for run in recognised:
        runs.append(run)
        if text := limiter.feed(builder.add(run)):
            yield Delta(text=text)
        if limiter.finished:
            return
    if text := limiter.flush():
        yield Delta(text=text)


async def _fields(
    recognised: AsyncIterator[Lines], plan: ReadingPlan, limiter: TextLimiter, runs: list[Lines]
) -> AsyncGenerator[Delta, None]:
    """Fields of all pages together, or the refusal that names what the pages do not show."""
    runs.extend([run async for run in recognised])
    # Pure Python, up to a second for the largest schema allowed: not on the event loop.
    extraction = await asyncio.to_thread(_extract, plan, merge_runs(runs))
    if extraction.value is None:
        yield Delta(refusal=_refusal(extraction.missing))
        return
    answer = json.dumps(extraction.value, ensure_ascii=False)
    text = limiter.feed(answer) + limiter.flush()
    if plan.kind == "tool":
        yield Delta(tool_call=ToolCall(id=f"call_{secrets.token_hex(12)}", name=plan.tool, arguments=text))
    elif text:
        yield Delta(text=text)


def _extract(plan: ReadingPlan, pages: Sequence[Lines]) -> Extraction:
    if plan.schema is not None:
        return extract_fields(pages, plan.schema)
    if plan.kind == "named":
        return extract_named(pages, plan.names)
    return Extraction(value=extract_pairs(pages), missing=(), evidence={})


def _refusal(missing: Sequence[str]) -> str:
    return (
        "The document does not show: "
        + ", ".join(missing)
        + '. Nothing was invented. Make such fields nullable (for example "type": ["string", "null"]) to get the rest.'
    )


def _pictures(request: ChatRequest) -> tuple[ImageSource, ...]:
    """The pictures of the last user message that has any."""
    for message in reversed(request.messages):
        if message.role == "user" and message.images:
            return message.images
    raise InvalidRequest(
        "There is no picture to read. This model is a reader, not a chat model: send a user message with a part "
        '{"type": "image_url", "image_url": {"url": "data:image/png;base64,..."}}.',
        param="messages",
        code="no_image",
    )


def _called_tool(request: ChatRequest) -> Tool | None:
    """The tool whose arguments are wanted, or None where the answer is content.

    A reader cannot choose among tools. After a tool's result it answers with content, or an agent would loop for ever.
    """
    choice, tools = request.tool_choice, request.tools
    if not tools or choice.mode == "none":
        return None
    if choice.mode == "named":
        return next(tool for tool in tools if tool.name == choice.name)
    if choice.mode == "auto" and (request.messages[-1].role == "tool" or not _wants_text(request)):
        return None
    if len(tools) == 1:
        return tools[0]
    raise InvalidRequest(
        f"This model cannot choose among {len(tools)} tools. Send one tool, or name one: "
        f'"tool_choice": {{"type": "function", "function": {{"name": {json.dumps(tools[0].name)}}}}}.',
        param="tool_choice",
        code="unsupported_value",
    )


def _wants_text(request: ChatRequest) -> bool:
    return not isinstance(request.answer_format, JSONSchemaFormat | JSONObjectFormat)


def _listed(request: ChatRequest) -> tuple[str, ...]:
    """The fields that the prompt of the last user message lists, if it does."""
    for message in reversed(request.messages):
        if message.role == "user" and message.text:
            return listed_fields(message.text)
    return ()
