"""Kept responses: what of a conversation is written down, and how the next request continues it; pure.

Pictures are never kept. Of a picture that a request names by the id of a stored file, or by an address, the name is.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import TypeAdapter

from server.errors import InvalidRequest, NotFound
from server.protocol.openai.response import Response
from server.protocol.openai.responses import InputItem

_PICTURES: Final = frozenset({"input_image", "input_file"})
_NAMES: Final = ("image_url", "file_url", "file_data")
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
    items = [_without_pictures(item, left_out) for item in own if isinstance(item, Mapping)]
    before = list(earlier.items) if earlier else []
    answered = response.model_dump(mode="json")
    return json.dumps(
        {
            "response": answered,
            "items": [*before, *items, *answered["output"]],
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


def _without_pictures(item: Mapping[str, Any], left_out: list[bool]) -> dict[str, Any]:
    kept = dict(item)
    for name in ("content", "output"):
        parts = kept.get(name)
        if isinstance(parts, list):
            kept[name] = [part for part in parts if _may_be_kept(part)]
            left_out[0] = left_out[0] or len(kept[name]) < len(parts)
    return kept


def _may_be_kept(part: Any) -> bool:
    if not isinstance(part, Mapping) or part.get("type") not in _PICTURES:
        return True
    given = [value for name in _NAMES if isinstance(value := part.get(name), str)]
    return all(value.lstrip()[:8].lower().startswith(("http://", "https://")) for value in given)
