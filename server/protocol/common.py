"""Base classes of wire types: strict, immutable requests, plain answers, and the error object."""

from collections.abc import Hashable
from typing import Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator
from pydantic_core import PydanticCustomError

STRING, ARRAY, OBJECT = "<string>", "<array>", "<object>"
TAGS = frozenset({STRING, ARRAY, OBJECT})
"""Names of the branches of a union by JSON type; `server.protocol.validation` leaves them out of paths."""

_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = ((str, STRING), (list, ARRAY), ((dict, BaseModel), OBJECT))


class WireRequest(BaseModel):
    """A JSON object from a client: no coercion of types, unknown keys left aside."""

    model_config = ConfigDict(
        strict=True, frozen=True, extra="ignore", allow_inf_nan=False, use_attribute_docstrings=True
    )


class WireAnswer(BaseModel):
    """A JSON object for a client."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class ErrorObject(WireAnswer):
    """What went wrong, where, and how to put it right."""

    message: str
    """A sentence for people: what was wrong, where, and the cure."""
    type: str
    """The family of the error, as OpenAI names it."""
    param: str | None
    """Path of the offending part in the request, such as `messages[0].content[1].image_url.url`."""
    code: str
    """The error's stable name; every code is explained in docs/errors.md."""


class ErrorBody(WireAnswer):
    """The body of every answer that is not a success, and of an error event in a stream."""

    error: ErrorObject


def at_most(limit: int) -> BeforeValidator:
    """Refuse an object of more than `limit` members before any of them is looked at."""

    def check(value: Any) -> Any:
        if isinstance(value, dict) and len(value) > limit:
            fault = "It has {count} members, and at most {limit} are taken"
            raise PydanticCustomError("too_many_members", fault, {"count": len(value), "limit": limit})
        return value

    return BeforeValidator(check)


def by_json_type(expected: str, *tags: str) -> Discriminator:
    """Choose a branch of a union by the JSON type of the value; `expected` completes "expected ..." for any other."""

    def tag_of(value: Any) -> Hashable:
        for kinds, tag in _KINDS:
            if isinstance(value, kinds):
                return tag if tag in tags else None
        return None

    return Discriminator(tag_of, custom_error_type="wrong_json_type", custom_error_message=f"expected {expected}")


def text_or_upload(value: Any) -> str | bytes:
    """Validate a field that is a text, or bytes where a form carries a file."""
    if not isinstance(value, str | bytes):
        raise PydanticCustomError("wrong_json_type", "expected a string")
    return value
