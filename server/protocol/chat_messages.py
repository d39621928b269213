"""Messages from the wire to inner values; whatever a reader of pictures cannot take is refused by its path."""

from collections.abc import Sequence
from typing import cast, get_args

from server.engines.base import ImagePart, Message, Role, TextPart, ToolCall
from server.errors import InvalidRequest
from server.media.types import Detail, ImageSource
from server.protocol.chat import ChatMessage, ContentPart, ImageURL

_PART_CURES = {
    "input_audio": "Only text and pictures are read; leave the audio out.",
    "file": "Files are not read; send each page as a picture in an image_url part.",
    "input_file": "Files are not read; send each page as a picture in an image_url part.",
    "video_url": "Videos are not read; send frames as pictures in image_url parts.",
    "input_image": 'Use {"type": "image_url", "image_url": {"url": "data:image/png;base64,..."}}.',
    "image": 'Use {"type": "image_url", "image_url": {"url": "data:image/png;base64,..."}}.',
    "input_text": 'Use {"type": "text", "text": "..."}.',
    "output_text": 'Use {"type": "text", "text": "..."}.',
}
_ROLES = get_args(Role)
_DETAILS = get_args(Detail)


def decode_messages(messages: Sequence[ChatMessage]) -> tuple[Message, ...]:
    """Turn the wire's messages into inner ones, every picture with its path.

    Raises:
        InvalidRequest: a role, part or combination that cannot be taken; `param` is its path.
    """
    return tuple(_decode_message(message, f"messages[{index}]") for index, message in enumerate(messages))


def _decode_message(message: ChatMessage, path: str) -> Message:
    role = _decode_role(message.role, f"{path}.role")
    _refuse_legacy(message, path)
    parts = _decode_content(message, role, path)
    if role == "tool" and message.tool_call_id is None:
        raise missing(f"{path}.tool_call_id", "a message of role tool names the call it answers")
    calls = tuple(
        ToolCall(id=call.id, name=call.function.name, arguments=call.function.arguments)
        for call in message.tool_calls or ()
    )
    return Message(role=role, parts=parts, tool_calls=calls, tool_call_id=message.tool_call_id)


def _decode_role(role: str, path: str) -> Role:
    if role in _ROLES:
        return cast(Role, role)
    cure = "Use role tool with a tool_call_id." if role == "function" else f"Use one of: {', '.join(_ROLES)}."
    raise InvalidRequest(f"Invalid value for '{path}': {role[:60]!r}. {cure}", param=path, code="unsupported_value")


def _refuse_legacy(message: ChatMessage, path: str) -> None:
    if message.function_call is not None:
        raise InvalidRequest(
            f"'{path}.function_call' is OpenAI's retired form. Use tool_calls.",
            param=f"{path}.function_call",
            code="unsupported_parameter",
        )
    if message.audio is not None:
        raise InvalidRequest(
            f"'{path}.audio' refers to audio, which is not kept here. Send the text of that turn as content.",
            param=f"{path}.audio",
            code="unsupported_parameter",
        )


def _decode_content(message: ChatMessage, role: Role, path: str) -> tuple[TextPart | ImagePart, ...]:
    if isinstance(message.content, str):
        return (TextPart(text=message.content),)
    if message.content is None:
        return _decode_absent(message, role, path)
    return tuple(_decode_part(part, role, f"{path}.content[{index}]") for index, part in enumerate(message.content))


def _decode_absent(message: ChatMessage, role: Role, path: str) -> tuple[TextPart, ...]:
    if role == "assistant" and message.refusal is not None:
        return (TextPart(text=message.refusal),)
    if role == "assistant" and message.tool_calls:
        return ()
    raise missing(f"{path}.content", "only an assistant's message with tool_calls goes without")


def _decode_part(part: ContentPart, role: Role, path: str) -> TextPart | ImagePart:
    if part.type == "text":
        if part.text is None:
            raise missing(f"{path}.text", "a part of type text carries it")
        return TextPart(text=part.text)
    if part.type == "refusal" and role == "assistant":
        return TextPart(text=part.refusal or "")
    if part.type != "image_url":
        cure = _PART_CURES.get(part.type, "Use text or image_url.")
        raise _unsupported_part(f"Content parts of type {part.type[:60]!r} are not supported", path, cure)
    if role != "user":
        cure = "Send the picture in a user message."
        raise _unsupported_part(f"Pictures (image_url) in a message of role {role} are not supported", path, cure)
    if part.image_url is None:
        raise missing(f"{path}.image_url", "a part of type image_url carries it")
    return ImagePart(source=_decode_image(part.image_url, f"{path}.image_url"))


def _decode_image(image: ImageURL | str, path: str) -> ImageSource:
    if isinstance(image, str):
        return ImageSource(url=image, path=path)
    if image.detail is not None and image.detail not in _DETAILS:
        raise InvalidRequest(
            f"Invalid value for '{path}.detail': {image.detail[:60]!r}. Use one of: {', '.join(_DETAILS)}.",
            param=f"{path}.detail",
            code="invalid_value",
        )
    return ImageSource(url=image.url, path=f"{path}.url", detail=cast(Detail, image.detail or "auto"))


def _unsupported_part(what: str, path: str, cure: str) -> InvalidRequest:
    return InvalidRequest(f"{what} ('{path}'). {cure}", param=path, code="unsupported_content_part")


def missing(path: str, why: str) -> InvalidRequest:
    """The error of a parameter that is needed and not there; `why` completes the sentence."""
    return InvalidRequest(
        f"Missing required parameter: '{path}'; {why}.", param=path, code="missing_required_parameter"
    )
