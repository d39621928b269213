"""POST /v1/ocr, and /ocr and /ocr/inference for clients that know it by these names."""

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from server.api.dependencies import Ocr, OcrBody
from server.api.mistral_answer import read_as_mistral
from server.api.ocr_answer import read
from server.api.openapi import body_of, errors, or_stream
from server.protocol.mistral.ocr_codec import is_mistral
from server.protocol.pageglass.ocr import OcrAnswer, OcrRequestBody
from server.protocol.pageglass.ocr_codec import decode_ocr_request


async def create_ocr(body: OcrBody, ocr: Ocr, request: Request) -> Response:
    """Read a picture or document: text, lines with places, or fields with the print that each rests on.

    As JSON, or as a form with the file in it. With `stream` each page is an event, then the whole answer. A body whose
    `document` is an object is in the form of Mistral's API, and answered in it.
    """
    if is_mistral(body):
        return await read_as_mistral(ocr, body, request)
    call = decode_ocr_request(body)
    return await read(ocr, call, request)


def _route(path: str, *, described: bool) -> APIRoute:
    return APIRoute(
        path,
        create_ocr,
        methods=["POST"],
        summary="Read a document",
        tags=["ocr"],
        response_model=OcrAnswer,
        responses={**or_stream("ocr.page"), **errors(400, 401, 403, 404, 413, 415, 429, 500, 502, 503, 504)},
        openapi_extra=body_of(OcrRequestBody),
        include_in_schema=described,
    )


routes = [_route("/v1/ocr", described=True), _route("/ocr", described=False), _route("/ocr/inference", described=False)]
