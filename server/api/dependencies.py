"""FastAPI dependencies of the routes: services from `app.state`, and the request's JSON body.

All are coroutines: FastAPI runs plain functions in a thread, which costs more than any of them.
"""

import asyncio
import re
from typing import Annotated, Any

from fastapi import Depends, Request

from server.access.caller import Caller
from server.api.baidu_token import BaiduTokens
from server.api.form_body import read_form
from server.api.scope import CALLER
from server.config import Settings
from server.engines.registry import EngineRegistry, ServedModel
from server.errors import UnsupportedMediaType
from server.pipeline.chat import ChatService
from server.pipeline.documents import OcrService
from server.protocol.json_body import parse_json_object
from server.store.ids import owner_of
from server.store.store import Store

_JSON = re.compile(r"application/(json|[a-z0-9.!#$&^_-]+\+json)")
_PARSED_ON_THE_LOOP = 2**17  # bytes; parsing them takes less time than switching to a thread
_CURE = "Send JSON with Content-Type: application/json; with requests use json=..., not data=..."


def get_settings(request: Request) -> Settings:
    """The settings of this process."""
    settings: Settings = request.app.state.settings
    return settings


def get_store(request: Request) -> Store | None:
    """The store; None if there is none."""
    store: Store | None = request.app.state.store
    return store


def owner_in(request: Request) -> str:
    """The owner of what the caller stores."""
    caller: Caller = request.scope[CALLER]
    return owner_of(caller.id)


def chosen_model(request: Request, name: str | None) -> ServedModel:
    """The model named `name`; for None the first that the caller may use.

    Raises:
        ModelNotFound: it is unknown. Forbidden: the caller may not use it.
    """
    registry: EngineRegistry = request.app.state.registry
    caller: Caller = request.scope[CALLER]

    def usable(model: ServedModel) -> bool:
        return caller.may_use(model.names)

    if name is None:
        model = next(filter(usable, registry.models), registry.models[0])
    else:
        model = registry.get(name, shown=usable)
    caller.check_model(model.names)
    return model


async def read_json(request: Request) -> dict[str, Any]:
    """Read the body as a JSON object.

    Raises:
        UnsupportedMediaType: the body is declared to be something else, or compressed.
        InvalidRequest: the body is not a JSON object.
    """
    encoding = request.headers.get("content-encoding", "").strip().lower()
    if encoding not in {"", "identity"}:
        raise UnsupportedMediaType(
            f"Bodies with Content-Encoding {encoding[:60]!r} are not supported. Send the body uncompressed.",
            code="unsupported_content_encoding",
        )
    content_type = request.headers.get("content-type", "")
    if not _JSON.fullmatch(content_type.partition(";")[0].strip().lower()):
        given = f"The Content-Type is {content_type[:60]!r}" if content_type else "The Content-Type is missing"
        raise UnsupportedMediaType(f"{given}. {_CURE}")
    chunks = [chunk async for chunk in request.stream()]
    if sum(map(len, chunks)) <= _PARSED_ON_THE_LOOP:
        return parse_json_object(b"".join(chunks))
    return await asyncio.to_thread(_parse, chunks)


def _parse(chunks: list[bytes]) -> dict[str, Any]:
    """Join and parse the chunks of a body, and release them first, so that it is held once while it is parsed."""
    chunks[:] = [b"".join(chunks)]
    return parse_json_object(chunks.pop())


async def read_ocr_body(request: Request) -> dict[str, Any]:
    """Read an OCR request's body, JSON or a form."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in {"multipart/form-data", "application/x-www-form-urlencoded"}:
        return await read_form(
            request,
            max_bytes=get_settings(request).max_body_bytes,
            flags=("stream", "cache", "strict_grounding"),
            numbers=("temperature", "seed", "max_tokens"),
            objects=("schema",),
        )
    return await read_json(request)


def _service(name: str) -> Any:
    """What hangs on `app.state` as `name`."""

    async def get(request: Request) -> Any:
        return getattr(request.app.state, name)

    return Depends(get)


BaiduTokenDesk = Annotated[BaiduTokens, _service("baidu_tokens")]
Registry = Annotated[EngineRegistry, _service("registry")]
Chat = Annotated[ChatService, _service("chat")]
Ocr = Annotated[OcrService, _service("ocr")]
OcrBody = Annotated[dict[str, Any], Depends(read_ocr_body)]
ChatBody = Annotated[dict[str, Any], Depends(read_json)]
