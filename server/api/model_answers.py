"""What the routes of chat and of the Responses API share: an answer written whole, and one written as it comes."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from starlette.responses import JSONResponse, Response

from server.api.scope import note_end
from server.observability.logging import RequestRecord
from server.values.chat import Answer, Delta

Events = TypeVar("Events")

_WRITTEN_ON_THE_LOOP = 20_000  # characters
_LOGPROB = 1_000  # characters that take as long as a token with its likeliest ones


async def whole(answer: Answer, record: RequestRecord, write: Callable[[Answer], str]) -> Response:
    """Note the end of `answer`, and respond with its JSON; the logprobs of a long one take `write` a second."""
    note_end(record, answer)
    long = sum(len(choice.text or "") + _LOGPROB * len(choice.logprobs) for choice in answer.choices)
    body = write(answer) if long <= _WRITTEN_ON_THE_LOOP else await asyncio.to_thread(write, answer)
    return Response(body, media_type=JSONResponse.media_type)


def noting(write: Callable[[Delta], Events], record: RequestRecord) -> Callable[[Delta], Awaitable[Events]]:
    """What makes events of a delta by `write`, and notes the last one."""

    async def encode(delta: Delta) -> Events:
        if delta.finish_reason:
            note_end(record, delta)
        return write(delta)

    return encode
