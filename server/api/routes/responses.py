"""POST /v1/responses, and what is answered to those who ask for a response by its id."""

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from server.api.dependencies import Chat, ChatBody, chosen_model, get_settings
from server.api.disconnect import while_connected
from server.api.error_handlers import RESPONSES_PATH
from server.api.model_answers import noting, whole
from server.api.openapi import body_of, errors, or_stream
from server.api.scope import CONTEXT, RECORD
from server.api.sse import EventStream, NamedForm
from server.observability.logging import RequestRecord
from server.protocol.field_names import ignored_header
from server.protocol.openai.response import Response as ResponseBody
from server.protocol.openai.response_codec import ResponseHead, encode_response
from server.protocol.openai.response_events import ResponseWriter
from server.protocol.openai.responses import ResponsesRequest
from server.protocol.openai.responses_codec import FIELDS, decode_responses, not_kept


async def create_response(body: ChatBody, chat: Chat, request: Request) -> Response:
    """Read the pictures of a conversation: as text, as fields under a JSON schema, or as a tool's arguments.

    With `stream` the answer is a stream of OpenAI's named events, from `response.created` to `response.completed`.
    """
    record: RequestRecord = request.scope[RECORD]
    record.ignored = ignored_header(body, FIELDS)
    call, context = decode_responses(body), request.scope[CONTEXT]
    model = chosen_model(request, call.request.model)
    record.model, record.stream = model.id, call.stream
    head = ResponseHead(model=model.id, asked=call.asked)
    if not call.stream:
        answer = await while_connected(request.receive, chat.answer(call.request, model, context))
        return await whole(answer, record, lambda done: encode_response(done, head).model_dump_json())
    deltas = await while_connected(request.receive, chat.stream(call.request, model, context))
    writer = ResponseWriter(head)
    form, ping_s = NamedForm(writer.fail), get_settings(request).ping_s
    return EventStream(deltas, noting(writer.write, record), form, opening=writer.open(), ping_s=ping_s)


async def get_response(response_id: str) -> Response:  # noqa: ARG001 - every id is unknown
    """Refuse: nothing is kept."""
    raise not_kept()


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
        methods=["GET", "DELETE"],
        summary="A response that was kept: none is",
        tags=["responses"],
        responses=errors(401, 403, 404),
        include_in_schema=False,
    ),
]
