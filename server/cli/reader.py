"""Two ways to read one picture: in this process, or by asking an endpoint through the openai SDK."""

import base64
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from server.config import Settings
from server.engines.base import ChatRequest, ImagePart, JSONObject, JSONSchemaFormat, Message, TextFormat
from server.errors import ConfigurationError, InvalidRequest, PageglassError
from server.media.signatures import KINDS_WITH_PAGES, known_format
from server.media.types import ImageSource

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_HINTS = {
    401: " Here it is given with --api-key, or as PAGEGLASS_API_KEY.",
    404: " The base URL of an OpenAI-compatible endpoint ends in /v1.",
}

ReadPicture = Callable[[str, bytes], Awaitable[str]]
"""Takes a name for messages and a file's bytes; gives its text, or its fields as JSON text."""


class ReadingError(Exception):
    """One picture could not be read; the message is for the user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a running endpoint is. Without `model`, the first that it serves is asked."""

    base_url: str
    api_key: str | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to read: text, or the fields of `schema`; of documents all pages, or those chosen (``1-3,7``)."""

    schema: JSONObject | None = None
    pages: str | None = None


@asynccontextmanager
async def read_here(settings: Settings, wanted: Wanted) -> AsyncIterator[ReadPicture]:
    """Start the engine in this process and give a function that reads one picture or document.

    Raises:
        ConfigurationError: the engine cannot start, or cannot honour the schema.
    """
    # Imported here so that asking an endpoint elsewhere loads no engine.
    from server.engines.registry import build_registry  # noqa: PLC0415
    from server.pipeline.chat import build_chat_service  # noqa: PLC0415
    from server.pipeline.json_schema import compile_schema  # noqa: PLC0415

    try:
        compile_schema(wanted.schema or {}, path="schema")  # said once, not once a picture
    except InvalidRequest as error:
        raise ConfigurationError(f"--schema: {error.message}") from None
    schema = wanted.schema
    form = TextFormat() if schema is None else JSONSchemaFormat(name="fields", schema=schema, path="schema")
    registry = build_registry(settings)
    service = build_chat_service(settings, registry)

    async def read_picture(name: str, picture: bytes) -> str:
        pages = wanted.pages if has_pages(picture) else None
        source = ImageSource(url=_data_uri(picture), path=name, pages=pages, pages_path="--pages")
        part = ImagePart(source=source)
        message = Message(role="user", parts=(part,))
        try:
            answer = await service.answer(
                ChatRequest(model=registry.models[0].id, messages=(message,), answer_format=form)
            )
        except PageglassError as error:
            raise ReadingError(error.message) from error
        return _text_of(answer.choices[0].text, answer.choices[0].refusal)

    try:
        service.start()
        await registry.start()
        yield read_picture
    finally:
        await service.close()
        await registry.stop()


@asynccontextmanager
async def read_there(endpoint: Endpoint, wanted: Wanted) -> AsyncIterator[ReadPicture]:
    """Connect to `endpoint` and give a function that reads one picture or document.

    Raises:
        ConfigurationError: the endpoint cannot be reached, or refuses the key.
    """
    import openai  # noqa: PLC0415 - half a second that only this command needs

    base_url = complete_base_url(endpoint.base_url)
    form: dict[str, Any] = {}
    if wanted.schema is not None:
        form["response_format"] = {"type": "json_schema", "json_schema": {"name": "fields", "schema": wanted.schema}}
    async with openai.AsyncOpenAI(base_url=base_url, api_key=endpoint.api_key or "none") as client:
        model = endpoint.model or await _first_model(client, base_url)

        async def read_picture(name: str, picture: bytes) -> str:
            messages: Any = [{"role": "user", "content": [_part(name, picture, wanted.pages)]}]
            try:
                answer = await client.chat.completions.create(model=model, messages=messages, **form)
            except openai.OpenAIError as error:
                raise ReadingError(_message_of(error)) from error
            return _text_of(answer.choices[0].message.content, answer.choices[0].message.refusal)

        yield read_picture


def complete_base_url(base_url: str) -> str:
    """Add what is commonly left out of a base URL: the scheme and ``/v1``.

    Raises:
        ConfigurationError: it is no http(s) address.
    """
    url = (base_url if "://" in base_url else f"http://{base_url}").rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ConfigurationError(
            f"--base-url: {without_password(base_url)!r} is not an address like http://127.0.0.1:8000/v1."
        )
    return url if parts.path else f"{url}/v1"


async def _first_model(client: "AsyncOpenAI", base_url: str) -> str:
    import openai  # noqa: PLC0415

    try:
        return (await client.models.list()).data[0].id
    except openai.APIConnectionError:
        shown = without_password(base_url)
        raise ConfigurationError(f"--base-url: nothing answers at {shown}; is the server running there?") from None
    except openai.APIStatusError as error:
        shown, hint = without_password(base_url), _HINTS.get(error.status_code, "")
        raise ConfigurationError(f"--base-url: {shown}/models: {_message_of(error)}{hint}") from None


def without_password(url: str) -> str:
    """Write `url` without user and password, for messages."""
    return re.sub(r"(?<=//)[^/]*@", "", url)


def _message_of(error: Exception) -> str:
    """The endpoint's own sentence where it sent one; the SDK wraps it in a dump of the body."""
    body = getattr(error, "body", None)
    message = body.get("message") if isinstance(body, dict) else None
    return str(message or error)


def _part(name: str, picture: bytes, pages: str | None) -> dict[str, Any]:
    """The content part that carries a file: PDFs as OpenAI takes them, `file`, and pictures as `image_url`."""
    chosen = {"pages": pages} if pages is not None and has_pages(picture) else {}
    if known_format(picture) == "PDF":
        return {"type": "file", "file": {"file_data": _data_uri(picture), "filename": Path(name).name} | chosen}
    return {"type": "image_url", "image_url": {"url": _data_uri(picture)} | chosen}


def has_pages(picture: bytes) -> bool:
    """Whether a file is of a kind of which pages can be chosen; a folder may hold pictures beside documents."""
    return known_format(picture) in KINDS_WITH_PAGES


def _data_uri(picture: bytes) -> str:
    return "data:application/octet-stream;base64," + base64.b64encode(picture).decode()


def _text_of(text: str | None, refusal: str | None) -> str:
    if text is None:
        raise ReadingError(refusal or "The endpoint gave no text.")
    return text


def parse_fields(text: str) -> JSONObject:
    """Parse an answer that should be a JSON object; raises `ReadingError` where it is none."""
    try:
        fields = json.loads(text)
    except json.JSONDecodeError as error:
        raise ReadingError(f"The answer is not JSON: {error}.") from error
    if not isinstance(fields, dict):
        raise ReadingError("The answer is JSON, but not an object.")
    return fields
