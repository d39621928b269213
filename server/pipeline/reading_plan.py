"""Plans a chat request for a recogniser: text, fields or a tool's arguments, before anything expensive."""

import json
from dataclasses import dataclass, replace
from typing import Literal

from server.errors import InvalidRequest
from server.fields.listed_fields import listed_fields
from server.fields.schema.shapes import CompiledSchema, compile_schema, strings_schema
from server.reading.tokens import count_tokens
from server.values.chat import ChatRequest, JSONObjectFormat, JSONSchemaFormat, Tool
from server.values.pages import ImageSource


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingPlan:
    """What to read, and the form of the answer; `pairs` requests the key-value pairs of the pages.

    `text_tokens` counts the tokens of all messages: a prompt may have millions, so it is not for the event loop.
    """

    kind: Literal["text", "fields", "pairs", "tool"]
    images: tuple[ImageSource, ...]
    schema: CompiledSchema | None = None
    tool: str = ""
    text_tokens: int = 0


def plan_reading(request: ChatRequest) -> ReadingPlan:
    """Plan `request` for a recogniser.

    Raises:
        InvalidRequest: there is no picture, the choice of tool is ambiguous, or the schema is not supported.
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
            return _listed_plan(request, images) or ReadingPlan(kind="pairs", images=images)
    return _listed_plan(request, images) or ReadingPlan(kind="text", images=images)


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
    """The tool to call, or None if the answer is content.

    A recogniser cannot choose among tools. After a tool result it answers with content, or an agent would loop forever.
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


def _listed_plan(request: ChatRequest, images: tuple[ImageSource, ...]) -> ReadingPlan | None:
    """A plan for the fields that the prompt of the last user message lists, if it does."""
    prompts = (message.text for message in reversed(request.messages) if message.role == "user" and message.text)
    names = listed_fields(next(prompts, ""))
    return ReadingPlan(kind="fields", images=images, schema=strings_schema(names)) if names else None
