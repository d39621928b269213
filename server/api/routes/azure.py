"""Azure Document Intelligence: analyze a document, and get the result; the read and layout models.

Azure answers at once and reads later. Here the document is read before the answer, so that limits and errors are those
of the request itself; the result is kept for a day and is there as soon as it is asked for.
"""

import asyncio
import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.responses import JSONResponse, Response

from server.api.dependencies import Ocr, chosen_model, get_store, owner_in, read_json
from server.api.disconnect import while_connected
from server.api.public_address import address_of
from server.api.scope import CONTEXT, RECORD, note_result
from server.errors import InvalidRequest, NotFound
from server.observability.logging import RequestRecord
from server.pipeline.document_plan import tasks_of
from server.protocol.azure.answer import encode_analysis
from server.protocol.azure.request import AZURE_PATH, HEEDED, check_model, check_version, decode_azure_request
from server.protocol.field_names import ignored_header
from server.store.store import Store, needed
from server.values.ocr import OcrRequest, OcrTask

_KEPT_S: Final = 86_400
_RESULTS: Final = AZURE_PATH + "documentModels/{model_id}/analyzeResults/{result_id}"


async def analyze(model_id: str, ocr: Ocr, request: Request) -> Response:
    """Read a document, and say where the result is."""
    store = needed(get_store(request))
    query = dict(request.query_params)
    record: RequestRecord = request.scope[RECORD]
    record.ignored = ignored_header(query, HEEDED)
    call = decode_azure_request(model_id, query, await _body(request))
    model = chosen_model(request, None)
    record.model = model.id
    task = _task(tasks_of(model), ocr.text_task(model.id), markdown=call.markdown)
    asked = OcrRequest(model=model.id, source=call.source, task=task)
    began = _now()
    result = await while_connected(request.receive, ocr.read(asked, request.scope[CONTEXT]))
    note_result(record, result)
    operation = {"status": "succeeded", "createdDateTime": began, "lastUpdatedDateTime": _now()}
    text = await asyncio.to_thread(lambda: _written(operation | {"analyzeResult": encode_analysis(result, call)}))
    result_id = str(uuid.uuid4())
    await store.run(store.responses.keep, owner_in(request), f"{call.model} {result_id}", text, seconds=_KEPT_S)
    path = _RESULTS.format(model_id=call.model, result_id=result_id)
    location = address_of(request, f"{path}?api-version={call.version}")
    return Response(status_code=202, headers={"operation-location": location, "apim-request-id": result_id})


async def get_result(model_id: str, result_id: str, request: Request) -> Response:
    """Return the result of an analysis."""
    store = needed(get_store(request))
    check_version(request.query_params)
    text = await store.run(store.responses.find, owner_in(request), f"{check_model(model_id)} {result_id}")
    if text is None:
        raise _unknown(result_id)
    return Response(text, media_type=JSONResponse.media_type)


async def delete_result(model_id: str, result_id: str, request: Request) -> Response:
    """Delete the result of an analysis."""
    store: Store = needed(get_store(request))
    check_version(request.query_params)
    if not await store.run(store.responses.delete, owner_in(request), f"{check_model(model_id)} {result_id}"):
        raise _unknown(result_id)
    return Response(status_code=204)


async def _body(request: Request) -> Mapping[str, Any] | bytes:
    """The body as JSON where it is declared so, else as the document itself."""
    if "json" in request.headers.get("content-type", "").lower():
        return await read_json(request)
    return await request.body()


def _task(can: tuple[OcrTask, ...], text: OcrTask, *, markdown: bool) -> OcrTask:
    if markdown:
        if "markdown" not in can:
            raise InvalidRequest(
                "'outputContentFormat=markdown' is not done by this model. Leave it out to get text.",
                param="outputContentFormat",
                code="unsupported_value",
            )
        return "markdown"
    return "lines" if "lines" in can else text


def _written(answer: Mapping[str, Any]) -> str:
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":"))


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _unknown(result_id: str) -> NotFound:
    return NotFound(
        f"There is no result {result_id[:64]!r}: results are kept for a day, for the key that asked.",
        code="response_not_found",
    )


routes = [
    APIRoute(
        AZURE_PATH + "documentModels/{model_id}:analyze",
        analyze,
        methods=["POST"],
        tags=["ocr"],
        include_in_schema=False,
    ),
    APIRoute(_RESULTS, get_result, methods=["GET"], tags=["ocr"], include_in_schema=False),
    APIRoute(_RESULTS, delete_result, methods=["DELETE"], tags=["ocr"], include_in_schema=False),
]
