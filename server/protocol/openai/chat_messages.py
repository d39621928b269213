"""Codec of chat messages; unsupported content is refused by its path."""

from collections.abc import Mapping
from typing import cast, get_args

from pydantic import BaseModel

from server.errors import InvalidRequest
from server.protocol.openai.chat import ChatMessage, ContentPart, FileData, ImageURL
from server.values.chat import ImagePart, Message, Role, TextPart, ToolCall
from server.values.pages import Detail, FileId, ImageSource

_PART_CURES = {
    "input_audio": "Only text and pictures are read; leave the audio out.",
    "input_file": 'Use {"type": "file", "file": {"file_data": "data:application/pdf;base64,..."}}.',
    "video_url": "Videos are not read; send frames as pictures in image_url parts.",
    "input_image": 'Use {"type": "image_url", "image_url": {"url": "data:image/png;base64,..."}}.',
    "image": 'Use {"type": "image_url", "image_url": {"url": "data:image/png;base64,..."}}.',
    "input_text": 'Use {"type": "text", "text": "..."}.',
    "output_text": 'Use {"type": "text", "text": "..."}.',
}
_RETIRED = {
    "function_call": "is OpenAI's retired form. Use tool_calls.",
    "audio": "refers to audio, which is not kept here. Send the text of that turn as content.",
}
_ROLES = get_args(Role)
_DETAILS = get_args(Detail)


def decode_message(message: ChatMessage, path: str) -> tuple[Message, ...]:
    """Turn the wire's message into an inner one, every picture with its path, which begins with `path`.

    Pictures in a tool's result are a user message behind it, since models know no others.

    Raises:
        InvalidRequest: a role, part or combination that cannot be taken; `param` is its path.
    """
    if message.role not in _ROLES:
        raise _unknown_role(message.role, f"{path}.role")
    role, content = cast(Role, message.role), message.content
    refuse_retired(message, _RETIRED, inside=f"{path}.")
    parts: tuple[TextPart | ImagePart, ...]
    if isinstance(content, str):
        parts = (TextPart(text=content),)
    elif content is None:
        parts = _decode_absent(message, role, path)
    else:
        parts = tuple(_decode_part(part, role, f"{path}.content[{index}]") for index, part in enumerate(content))
    if role == "tool" and message.tool_call_id is None:
        raise missing(f"{path}.tool_call_id", "a message of role tool names the call it answers")
    calls = tuple(
        ToolCall(id=call.id, name=call.function.name, arguments=call.function.arguments)
        for call in message.tool_calls or ()
    )
    if role != "tool":
        return (Message(role=role, parts=parts, tool_calls=calls, tool_call_id=message.tool_call_id),)
    texts = tuple(part for part in parts if isinstance(part, TextPart))
    pictures = tuple(part for part in parts if isinstance(part, ImagePart))
    result = Message(role=role, parts=texts or (TextPart(text=""),), tool_call_id=message.tool_call_id)
    return (result, Message(role="user", parts=pictures)) if pictures else (result,)


def _unknown_role(role: str, path: str) -> InvalidRequest:
    cure = "Use role tool with a tool_call_id." if role == "function" else f"Use one of: {', '.join(_ROLES)}."
    return InvalidRequest(f"Invalid value for '{path}': {role[:60]!r}. {cure}", param=path, code="unsupported_value")


def refuse_retired(wire: BaseModel, cures: Mapping[str, str], *, inside: str = "") -> None:
    """Refuse fields of OpenAI's that are no longer, or never, taken; each of `cures` completes the sentence.

    Raises:
        InvalidRequest: one of them is given.
    """
    for name, cure in cures.items():
        if getattr(wire, name) is not None:
            raise InvalidRequest(f"'{inside}{name}' {cure}", param=f"{inside}{name}", code="unsupported_parameter")


def _decode_absent(message: ChatMessage, role: Role, path: str) -> tuple[TextPart, ...]:
    if role == "assistant" and message.refusal is not None:
        return (TextPart(text=message.refusal),)
    if role == "assistant":  # a turn that only called a tool, or one whose text a client has dropped
        return ()
    raise missing(f"{path}.content", "only an assistant's message goes without")


def _decode_part(part: ContentPart, role: Role, path: str) -> TextPart | ImagePart:
    if part.type == "text":
        if part.text is None:
            raise missing(f"{path}.text", "a part of type text carries it")
        return TextPart(text=part.text)
    if part.type == "refusal" and role == "assistant":
        return TextPart(text=part.refusal or "")
    if part.type not in {"image_url", "file", "document_url"}:
        cure = _PART_CURES.get(part.type, "Use text, image_url or file.")
        raise _unsupported_part(f"Content parts of type {part.type[:60]!r} are not supported", path, cure)
    if role not in {"user", "tool"}:
        cure = "Send the picture in a user message."
        raise _unsupported_part(f"Pictures ({part.type}) in a message of role {role} are not supported", path, cure)
    return ImagePart(source=_decode_picture(part, path))


def _decode_picture(part: ContentPart, path: str) -> ImageSource:
    wire: FileData | ImageURL | str | None = getattr(part, part.type)
    path = f"{path}.{part.type}"
    if wire is None:
        raise missing(path, f"a part of type {part.type} carries it")
    if isinstance(wire, str):
        return ImageSource(content=wire, path=path)
    content, member = _file_of(wire, path) if isinstance(wire, FileData) else (wire.url, "url")
    if wire.detail is not None and wire.detail not in _DETAILS:
        raise InvalidRequest(
            f"Invalid value for '{path}.detail': {wire.detail[:60]!r}. Use one of: {', '.join(_DETAILS)}.",
            param=f"{path}.detail",
            code="invalid_value",
        )
    return ImageSource(
        content=content,
        path=f"{path}.{member}",
        detail=cast(Detail, wire.detail or "auto"),
        pages=wire.pages,
        pages_path=f"{path}.pages",
    )


def _file_of(file: FileData, path: str) -> tuple[str | FileId, str]:
    """The file, and the name of the member that carries it."""
    if file.file_id is not None and file.file_data is not None:
        raise InvalidRequest(f"'{path}' has file_data and file_id. Send one of them.", param=f"{path}.file_id")
    if file.file_id is not None:
        return FileId(file.file_id), "file_id"
    if file.file_data is None:
        raise missing(f"{path}.file_data", "a part of type file carries the file there, or its id in file_id")
    return file.file_data, "file_data"


def _unsupported_part(what: str, path: str, cure: str) -> InvalidRequest:
    return InvalidRequest(f"{what} ('{path}'). {cure}", param=path, code="unsupported_content_part")


def missing(path: str, why: str) -> InvalidRequest:
    """The error of a parameter that is needed and not there; `why` completes the sentence."""
    return InvalidRequest(
        f"Missing required parameter: '{path}'; {why}.", param=path, code="missing_required_parameter"
    )
