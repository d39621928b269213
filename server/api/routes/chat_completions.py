"""POST /v1/chat/completions."""

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from server.api.chat_answer import ask
from server.api.dependencies import Chat, ChatBody
from server.api.openapi import body_of, errors, or_stream
from server.protocol.openai.chat import ChatCompletionRequest
from server.protocol.openai.chat_codec import decode_request
from server.protocol.openai.chat_completion import ChatCompletion


async def create_chat_completion(body: ChatBody, chat: Chat, request: Request) -> Response:
    """Read the pictures of a conversation: as text, as fields under a JSON schema, or as a tool's arguments.

    With `stream` the answer is a stream of `chat.completion.chunk` events that ends with `[DONE]`.
    """
    call = decode_request(body)
    return await ask(chat, call, request)


routes = [
    APIRoute(
        "/v1/chat/completions",
        create_chat_completion,
        methods=["POST"],
        summary="Read pictures of documents",
        tags=["chat"],
        response_model=ChatCompletion,
        responses={**or_stream(), **errors(400, 401, 403, 404, 413, 415, 429, 500, 503, 504)},
        openapi_extra=body_of(ChatCompletionRequest),
    )
]
