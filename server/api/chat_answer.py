"""Answers a decoded chat request: as a whole response, or as an event stream."""

import asyncio
from collections.abc import AsyncGenerator

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from server.api.dependencies import chosen_model, get_settings
from server.api.disconnect import while_connected
from server.api.record import note_end, noted, record_of
from server.api.scope import context_of
from server.api.sse import EventStream
from server.observability.logging import RequestRecord
from server.pipeline.chat import ChatService, DeltaStream
from server.protocol.openai.chat_answer_codec import AnswerHead, encode_answer, encode_stream
from server.protocol.openai.chat_codec import ChatCall
from server.values.chat import Answer

_WRITTEN_ON_THE_LOOP = 20_000  # characters
_LOGPROB = 1_000  # characters that take as long as a token with its likeliest ones


async def ask(chat: ChatService, call: ChatCall, request: Request) -> Response:
    """Answer a decoded request, for as long as its client waits; early failures are raised before the first byte.

    Raises:
        PageglassError: whatever the service raises.
        ClientDisconnect: the client went away.
    """
    record = record_of(request.scope)
    model = chosen_model(request, call.request.model)
    record.model, record.stream = model.id, call.stream
    head = AnswerHead(model=model.id, fingerprint=model.fingerprint)
    context = context_of(request.scope)
    if not call.stream:
        answer = await while_connected(request.receive, chat.answer(call.request, context))
        return await _whole(answer, head, record)
    deltas = await while_connected(request.receive, chat.stream(call.request, context))
    events = _events(deltas, call, head, record)
    return EventStream(events, source=deltas, ping_s=get_settings(request).ping_s)


async def _whole(answer: Answer, head: AnswerHead, record: RequestRecord) -> Response:
    note_end(record, answer)
    long = sum(len(choice.text or "") + _LOGPROB * len(choice.logprobs) for choice in answer.choices)
    on_loop = long <= _WRITTEN_ON_THE_LOOP  # the logprobs of a long answer take a second
    body = _written(answer, head) if on_loop else await asyncio.to_thread(_written, answer, head)
    return Response(body, media_type=JSONResponse.media_type)


def _written(answer: Answer, head: AnswerHead) -> str:
    return encode_answer(answer, head).model_dump_json()


async def _events(
    deltas: DeltaStream, call: ChatCall, head: AnswerHead, record: RequestRecord
) -> AsyncGenerator[str, None]:
    """Each chunk as JSON, with just the members that it sets."""
    async for chunk in encode_stream(noted(deltas, record), head, include_usage=call.include_usage):
        yield chunk.model_dump_json(exclude_unset=True)
