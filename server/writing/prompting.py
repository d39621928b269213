"""Prompting: messages in the form of a model's family, with its own prompt if the caller wrote none."""

import json
from collections.abc import Mapping
from dataclasses import replace

from server.profiles.base import Profile
from server.values.chat import ChatRequest, ImagePart, JSONObject, JSONSchemaFormat, Message, TextFormat, TextPart


def shape_messages(request: ChatRequest, profile: Profile) -> tuple[Message, ...]:
    """Shape the messages of `request`: what the caller wrote stays word for word.

    A last question of pictures alone gets the prompt of the family: for the fields of the schema, or for all text.
    Where the family wants so, pictures come before the text of their message, and an empty system message before all.
    """
    messages = [_asked(message, request, profile) for message in request.messages]
    if profile.image_first:
        messages = [replace(message, parts=tuple(sorted(message.parts, key=_is_text))) for message in messages]
    if profile.empty_system and messages[0].role not in {"system", "developer"}:
        messages.insert(0, Message(role="system", parts=(TextPart(text=""),)))
    return tuple(messages)


def _asked(message: Message, request: ChatRequest, profile: Profile) -> Message:
    """The message with a prompt, where it is the last question and has none."""
    if message is not request.messages[-1] or not message.images or message.text.strip():
        return message
    properties = (_wanted_schema(request) or {}).get("properties")
    names = tuple(properties) if isinstance(properties, Mapping) else ()
    prompt = profile.ask_for_fields(names) or _default_prompt(request, profile)
    images = tuple(part for part in message.parts if isinstance(part, ImagePart))
    return replace(message, parts=(*images, TextPart(text=prompt))) if prompt else message


def _wanted_schema(request: ChatRequest) -> JSONObject | None:
    """The schema that the answer is held to: that of a tool which has to be called, or of the format."""
    match request.tool_choice.mode:
        case "named":
            return next(tool.parameters for tool in request.tools if tool.name == request.tool_choice.name)
        case "required" if len(request.tools) == 1:
            return request.tools[0].parameters
    return request.answer_format.schema if isinstance(request.answer_format, JSONSchemaFormat) else None


def _default_prompt(request: ChatRequest, profile: Profile) -> str | None:
    """For text the family's own words; for JSON of a family without a prompt for fields, the schema in plain words."""
    if schema := _wanted_schema(request):
        text = json.dumps(schema, ensure_ascii=False)
        return f"Give the content of the image as JSON that keeps to this schema: {text}"
    if isinstance(request.answer_format, TextFormat) and request.tool_choice.mode != "required":
        return profile.prompts.get("ocr")
    return "Give the content of the image as JSON."


def _is_text(part: TextPart | ImagePart) -> bool:
    return isinstance(part, TextPart)
