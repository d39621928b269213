"""POST /v1/ocr, in our own format and in Mistral's; /ocr and /ocr/inference are aliases that clients use."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from fastapi import Request
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from server.api.dependencies import Ocr, OcrBody, chosen_model, get_settings
from server.api.disconnect import while_connected
from server.api.openapi import body_of, errors, or_stream
from server.api.scope import CONTEXT, RECORD, note_result
from server.api.sse import ChunkForm, EventStream
from server.observability.logging import RequestRecord
from server.pipeline.documents import OcrService
from server.protocol.field_names import ignored_header
from server.protocol.mistral.ocr_codec import HEEDED as MISTRAL_FIELDS
from server.protocol.mistral.ocr_codec import decode_mistral_request, encode_mistral_answer, is_mistral
from server.protocol.pageglass.ocr import OcrAnswer, OcrRequestBody
from server.protocol.pageglass.ocr_codec import FIELDS, decode_ocr_request, encode_page, encode_result
from server.values.ocr import OcrPage, OcrResult


async def create_ocr(body: OcrBody, ocr: Ocr, request: Request) -> Response:
    """Read a picture or document: text, lines with places, or fields with the print that each rests on.

    As JSON, or as a form with the file in it. With `stream` each page is an event, then the whole answer. A body whose
    `document` is an object is in the form of Mistral's API, and answered in it.
    """
    record: RequestRecord = request.scope[RECORD]
    record.ignored = ignored_header(body, MISTRAL_FIELDS if is_mistral(body) else FIELDS)
    if is_mistral(body):
        return await _read_as_mistral(body, ocr, record, request)
    call, context = decode_ocr_request(body), request.scope[CONTEXT]
    model = chosen_model(request, call.request.model)
    record.model, record.stream = model.id, call.stream
    asked = replace(call.request, model=model.id)
    if not call.stream:
        result = await while_connected(request.receive, ocr.read(asked, context))
        note_result(record, result)
        return _json(await asyncio.to_thread(_written, encode_result, result))
    stream = await while_connected(request.receive, ocr.stream(asked, context))
    return EventStream(stream, _encoder(record), ChunkForm(), ping_s=get_settings(request).ping_s)


async def _read_as_mistral(
    body: Mapping[str, Any], ocr: OcrService, record: RequestRecord, request: Request
) -> Response:
    """Read a document once: its text, and the fields of the annotation where one is wanted."""
    call = decode_mistral_request(body)
    model = chosen_model(request, call.request.model)
    record.model = model.id
    asked = replace(call.request, model=model.id, task=ocr.text_task(model.id))
    result = await while_connected(request.receive, ocr.read(asked, request.scope[CONTEXT]))
    note_result(record, result)
    return _json(await asyncio.to_thread(_written, lambda whole: encode_mistral_answer(whole, call), result))


def _encoder(record: RequestRecord) -> Callable[[OcrPage | OcrResult], Awaitable[tuple[str]]]:
    """Return the encoder of a stream's items: pages, then the whole answer, which it notes in the log record."""

    async def encode(item: OcrPage | OcrResult) -> tuple[str]:
        if isinstance(item, OcrPage):
            return (encode_page(item).model_dump_json(),)
        note_result(record, item)
        return (await asyncio.to_thread(_written, encode_result, item),)

    return encode


def _written(encode: Callable[[OcrResult], BaseModel], result: OcrResult) -> str:
    return encode(result).model_dump_json()


def _json(written: str) -> Response:
    return Response(written, media_type=JSONResponse.media_type)


def _route(path: str, *, described: bool) -> APIRoute:
    return APIRoute(
        path,
        create_ocr,
        methods=["POST"],
        summary="Read a document",
        tags=["ocr"],
        response_model=OcrAnswer,
        responses={**or_stream("ocr.page"), **errors(400, 401, 403, 404, 413, 415, 429, 500, 502, 503, 504)},
        openapi_extra=body_of(OcrRequestBody, uploads="file"),
        include_in_schema=described,
    )


routes = [_route("/v1/ocr", described=True), _route("/ocr", described=False), _route("/ocr/inference", described=False)]
