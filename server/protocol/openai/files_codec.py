"""Codec of /v1/files: what a form and a query ask for; pure."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from server.errors import InvalidImage, InvalidRequest
from server.protocol.field_names import refuse_near_misses

PURPOSES: Final = ("user_data", "vision", "ocr", "batch", "assistants")
PARTS_HEEDED: Final = frozenset({"purpose", "expires_after[anchor]", "expires_after[seconds]"})
"""The parts of an upload that change something; others are named as ignored, such as Mistral's `visibility`."""
QUERY_HEEDED: Final = frozenset({"after", "limit", "order", "purpose", "page", "page_size"})
"""What of a listing's query changes something; others are named as ignored, such as Mistral's `search`."""
_PARTS: Final = PARTS_HEEDED | {"file", "expiry", "visibility"}
_QUERY: Final = QUERY_HEEDED | {"include_total", "sample_type", "source", "search", "mimetypes"}
_MEDIA_TYPE: Final = re.compile(r"[a-z0-9!#$&^_.+-]{1,100}/[a-z0-9!#$&^_.+-]{1,99}")
_LONGEST_NAME: Final = 255
_MOST_LISTED: Final = 10_000
_HOUR_S: Final = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class FileCall:
    """What an upload is called and for, and the seconds after which it expires, if it says so."""

    filename: str
    purpose: str
    media_type: str
    seconds: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListCall:
    """Which files to list: `skip` of them are left out first."""

    limit: int
    order: Literal["asc", "desc"]
    after: str | None
    skip: int
    purpose: str | None


def decode_upload(filename: str, media_type: str, texts: Mapping[str, str], *, size: int, longest_s: int) -> FileCall:
    """Check the parts of an upload of `size` bytes.

    Raises:
        InvalidRequest: a part is missing, misspelt or of a value that cannot be taken. InvalidImage: it is empty.
    """
    if "expires_after" in texts:
        raise InvalidRequest(
            "'expires_after' has parts of its own in a form: expires_after[anchor]=created_at and "
            "expires_after[seconds]=3600.",
            param="expires_after",
            code="unknown_parameter",
        )
    refuse_near_misses(texts, _PARTS)
    purpose = texts.get("purpose", "")
    if not purpose:
        raise InvalidRequest(
            f"Missing required parameter: 'purpose', one of: {', '.join(PURPOSES)}.",
            param="purpose",
            code="missing_required_parameter",
        )
    if purpose not in PURPOSES:
        raise InvalidRequest(
            f"Invalid value for 'purpose': {purpose[:60]!r}. Use one of: {', '.join(PURPOSES)}.",
            param="purpose",
            code="unsupported_value",
        )
    if not size:
        raise InvalidImage("The file is empty. Send its content in the part 'file'.", param="file", code="empty_image")
    return FileCall(
        filename=_plain(filename) or "file",
        purpose=purpose,
        media_type=_media_type(media_type),
        seconds=_seconds(texts, longest_s),
    )


def decode_listing(query: Mapping[str, str]) -> ListCall:
    """Check the query of a listing: OpenAI's `after`, `limit` and `order`, or Mistral's `page` and `page_size`.

    Raises:
        InvalidRequest: a value cannot be taken, or a name is misspelt.
    """
    refuse_near_misses(query, _QUERY)
    order = query.get("order", "desc")
    if order not in {"asc", "desc"}:
        raise InvalidRequest("Invalid value for 'order': use asc or desc.", param="order")
    if (purpose := query.get("purpose")) is not None and purpose not in PURPOSES:
        raise InvalidRequest(
            f"Invalid value for 'purpose': {purpose[:60]!r}. Use one of: {', '.join(PURPOSES)}.", param="purpose"
        )
    name = "page_size" if "page_size" in query else "limit"
    limit = _number(query, name, default=_MOST_LISTED, bounds=(1, _MOST_LISTED))
    page = _number(query, "page", default=0, bounds=(0, 10**6))
    return ListCall(
        limit=limit,
        order=order,  # type: ignore[arg-type]
        after=query.get("after") or None,
        skip=page * limit,
        purpose=query.get("purpose"),
    )


def decode_expiry(query: Mapping[str, str], *, longest_s: int) -> int:
    """Return the seconds that a signed address is to last: Mistral's `expiry` is in hours.

    Raises:
        InvalidRequest: it is not a number, or longer than the server gives out.
    """
    longest_h = longest_s / _HOUR_S
    given = query.get("expiry")
    try:
        hours = min(24.0, longest_h) if given is None else float(given)
    except ValueError:
        hours = -1.0
    if not 0 < hours <= longest_h:
        raise InvalidRequest(
            f"Invalid value for 'expiry': it is in hours, above 0 and at most {longest_h:g}. The operator can raise "
            "PAGEGLASS_STORE__LINK_S.",
            param="expiry",
        )
    return max(1, round(hours * _HOUR_S))


def _seconds(texts: Mapping[str, str], longest_s: int) -> int | None:
    anchor, name = texts.get("expires_after[anchor]"), "expires_after[seconds]"
    if name not in texts:
        if anchor is not None:
            raise InvalidRequest(
                f"Missing required parameter: '{name}'.", param=name, code="missing_required_parameter"
            )
        return None
    if anchor not in {None, "created_at"}:
        raise InvalidRequest(
            "Invalid value for 'expires_after[anchor]': use created_at.", param="expires_after[anchor]"
        )
    return _number(texts, name, default=1, bounds=(1, max(1, longest_s)), more="PAGEGLASS_STORE__FILES_AGE")


def _number(given: Mapping[str, str], name: str, *, default: int, bounds: tuple[int, int], more: str = "") -> int:
    least, most = bounds
    text = given.get(name)
    if text is None:
        return default
    value = int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else -1
    if not least <= value <= most:
        raised = f" The operator can raise {more}." if more else ""
        raise InvalidRequest(
            f"Invalid value for '{name}': expected a whole number from {least} to {most}.{raised}", param=name
        )
    return value


def _media_type(text: str) -> str:
    """The type as declared, if it is one; it is never believed."""
    bare = text.partition(";")[0].strip().lower()
    return bare if _MEDIA_TYPE.fullmatch(bare) else "application/octet-stream"


def _plain(text: str) -> str:
    """A name without control characters and folders, of a bounded length."""
    kept = "".join(char for char in text if unicodedata.category(char)[0] != "C")
    return kept.replace("\\", "/").rpartition("/")[2].strip()[:_LONGEST_NAME]
