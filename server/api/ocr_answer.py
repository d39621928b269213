"""An OCR request put to the service, and its answer as a response: whole, or page by page as events."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from server.api.dependencies import chosen_model, get_settings
from server.api.disconnect import while_connected
from server.api.record import record_of
from server.api.scope import caller_of, meter_of
from server.api.sse import EventStream
from server.observability.logging import RequestRecord
from server.pipeline.ocr import OcrService
from server.protocol.pageglass.ocr_codec import OcrCall, encode_page, encode_result
from server.values.ocr import OcrPage, OcrResult


async def read(ocr: OcrService, call: OcrCall, request: Request) -> Response:
    """Answer a decoded request, for as long as its client waits; early failures are raised before the first byte.

    Raises:
        PageglassError: whatever the service raises.
        ClientDisconnect: the client went away.
    """
    record = record_of(request.scope)
    scope = request.scope
    record.model, record.stream = chosen_model(request, call.request.model).id, call.stream
    asked = replace(call.request, model=record.model, caller=caller_of(scope).id, meter=meter_of(scope))
    if not call.stream:
        result = await while_connected(request.receive, ocr.read(asked, stages=record.stages))
        note(record, result)
        return Response(await asyncio.to_thread(_written, result), media_type=JSONResponse.media_type)
    stream = await while_connected(request.receive, ocr.stream(asked, stages=record.stages))
    return EventStream(stream, _encoder(record), ping_s=get_settings(request).ping_s)


def note(record: RequestRecord, result: OcrResult) -> None:
    """Note the counts of a whole answer."""
    record.pages = len(result.pages)
    record.cached = result.cached or None
    record.prompt_tokens, record.completion_tokens = result.usage.prompt_tokens, result.usage.completion_tokens


def _encoder(record: RequestRecord) -> Callable[[OcrPage | OcrResult], Awaitable[tuple[str]]]:
    """What makes an event of a page and of the whole, which is noted."""

    async def encode(item: OcrPage | OcrResult) -> tuple[str]:
        if isinstance(item, OcrPage):
            return (encode_page(item).model_dump_json(),)
        note(record, item)
        return (await asyncio.to_thread(_written, item),)

    return encode


def _written(result: OcrResult) -> str:
    return encode_result(result).model_dump_json()
