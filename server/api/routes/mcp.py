"""MCP over streamable HTTP at /mcp, behind the keys, limits and host rules of the API; off by default."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from fastapi import Request
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from server.api.dependencies import chosen_model
from server.api.scope import CONTEXT, RECORD, note_result
from server.config import Settings
from server.errors import NotFound, PageglassError
from server.install_words import need_extra
from server.pipeline.documents import OcrService
from server.pipeline.request_context import RequestContext
from server.protocol.json_weight import refuse_heavy
from server.values.ocr import OcrRequest, OcrResult

if TYPE_CHECKING:
    from mcp.server.mcpserver import Context

PATH: Final = "/mcp"


class McpDoor:
    """The ASGI app of the door, which hands requests to the SDK; each stands for itself, so any process may answer."""

    def __init__(self, settings: Settings, ocr: OcrService) -> None:
        """Build the tools, if the door is on.

        Raises:
            ConfigurationError: it is on, and the SDK is not installed.
        """
        self._manager: Any = None
        self._ocr = ocr
        if not settings.mcp:
            return
        need_extra("mcp", "mcp", setting="PAGEGLASS_MCP")
        from mcp.server.transport_security import TransportSecuritySettings  # noqa: PLC0415 - needs the extra

        from server.mcp.tools import remote_tools  # noqa: PLC0415

        tools = remote_tools(self._read)
        tools.streamable_http_app(
            json_response=True,
            stateless_http=True,
            max_request_body_size=settings.max_body_bytes,
            # host names and origins are checked before, by the rules of the whole server
            transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        )
        self._manager = tools.session_manager

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request.

        Raises:
            NotFound: the door is off.
        """
        if self._manager is None:
            raise NotFound("There is no MCP here: the operator can set PAGEGLASS_MCP=true. /docs lists all paths.")
        body = await Request(scope, receive).body()
        await asyncio.to_thread(refuse_heavy, body)  # the SDK parses what it gets, whatever that takes
        await self._manager.handle_request(scope, _replay(body, receive), send)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Answer requests until the block is left."""
        if self._manager is None:
            yield
            return
        async with self._manager.run():
            yield

    async def _read(self, asked: OcrRequest, context: "Context[Any, Any]") -> OcrResult:
        """Read for the caller of a tool, with a model that it may use."""
        request: Request = context.request_context.request  # type: ignore[assignment]
        model = chosen_model(request, None)
        task = self._ocr.text_task(model.id) if asked.task == "ocr" else asked.task
        kept: RequestContext = request.scope[CONTEXT]
        record = request.scope[RECORD]
        record.model = model.id
        try:
            result = await self._ocr.read(replace(asked, model=model.id, task=task), kept)
        except PageglassError as error:  # the answer is 200 all the same, with the error inside
            record.code, record.param, record.outcome = error.code, error.param, "error"
            raise
        note_result(record, result)
        return result


def _replay(body: bytes, receive: Receive) -> Receive:
    """Give `body` again, and after it what arrives."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def route(door: McpDoor) -> Route:
    """The path of the door."""
    return Route(PATH, door, methods=["POST"])
