"""PUT /process: the external document loader of Open WebUI, which sends a file as it is and wants its text."""

from typing import Final
from urllib.parse import unquote

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.responses import JSONResponse, Response

from server.api.dependencies import Ocr, chosen_model
from server.api.disconnect import while_connected
from server.api.scope import CONTEXT, RECORD, note_result
from server.observability.logging import RequestRecord
from server.values.ocr import OcrRequest
from server.values.pages import ImageSource

_LONGEST_NAME: Final = 255


async def process_document(ocr: Ocr, request: Request) -> Response:
    """Read a document that is the body itself; `X-Filename` is repeated and not believed."""
    model = chosen_model(request, None)
    record: RequestRecord = request.scope[RECORD]
    record.model = model.id
    source = ImageSource(content=await request.body(), path="body")
    asked = OcrRequest(model=model.id, source=source, task=ocr.text_task(model.id))
    result = await while_connected(request.receive, ocr.read(asked, request.scope[CONTEXT]))
    note_result(record, result)
    name = unquote(request.headers.get("x-filename", ""))[:_LONGEST_NAME]
    metadata = {"source": name, "pages": len(result.pages), "model": result.model}
    return JSONResponse({"page_content": result.text, "metadata": metadata})


routes = [
    APIRoute(path, process_document, methods=["PUT"], tags=["ocr"], include_in_schema=False)
    for path in ("/process", "/v1/process")
]
