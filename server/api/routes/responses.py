"""POST /v1/responses, and what is answered to those who ask for a response by its id."""

from collections.abc import Awaitable, Callable

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.responses import JSONResponse, Response

from server.api.dependencies import Chat, ChatBody, chosen_model, get_settings, get_store, owner_in
from server.api.disconnect import while_connected
from server.api.error_handlers import RESPONSES_PATH
from server.api.keeping import OF_RESPONSES, Keeper, find_kept
from server.api.model_answers import noting, whole
from server.api.openapi import body_of, errors, or_stream
from server.api.scope import CONTEXT, RECORD
from server.api.sse import EventStream, NamedForm
from server.observability.logging import RequestRecord
from server.protocol.field_names import ignored_header
from server.protocol.openai.kept import not_kept
from server.protocol.openai.response import Response as ResponseBody
from server.protocol.openai.response_codec import ResponseHead, encode_response
from server.protocol.openai.response_events import Event, ResponseWriter
from server.protocol.openai.responses import ResponsesRequest
from server.protocol.openai.responses_codec import FIELDS, decode_responses
from server.values.chat import Delta


async def create_response(body: ChatBody, chat: Chat, request: Request) -> Response:
    """Read the pictures of a conversation: as text, as fields under a JSON schema, or as a tool's arguments.

    With `stream` the answer is a stream of OpenAI's named events, from `response.created` to `response.completed`.
    """
    record: RequestRecord = request.scope[RECORD]
    record.ignored = ignored_header(body, FIELDS)
    keeper = await Keeper.of(request, body)
    call, context = decode_responses(body, keeper.earlier), request.scope[CONTEXT]
    model = chosen_model(request, call.request.model)
    record.model, record.stream = model.id, call.stream
    head = ResponseHead(model=model.id, asked=call.asked, kept=keeper.keeps)
    if not call.stream:
        answer = await while_connected(request.receive, chat.answer(call.request, model, context))
        return await whole(answer, record, lambda done: encode_response(done, head), keeper.keep)
    deltas = await while_connected(request.receive, chat.stream(call.request, model, context))
    writer = ResponseWriter(head)
    encode = _keeping(noting(writer.write, record), writer, keeper)
    form, ping_s = NamedForm(writer.fail), get_settings(request).ping_s
    return EventStream(deltas, encode, form, opening=writer.open(), ping_s=ping_s)


async def get_response(response_id: str, request: Request) -> JSONResponse:
    """Return a response that was kept."""
    kept = await find_kept(get_store(request), owner_in(request), response_id)
    return JSONResponse(kept.response)


async def delete_response(response_id: str, request: Request) -> JSONResponse:
    """Delete a response that was kept."""
    store, owner = get_store(request), owner_in(request)
    ours = response_id.startswith(OF_RESPONSES)
    if store is None or not ours or not await store.run(store.responses.delete, owner, response_id):
        raise not_kept(None if store is None else response_id)
    return JSONResponse({"id": response_id, "object": "response", "deleted": True})


def _keeping(
    encode: Callable[[Delta], Awaitable[list[Event]]], writer: ResponseWriter, keeper: Keeper
) -> Callable[[Delta], Awaitable[list[Event]]]:
    """The events of a delta; the answer is kept before its last event says so."""

    async def write(delta: Delta) -> list[Event]:
        events = await encode(delta)
        if writer.ended is not None:
            events += writer.end(await keeper.keep(writer.ended))
        return events

    return write


routes = [
    APIRoute(
        RESPONSES_PATH,
        create_response,
        methods=["POST"],
        summary="Read pictures of documents, by the Responses API",
        tags=["responses"],
        response_model=ResponseBody,
        responses={**or_stream("response.*"), **errors(400, 401, 403, 404, 413, 415, 429, 500, 502, 503, 504)},
        openapi_extra=body_of(ResponsesRequest),
    ),
    APIRoute(
        RESPONSES_PATH + "/{response_id}",
        get_response,
        summary="A response that was kept",
        tags=["responses"],
        response_model=None,
        responses=errors(401, 403, 404, 429, 500, 503),
    ),
    APIRoute(
        RESPONSES_PATH + "/{response_id}",
        delete_response,
        methods=["DELETE"],
        summary="Delete a response that was kept",
        tags=["responses"],
        response_model=None,
        responses=errors(401, 403, 404, 429, 500, 503),
    ),
]
