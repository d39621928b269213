"""What the routes of chat and of the Responses API share: an answer written whole, and one written as it comes."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from server.api.scope import note_end
from server.observability.logging import RequestRecord
from server.values.chat import Answer, Delta

Events = TypeVar("Events")
Body = TypeVar("Body", bound=BaseModel)

_WRITTEN_ON_THE_LOOP = 20_000  # characters
_LOGPROB = 1_000  # characters that take as long as a token with its likeliest ones


async def whole(
    answer: Answer,
    record: RequestRecord,
    encode: Callable[[Answer], Body],
    keep: Callable[[Body], Awaitable[Body]] | None = None,
) -> Response:
    """Note the end of `answer`, and respond with its JSON; the logprobs of a long one take `encode` a second.

    `keep` may keep the encoded answer, and returns what then is to be said.
    """
    note_end(record, answer)
    long = sum(len(choice.text or "") + _LOGPROB * len(choice.logprobs) for choice in answer.choices)
    short = long <= _WRITTEN_ON_THE_LOOP
    body = encode(answer) if short else await asyncio.to_thread(encode, answer)
    if keep:
        body = await keep(body)
    written = body.model_dump_json() if short else await asyncio.to_thread(body.model_dump_json)
    return Response(written, media_type=JSONResponse.media_type)


def noting(write: Callable[[Delta], Events], record: RequestRecord) -> Callable[[Delta], Awaitable[Events]]:
    """What makes events of a delta by `write`, and notes the last one."""

    async def encode(delta: Delta) -> Events:
        if delta.finish_reason:
            note_end(record, delta)
        return write(delta)

    return encode
