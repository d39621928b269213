"""Detects misspelt and misplaced names inside picture parts, which would otherwise be ignored silently."""

from collections.abc import Iterator, Mapping
from typing import Any

from server.errors import InvalidRequest
from server.protocol.field_names import refuse_near_misses
from server.protocol.openai.chat import FileData, ImageURL

_CARRIERS = {"image_url": tuple(ImageURL.model_fields), "file": tuple(FileData.model_fields)}
_BELONG_INSIDE = ("pages", "detail")


def refuse_misplaced(body: Mapping[str, Any]) -> None:
    """Look at the names inside the `image_url` and `file` parts of a chat body; other faults are left to validation.

    Raises:
        InvalidRequest: a name is a slip away from a known one, or stands beside the object that it belongs into.
    """
    for path, part in _parts(body):
        kind = part.get("type")
        if not isinstance(kind, str) or kind not in _CARRIERS:
            continue
        for name in _BELONG_INSIDE:
            if name in part:
                raise _unknown(f"{path}.{name}", f"It belongs inside '{kind}': '{path}.{kind}.{name}'.")
        carrier = part.get(kind)
        if isinstance(carrier, dict):
            if kind == "file" and "file_url" in carrier:
                raise _unknown(f"{path}.file.file_url", f"An address goes into '{path}.file.file_data'.")
            refuse_near_misses(carrier, _CARRIERS[kind], inside=f"{path}.{kind}.")


def _parts(body: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    messages = body.get("messages")
    for index, message in enumerate(messages if isinstance(messages, list) else ()):
        content = message.get("content") if isinstance(message, dict) else None
        for number, part in enumerate(content if isinstance(content, list) else ()):
            if isinstance(part, dict):
                yield f"messages[{index}].content[{number}]", part


def _unknown(path: str, cure: str) -> InvalidRequest:
    return InvalidRequest(f"Unknown parameter: '{path}'. {cure}", param=path, code="unknown_parameter")
