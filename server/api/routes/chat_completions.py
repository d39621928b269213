"""POST /v1/chat/completions."""

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from server.api.dependencies import Chat, ChatBody, chosen_model, get_settings
from server.api.disconnect import while_connected
from server.api.model_answers import noting, whole
from server.api.openapi import body_of, errors, or_stream
from server.api.scope import CONTEXT, RECORD
from server.api.sse import ChunkForm, EventStream
from server.observability.logging import RequestRecord
from server.protocol.field_names import ignored_header
from server.protocol.openai.chat import ChatCompletionRequest
from server.protocol.openai.chat_answer_codec import AnswerHead, StreamWriter, encode_answer
from server.protocol.openai.chat_codec import FIELDS, decode_request
from server.protocol.openai.chat_completion import ChatCompletion
from server.protocol.openai.part_names import dropped_members


async def create_chat_completion(body: ChatBody, chat: Chat, request: Request) -> Response:
    """Read the pictures of a conversation: as text, as fields under a JSON schema, or as a tool's arguments.

    With `stream` the answer is a stream of `chat.completion.chunk` events that ends with `[DONE]`.
    """
    record: RequestRecord = request.scope[RECORD]
    record.ignored = ignored_header((*body, *dropped_members(body)), FIELDS)
    call, context = decode_request(body), request.scope[CONTEXT]
    model = chosen_model(request, call.request.model)
    record.model, record.stream = model.id, call.stream
    head = AnswerHead(model=model.id, fingerprint=model.fingerprint)
    if not call.stream:
        answer = await while_connected(request.receive, chat.answer(call.request, model, context))
        return await whole(answer, record, lambda done: encode_answer(done, head))
    deltas = await while_connected(request.receive, chat.stream(call.request, model, context))
    writer = StreamWriter(head, include_usage=call.include_usage)
    ping_s = get_settings(request).ping_s
    return EventStream(deltas, noting(writer.write, record), ChunkForm(), opening=writer.open(), ping_s=ping_s)


routes = [
    APIRoute(
        "/v1/chat/completions",
        create_chat_completion,
        methods=["POST"],
        summary="Read pictures of documents",
        tags=["chat"],
        response_model=ChatCompletion,
        responses={**or_stream(), **errors(400, 401, 403, 404, 413, 415, 429, 500, 502, 503, 504)},
        openapi_extra=body_of(ChatCompletionRequest),
    )
]
