"""Checks the parts of a chat body before its validation: how many there are, and the names inside picture parts.

Misspelt and misplaced names would otherwise be ignored silently.
"""

from collections.abc import Mapping
from itertools import islice
from typing import Any

from server.errors import InvalidRequest
from server.protocol.field_names import refuse_near_misses
from server.protocol.openai.chat import FileData, ImageURL

_MOST_PARTS = 2_000
_MOST_NAMED = 20
_PART_LISTS = ("content", "tool_calls")
_CARRIERS = {"image_url": tuple(ImageURL.model_fields), "file": tuple(FileData.model_fields)}
_BELONG_INSIDE = ("pages", "detail")


def check_parts(body: Mapping[str, Any]) -> None:
    """Count the parts before looking at any, since a body of the largest size could hold millions; then check them.

    Other faults are left to validation.

    Raises:
        InvalidRequest: there are too many messages and parts; or a name inside an `image_url` or `file` part is a slip
            away from a known one, or stands beside the object that it belongs into.
    """
    messages = body.get("messages")
    if not isinstance(messages, list):
        return
    lists = (message.get(name) for message in messages if isinstance(message, dict) for name in _PART_LISTS)
    count = len(messages) + sum(len(parts) for parts in lists if isinstance(parts, list))
    if count > _MOST_PARTS:
        raise InvalidRequest(
            f"Invalid value for 'messages': {count} messages and parts. At most {_MOST_PARTS} are taken.",
            param="messages",
        )
    for index, message in enumerate(messages):
        content = message.get("content") if isinstance(message, dict) else None
        for number, part in enumerate(content if isinstance(content, list) else ()):
            if isinstance(part, dict):
                _refuse_misplaced(part, f"messages[{index}].content[{number}]")


def dropped_members(body: Mapping[str, Any]) -> tuple[str, ...]:
    """The members of picture parts that are not ours, such as ``image_url.max_pixels``; each is named once."""
    messages = body.get("messages")
    parts = (
        part
        for message in (messages if isinstance(messages, list) else ())
        if isinstance(message, dict) and isinstance(message.get("content"), list)
        for part in message["content"]
        if isinstance(part, dict)
    )
    found: dict[str, None] = {}
    for part in islice(parts, _MOST_PARTS):
        kind = part.get("type")
        if not isinstance(kind, str) or kind not in _CARRIERS:
            continue
        if isinstance(carrier := part.get(kind), dict):
            unknown = (name for name in carrier if name not in _CARRIERS[kind])
            found |= dict.fromkeys(f"{kind}.{name}" for name in islice(unknown, _MOST_NAMED))
    return tuple(found)


def _refuse_misplaced(part: Mapping[str, Any], path: str) -> None:
    kind = part.get("type")
    if not isinstance(kind, str) or kind not in _CARRIERS:
        return
    for name in _BELONG_INSIDE:
        if name in part:
            raise _unknown(f"{path}.{name}", f"It belongs inside '{kind}': '{path}.{kind}.{name}'.")
    carrier = part.get(kind)
    if isinstance(carrier, dict):
        if kind == "file" and "file_url" in carrier:
            raise _unknown(f"{path}.file.file_url", f"An address goes into '{path}.file.file_data'.")
        refuse_near_misses(carrier, _CARRIERS[kind], inside=f"{path}.{kind}.")


def _unknown(path: str, cure: str) -> InvalidRequest:
    return InvalidRequest(f"Unknown parameter: '{path}'. {cure}", param=path, code="unknown_parameter")
