"""Codec of the input of the Responses API: items to messages; what cannot be taken is refused by its path."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast, get_args

from server.errors import InvalidRequest
from server.protocol.field_names import refuse_near_misses
from server.protocol.openai.chat_messages import missing
from server.protocol.openai.responses import InputItem, InputPart
from server.values.chat import ImagePart, Message, Role, TextPart, ToolCall
from server.values.pages import Detail, FileId, ImageSource

_MOST_ITEMS: Final = 2_000  # and parts
_LEFT_ASIDE: Final = frozenset({"reasoning", "compaction"})
"""Items of earlier answers that a reading does not need."""
_TEXTS: Final = frozenset({"input_text", "output_text", "text", "summary_text"})
_PICTURES: Final = frozenset({"input_image", "input_file"})
_ROLES: Final = ("user", "assistant", "system", "developer")
_DETAILS: Final = get_args(Detail)
_PART_NAMES: Final = tuple(InputPart.model_fields)
_CURES: Final = {
    "image_url": 'Use {"type": "input_image", "image_url": "data:image/png;base64,..."}.',
    "file": 'Use {"type": "input_file", "file_data": "data:application/pdf;base64,..."}.',
    "input_audio": "Only text and pictures are read; leave the audio out.",
}


def check_items(body: Mapping[str, Any]) -> None:
    """Count items and parts before looking at any, and refuse misspelt names in parts.

    Raises:
        InvalidRequest: there are too many; or a name in a part is a slip away from a known one.
    """
    items = body.get("input")
    if not isinstance(items, list):
        return
    lists = [
        (f"input[{index}].{name}", item[name])
        for index, item in enumerate(items)
        if isinstance(item, dict)
        for name in ("content", "output")
        if isinstance(item.get(name), list)
    ]
    count = len(items) + sum(len(parts) for _, parts in lists)
    if count > _MOST_ITEMS:
        raise InvalidRequest(
            f"Invalid value for 'input': {count} items and parts. At most {_MOST_ITEMS} are taken.", param="input"
        )
    for path, parts in lists:
        for number, part in enumerate(parts):
            kind = part.get("type") if isinstance(part, dict) else None
            if isinstance(kind, str) and kind in _PICTURES:
                refuse_near_misses(part, _PART_NAMES, inside=f"{path}[{number}].")


def decode_input(given: str | Sequence[InputItem], *, root: str = "input") -> tuple[Message, ...]:
    """Turn the input into messages, every picture with its path, which begins with `root`.

    Calls in a row are one message, and pictures in a call's output a user message behind it.

    Raises:
        InvalidRequest: an item, role or part that cannot be taken; `param` is its path.
    """
    if isinstance(given, str):
        return (Message(role="user", parts=(TextPart(text=given),)),)
    messages: list[Message] = []
    for index, item in enumerate(given):
        path, kind = f"{root}[{index}]", item.type or "message"
        if kind == "message":
            messages.append(_decode_message(item, path))
        elif kind == "function_call":
            calls = messages.pop().tool_calls if messages and messages[-1].tool_calls else ()
            messages.append(Message(role="assistant", tool_calls=(*calls, _decode_call(item, path))))
        elif kind == "function_call_output":
            messages += _decode_output(item, path)
        elif kind not in _LEFT_ASIDE:
            raise InvalidRequest(
                f"Items of type {kind[:60]!r} are not supported ('{path}.type'). Use message, function_call or "
                "function_call_output.",
                param=f"{path}.type",
                code="unsupported_value",
            )
    return tuple(messages)


def _decode_message(item: InputItem, path: str) -> Message:
    if item.role is None:
        raise missing(f"{path}.role", "a message has one")
    if item.role not in _ROLES:
        raise InvalidRequest(
            f"Invalid value for '{path}.role': {item.role[:60]!r}. Use one of: {', '.join(_ROLES)}.",
            param=f"{path}.role",
            code="unsupported_value",
        )
    if item.content is None:
        raise missing(f"{path}.content", "a message has some")
    parts = _decode_parts(item.content, f"{path}.content")
    if item.role != "user" and (pictures := [part for part in parts if isinstance(part, ImagePart)]):
        place = pictures[0].source.path.rpartition(".")[0]
        raise InvalidRequest(
            f"Pictures in a message of role {item.role} are not supported ('{place}'). Send them in a user message.",
            param=place,
            code="unsupported_content_part",
        )
    return Message(role=cast(Role, item.role), parts=parts)


def _decode_call(item: InputItem, path: str) -> ToolCall:
    for name in ("call_id", "name", "arguments"):
        if getattr(item, name) is None:
            raise missing(f"{path}.{name}", "an item of type function_call has it")
    return ToolCall(id=item.call_id or "", name=item.name or "", arguments=item.arguments or "")


def _decode_output(item: InputItem, path: str) -> tuple[Message, ...]:
    for name in ("call_id", "output"):
        if getattr(item, name) is None:
            raise missing(f"{path}.{name}", "an item of type function_call_output has it")
    parts = _decode_parts(item.output or "", f"{path}.output")
    pictures = tuple(part for part in parts if isinstance(part, ImagePart))
    texts = tuple(part for part in parts if isinstance(part, TextPart))
    answered = Message(role="tool", parts=texts or (TextPart(text=""),), tool_call_id=item.call_id)
    return (answered, Message(role="user", parts=pictures)) if pictures else (answered,)


def _decode_parts(content: str | Sequence[InputPart], path: str) -> tuple[TextPart | ImagePart, ...]:
    if isinstance(content, str):
        return (TextPart(text=content),)
    return tuple(_decode_part(part, f"{path}[{index}]") for index, part in enumerate(content))


def _decode_part(part: InputPart, path: str) -> TextPart | ImagePart:
    if part.type in _TEXTS:
        if part.text is None:
            raise missing(f"{path}.text", f"a part of type {part.type} carries it")
        return TextPart(text=part.text)
    if part.type == "refusal":
        return TextPart(text=part.refusal or "")
    if part.type not in _PICTURES:
        cure = _CURES.get(part.type, "Use input_text, input_image or input_file.")
        raise InvalidRequest(
            f"Content parts of type {part.type[:60]!r} are not supported ('{path}'). {cure}",
            param=path,
            code="unsupported_content_part",
        )
    return ImagePart(source=_decode_source(part, path))


def _decode_source(part: InputPart, path: str) -> ImageSource:
    names = ("image_url", "file_id") if part.type == "input_image" else ("file_data", "file_url", "file_id")
    given = [name for name in names if getattr(part, name) is not None]
    if not given:
        raise missing(f"{path}.{names[0]}", f"a part of type {part.type} carries what is to be read there")
    if len(given) > 1:
        raise InvalidRequest(
            f"'{path}' has {' and '.join(given)}. Send one of them.", param=f"{path}.{given[1]}", code="invalid_value"
        )
    if part.detail is not None and part.detail not in _DETAILS:
        raise InvalidRequest(
            f"Invalid value for '{path}.detail': {part.detail[:60]!r}. Use one of: {', '.join(_DETAILS)}.",
            param=f"{path}.detail",
        )
    return ImageSource(
        content=FileId(part.file_id) if part.file_id is not None else getattr(part, given[0]),
        path=f"{path}.{given[0]}",
        detail=cast(Detail, part.detail or "auto"),
        pages=part.pages,
        pages_path=f"{path}.pages",
    )
