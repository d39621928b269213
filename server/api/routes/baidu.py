"""Baidu's OCR API: POST /rest/2.0/ocr/v1/{service}, and /oauth/2.0/token, where its clients get their token."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from starlette.responses import JSONResponse, Response

from server.api.baidu_token import SCOPE
from server.api.dependencies import BaiduTokenDesk, Ocr, chosen_model
from server.api.disconnect import while_connected
from server.api.scope import CONTEXT, RECORD, note_result
from server.errors import InvalidRequest, PayloadTooLarge, Unauthorized
from server.observability.logging import RequestRecord
from server.protocol.baidu.ocr import decode_baidu_request, encode_baidu_answer

_MOST_FIELDS = 64
_LONGEST_TOKEN_FORM = 2**14  # bytes


async def read_baidu_form(request: Request) -> dict[str, str]:
    """Read a form-encoded body.

    Raises:
        InvalidRequest: the body is not a form, or has a field twice.
    """
    body = await request.body()
    try:
        # in a thread: percent-decoding a large picture takes tenths of a second
        pairs = await asyncio.to_thread(
            parse_qsl, body.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS
        )
    except ValueError:
        raise InvalidRequest("The body is not a form. Send application/x-www-form-urlencoded.") from None
    form = dict(pairs)
    if len(form) < len(pairs):
        raise InvalidRequest("A field of the form is sent twice. Send one picture, and each option once.")
    return form


BaiduForm = Annotated[dict[str, str], Depends(read_baidu_form)]


async def create_baidu_ocr(service: str, form: BaiduForm, ocr: Ocr, request: Request) -> Response:
    """Read a picture as Baidu's API does."""
    call = decode_baidu_request(service, form)
    record: RequestRecord = request.scope[RECORD]
    record.model = chosen_model(request, None).id
    asked = replace(call.request, model=record.model)
    result = await while_connected(request.receive, ocr.read(asked, request.scope[CONTEXT]))
    note_result(record, result)
    return JSONResponse(encode_baidu_answer(result, call))


async def _short_form(request: Request) -> dict[str, str]:
    """Read a form with an id and a secret. Threat: the client is unauthenticated, so longer bodies are refused."""
    declared = request.headers.get("content-length", "")
    if not declared.isdecimal():
        return {}
    if int(declared[:20]) > _LONGEST_TOKEN_FORM:
        raise PayloadTooLarge(f"A form of an id and a secret has at most {_LONGEST_TOKEN_FORM} bytes.")
    body = (await request.body()).decode("latin-1")
    try:
        return dict(parse_qsl(body, max_num_fields=_MOST_FIELDS))
    except ValueError:
        raise InvalidRequest("The body is not a form with a client_id and a client_secret.") from None


async def create_baidu_token(desk: BaiduTokenDesk, request: Request) -> Response:
    """Give a token for a client id and secret, in the query or a form; the secret is one of our API keys."""
    given = dict(request.query_params)
    if "client_secret" not in given:
        given |= await _short_form(request)
    with suppress(Unauthorized):
        issued = desk.issue(given.get("client_secret", ""))
        answer = {"access_token": issued.token, "expires_in": issued.lifetime_s, "scope": f"public {SCOPE}"}
        return JSONResponse(answer)
    refusal = {"error": "invalid_client", "error_description": "Client authentication failed"}
    return JSONResponse(refusal, status_code=401)


routes = [
    APIRoute("/rest/2.0/ocr/v1/{service}", create_baidu_ocr, methods=["POST"], tags=["ocr"], include_in_schema=False),
    APIRoute("/oauth/2.0/token", create_baidu_token, methods=["GET", "POST"], tags=["ocr"], include_in_schema=False),
]
