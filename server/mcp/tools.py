"""The two tools, `read_document` and `extract_fields`, for any way in which a document is named.

An assistant sees an error as the tool's answer, with place and cure, and no detail of a crash.
"""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Final

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field

from server import __version__
from server.errors import PageglassError
from server.protocol.pageglass.ocr_codec import encode_result
from server.values.ocr import OcrRequest, OcrResult
from server.values.pages import FileId, ImageSource

Read = Callable[[OcrRequest, Context[Any, Any]], Awaitable[OcrResult]]
"""Reads a document for the caller of a tool; for the task `ocr` in the model's best form of text."""
Find = Callable[[str], Awaitable[bytes]]
"""Returns the bytes of a file by its path."""
_INSTRUCTIONS: Final = (
    "Reads pictures and PDFs of documents: read_document gives their text, extract_fields gives named values with the "
    "print that each rests on. A value that the document does not show is null: do not guess it."
)
Pages = Annotated[str | None, Field(description="Pages of a document, such as 1-3,7, counted from 1; all by default.")]
Names = Annotated[
    list[str] | None,
    Field(
        description="Names of the values, such as total, invoice number, due date; or send a schema.", max_length=200
    ),
]
Schema = Annotated[
    dict[str, Any] | None, Field(description="A JSON schema of an object with the values, in place of fields.")
]
Document = Annotated[
    str | None,
    Field(description="The document: a data URI, base64, or an http(s) address that the server may fetch."),
]
StoredId = Annotated[str | None, Field(description="The id of a stored file, in place of the document.")]
File = Annotated[str, Field(description="Path of a picture or PDF below one of the server's folders.")]


def remote_tools(read: Read) -> MCPServer[Any]:
    """Build the tools for documents that come with the call, or are stored: no files of the machine."""
    server = _server()

    @server.tool()
    async def read_document(
        ctx: Context[Any, Any], document: Document = None, file_id: StoredId = None, pages: Pages = None
    ) -> str:
        """Read the text of a picture or PDF, in reading order."""
        return await _text(read, _sent(document, file_id, pages), ctx)

    @server.tool()
    async def extract_fields(  # noqa: PLR0913, PLR0917 - one parameter per argument of the tool
        ctx: Context[Any, Any],
        document: Document = None,
        file_id: StoredId = None,
        fields: Names = None,
        schema: Schema = None,
        pages: Pages = None,
    ) -> dict[str, Any]:
        """Read named values of a picture or PDF, each with the print that it rests on; null where none is shown."""
        return await _fields(read, _sent(document, file_id, pages), fields, schema, ctx)

    return server


def local_tools(read: Read, find: Find) -> MCPServer[Any]:
    """Build the tools for files of this machine, which `find` reads."""
    server = _server()

    @server.tool()
    async def read_document(ctx: Context[Any, Any], path: File, pages: Pages = None) -> str:
        """Read the text of a picture or PDF on this machine, in reading order."""
        return await _text(read, await _file(find, path, pages), ctx)

    @server.tool()
    async def extract_fields(
        ctx: Context[Any, Any], path: File, fields: Names = None, schema: Schema = None, pages: Pages = None
    ) -> dict[str, Any]:
        """Read named values of a picture or PDF on this machine, each with its print; null where none is shown."""
        return await _fields(read, await _file(find, path, pages), fields, schema, ctx)

    return server


def _server() -> MCPServer[Any]:
    return MCPServer(
        name="pageglass", title="Pageglass", version=__version__, instructions=_INSTRUCTIONS, log_level="WARNING"
    )


def _sent(document: str | None, file_id: str | None, pages: str | None) -> ImageSource:
    if (document is None) == (file_id is None):
        raise ToolError("Send one of 'document' and 'file_id'.")
    content: str | FileId = document if document is not None else FileId(file_id or "")
    path = "document" if document is not None else "file_id"
    return ImageSource(content=content, path=path, pages=pages, pages_path="pages")


async def _file(find: Find, path: str, pages: str | None) -> ImageSource:
    with _errors_named():
        content = await find(path)
    return ImageSource(content=content, path="path", pages=pages, pages_path="pages")


async def _text(read: Read, source: ImageSource, context: Context[Any, Any]) -> str:
    result = await _result(read, OcrRequest(model=None, source=source), context)
    return result.text or "The pages show no text."


async def _fields(
    read: Read,
    source: ImageSource,
    names: list[str] | None,
    schema: dict[str, Any] | None,
    context: Context[Any, Any],
) -> dict[str, Any]:
    request = OcrRequest(
        model=None, source=source, task="extract_fields", fields=tuple(dict.fromkeys(names or ())), schema=schema
    )
    answer = encode_result(await _result(read, request, context))
    kept = {"fields", "missing", "evidence", "language", "notes"}
    return answer.model_dump(mode="json", include=kept)


async def _result(read: Read, request: OcrRequest, context: Context[Any, Any]) -> OcrResult:
    with _errors_named():
        return await read(request, context)


@contextmanager
def _errors_named() -> Iterator[None]:
    """Hand our errors to the assistant, with code, place and cure."""
    try:
        yield
    except PageglassError as error:
        place = f" ({error.param})" if error.param and error.param not in error.message else ""
        raise ToolError(f"{error.code}{place}: {error.message}") from None
