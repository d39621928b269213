"""`pageglass mcp`: the tools of MCP over stdin and stdout, for an assistant on this machine."""

import asyncio
import logging
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from server.cli.local_files import LocalFiles
from server.cli.read.in_process import local_service
from server.config import Settings
from server.install_words import need_extra
from server.pipeline.request_context import RequestContext

if TYPE_CHECKING:
    from mcp.server.mcpserver import Context

    from server.values.ocr import OcrRequest, OcrResult


def serve_stdio(settings: Settings, roots: Sequence[Path]) -> None:
    """Answer until stdin ends. Nothing but messages goes to stdout.

    Raises:
        ConfigurationError: the extra is missing, a folder is none, or the engine cannot start.
    """
    need_extra("mcp", "mcp")
    files = LocalFiles(roots, max_bytes=settings.max_image_bytes)
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    asyncio.run(_serve(settings, files))


async def _serve(settings: Settings, files: LocalFiles) -> None:
    from server.mcp.tools import local_tools  # noqa: PLC0415 - needs the extra

    async with local_service(settings) as service:

        async def read(request: "OcrRequest", _: "Context[Any, Any]") -> "OcrResult":
            task = service.text_task(None) if request.task == "ocr" else request.task
            return await service.read(replace(request, task=task), RequestContext())

        async def find(path: str) -> bytes:
            return await asyncio.to_thread(files.read, path)

        await local_tools(read, find).run_stdio_async()
