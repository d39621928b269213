"""Converts an uploaded form to the equivalent JSON object, so that one decoder handles both.

Threat: many parts, large parts. The body as a whole is bounded before (`body_intake`), and so are its parts here.
Uploads stay in memory, which is reserved for the body: a temporary file would fail with a full disk.
"""

from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import pydantic_core
from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData, Headers, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from server.errors import InvalidRequest, UnsupportedMediaType

_MOST_FIELDS: Final = 64
_WORDS: Final = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class FormFile:
    """The file of a form as its sender calls it, and the other parts by name."""

    filename: str
    media_type: str
    data: bytes = field(repr=False)
    texts: Mapping[str, str]


async def read_upload(request: Request, *, max_bytes: int) -> FormFile:
    """Read a form with one file in the part `file`.

    Raises:
        UnsupportedMediaType: it is no form of this kind. InvalidRequest: it is incomplete, or the file is missing.
    """
    kind = request.headers.get("content-type", "")
    if not kind.lower().startswith("multipart/form-data"):
        raise UnsupportedMediaType(
            f"The Content-Type is {kind[:60]!r}. Upload a file as multipart/form-data: curl -F purpose=user_data "
            "-F file=@page.png.",
        )
    upload: tuple[str, str, bytes] | None = None
    texts: dict[str, str] = {}
    with _faults_named():
        async with _parsed(request, max_bytes) as form:
            for name, value in form.multi_items():
                if name in texts:
                    raise InvalidRequest(f"'{name[:64]}' occurs twice in the form. Send it once.", param=name[:64])
                if isinstance(value, UploadFile) and name == "file":
                    upload = (value.filename or "", value.content_type or "", await value.read())
                elif isinstance(value, str):
                    texts[name] = value
    if upload is None:
        raise InvalidRequest(
            "Missing required parameter: 'file', a part of the form with a file name: curl -F file=@page.png.",
            param="file",
            code="missing_required_parameter",
        )
    filename, media_type, data = upload
    return FormFile(filename=filename, media_type=media_type, data=data, texts=texts)


async def read_form(
    request: Request, *, max_bytes: int, flags: Collection[str], numbers: Collection[str], objects: Collection[str]
) -> dict[str, Any]:
    """Read the form of `request`: files as bytes, `flags` as booleans, `numbers` as such, `objects` out of JSON text.

    Raises:
        InvalidRequest: the form is incomplete, has two files or too many parts, or a value has the wrong type.
    """
    body: dict[str, str | bytes] = {}
    with _faults_named():
        async with _parsed(request, max_bytes) as form:
            for name, value in form.multi_items():
                if name in body:
                    raise InvalidRequest(f"'{name[:64]}' occurs twice in the form. Send it once.", param=name[:64])
                body[name] = await value.read() if isinstance(value, UploadFile) else value
    return {
        name: value if isinstance(value, bytes) else _typed(name, value, flags, numbers, objects)
        for name, value in body.items()
    }


@contextmanager
def _faults_named() -> Iterator[None]:
    """Name what starlette makes of a broken form."""
    try:
        yield
    except (HTTPException, MultiPartException) as error:
        why = error.detail if isinstance(error, HTTPException) else error.message
        raise InvalidRequest(f"The form cannot be read: {str(why)[:200]}", code="invalid_value") from None


@asynccontextmanager
async def _parsed(request: Request, max_bytes: int) -> AsyncIterator[FormData]:
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        async with request.form(max_files=1, max_fields=_MOST_FIELDS, max_part_size=max_bytes) as form:
            yield form
        return
    async with aclosing(request.stream()) as stream:
        parser = MultiPartParser(
            _in_utf_8(request.headers), stream, max_files=1, max_fields=_MOST_FIELDS, max_part_size=max_bytes
        )
        parser.spool_max_size = max_bytes
        form = await parser.parse()
    try:
        yield form
    finally:
        await form.close()


def _in_utf_8(headers: Headers) -> Headers:
    """The headers with a form's boundary alone: its `charset` would choose any codec, some of which take hours."""
    _, options = parse_options_header(headers.get("content-type", ""))
    boundary = options.get(b"boundary", b"").decode("latin-1").replace("\\", "").replace('"', "")
    return Headers(
        {"content-type": f'multipart/form-data; boundary="{boundary}"'}
        if boundary
        else {"content-type": "multipart/form-data"}
    )


def _typed(name: str, value: str, flags: Collection[str], numbers: Collection[str], objects: Collection[str]) -> Any:
    if name in flags:
        if value.strip().lower() not in _WORDS:
            raise InvalidRequest(f"Invalid value for '{name}': expected true or false.", param=name)
        return _WORDS[value.strip().lower()]
    if name in numbers or name in objects:
        try:
            return pydantic_core.from_json(value, allow_inf_nan=False)
        except ValueError as error:
            wanted = "a number" if name in numbers else "JSON"
            raise InvalidRequest(f"Invalid value for '{name}': expected {wanted}: {error}.", param=name) from None
    return value
