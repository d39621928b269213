"""An OCR request in Mistral's form put to the service, and its answer in that form."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from server.api.dependencies import chosen_model
from server.api.disconnect import while_connected
from server.api.ocr_answer import note
from server.api.record import record_of
from server.api.scope import caller_of, meter_of
from server.pipeline.ocr import OcrService
from server.protocol.mistral.ocr_codec import decode_mistral_request, encode_mistral_answer
from server.values.ocr import OcrRequest, OcrResult


async def read_as_mistral(ocr: OcrService, body: Mapping[str, Any], request: Request) -> Response:
    """Read a document as Mistral's API does: its text, and the fields of the annotation where one is wanted.

    Raises:
        PageglassError: whatever the service raises.
        ClientDisconnect: the client went away.
    """
    call = decode_mistral_request(body)
    record = record_of(request.scope)
    model = chosen_model(request, call.request.model).id
    record.model, scope = model, request.scope

    def asked(what: OcrRequest) -> OcrRequest:
        return replace(what, model=model, caller=caller_of(scope).id, meter=meter_of(scope))

    async def read(what: OcrRequest | None) -> OcrResult | None:
        return await ocr.read(asked(what), stages=record.stages) if what else None

    text = replace(asked(call.request), task=ocr.text_task(model))
    result = await while_connected(request.receive, ocr.read(text, stages=record.stages))
    fields = await while_connected(request.receive, read(call.annotation))
    note(record, result)
    written = await asyncio.to_thread(lambda: encode_mistral_answer(result, fields, call).model_dump_json())
    return Response(written, media_type=JSONResponse.media_type)
