"""Kept responses: what of a conversation is written down, and how the next request continues it; pure.

Pictures are never kept. Of a picture that a request names by the id of a stored file, or by an address, the name is.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from pydantic import TypeAdapter

from server.errors import InvalidRequest, NotFound
from server.protocol.openai.response import Response
from server.protocol.openai.responses import InputItem, InputPart

_PICTURES: Final = frozenset({"input_image", "input_file"})
_NAMES: Final = ("image_url", "file_url", "file_data")
_PART_MEMBERS: Final = frozenset(InputPart.model_fields) - {"filename"}
_ENCODED: Final = re.compile(r"data:[\w.+/;=-]{0,200}base64,[A-Za-z0-9+/_=\s\\-]{16,}|[A-Za-z0-9+/_-]{2000,}={0,2}")
"""What a picture in a text looks like: a data URI, or a run of base64 longer than words are."""
_ITEMS: Final = TypeAdapter(list[InputItem])


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A kept response as JSON, the items of its whole conversation, and whether pictures were left out of them."""

    response: Mapping[str, Any]
    items: Sequence[Mapping[str, Any]]
    pictures_left_out: bool

    @property
    def input(self) -> list[InputItem]:
        """The conversation as the input of the next request."""
        return _ITEMS.validate_python(self.items)


def write_kept(body: Mapping[str, Any], earlier: Kept | None, response: Response) -> str:
    """Write a response with its conversation as JSON text, without pictures."""
    given = body.get("input")
    own = [{"role": "user", "content": given}] if isinstance(given, str) else list(given or ())
    left_out = [False]
    items = [_without_pictures(item, left_out) for item in own if isinstance(item, Mapping) and _is_said(item)]
    before = list(earlier.items) if earlier else []
    answered = _cut(response.model_dump(mode="json"), [False])
    output = [item for item in answered["output"] if _is_said(item)]
    return json.dumps(
        {
            "response": answered,
            "items": [*before, *items, *output],
            "pictures_left_out": left_out[0] or bool(earlier and earlier.pictures_left_out),
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def read_kept(text: str) -> Kept:
    """Read what `write_kept` wrote."""
    return Kept(**json.loads(text))


def no_pictures_left() -> InvalidRequest:
    """The error of a conversation whose pictures were not kept, and that has no other."""
    return InvalidRequest(
        "The pictures of the earlier response were not kept, and this request has none. Send them again; or upload "
        "them (POST /v1/files) and name them by file_id, which is kept.",
        param="previous_response_id",
        code="no_image",
    )


def not_kept(response_id: str | None = None, param: str | None = None) -> NotFound:
    """The error of a response that was asked for by its id; without an id, this server keeps none."""
    if response_id is None:
        said = (
            "There is no such response: this server keeps none, whatever 'store' says, unless the operator sets "
            "PAGEGLASS_STORE__FOLDER."
        )
    else:
        said = (
            f"There is no response {response_id[:64]!r}: only those with 'store': true are kept, for a time, and for "
            "the key that asked."
        )
    return NotFound(f"{said} Send the whole conversation as input.", param=param, code="response_not_found")


def _is_said(item: Mapping[str, Any]) -> bool:
    """Whether an item is a part of the conversation: a message, a call or its output."""
    return (item.get("type") or "message") in {"message", "function_call", "function_call_output"}


def _without_pictures(item: Mapping[str, Any], left_out: list[bool]) -> dict[str, Any]:
    """The known members of an item, without pictures, be they parts or texts."""
    kept = {name: value for name, value in item.items() if name in InputItem.model_fields}
    for name in ("content", "output"):
        parts = kept.get(name)
        if isinstance(parts, list):
            kept[name] = [_known(part) for part in parts if _may_be_kept(part)]
            left_out[0] = left_out[0] or len(kept[name]) < len(parts)
    return cast("dict[str, Any]", _cut(kept, left_out))


def _known(part: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in part.items() if name in _PART_MEMBERS}


def _cut(value: Any, left_out: list[bool]) -> Any:
    """The value with every picture that stands in a text cut out, and whether there was one."""
    if isinstance(value, str):
        text, count = _ENCODED.subn("(picture left out)", value)
        left_out[0] = left_out[0] or count > 0
        return text
    if isinstance(value, Mapping):
        return {name: _cut(member, left_out) for name, member in value.items()}
    return [_cut(member, left_out) for member in value] if isinstance(value, list | tuple) else value


def _may_be_kept(part: Any) -> bool:
    if not isinstance(part, Mapping) or part.get("type") not in _PICTURES:
        return isinstance(part, Mapping)
    given = [value for name in _NAMES if isinstance(value := part.get(name), str)]
    return all(value.lstrip()[:8].lower().startswith(("http://", "https://")) for value in given)
