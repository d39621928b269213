"""The log record of a request, stored in its ASGI scope, so that every layer can add to it."""

from collections.abc import AsyncGenerator, AsyncIterator

from starlette.types import Scope

from server.observability.logging import RequestRecord
from server.values.chat import Answer, Delta
from server.values.ocr import OcrResult

_KEY = "pageglass.record"


def open_record(scope: Scope, *, request_id: str) -> RequestRecord:
    """Put a new record into `scope`."""
    record = RequestRecord(request_id=request_id, method=scope["method"])
    scope[_KEY] = record
    return record


def record_of(scope: Scope) -> RequestRecord:
    """The record that `open_record` put into `scope`."""
    record: RequestRecord = scope[_KEY]
    return record


def note_end(record: RequestRecord, end: Answer | Delta) -> None:
    """Note the counts of a whole answer, or of a stream's last delta; of several choices, how the last one ended."""
    last = end.choices[-1] if isinstance(end, Answer) else end
    record.finish_reason = last.finish_reason
    record.pages = len(end.pages)
    if end.usage:
        record.prompt_tokens, record.completion_tokens = end.usage.prompt_tokens, end.usage.completion_tokens


def note_result(record: RequestRecord, result: OcrResult) -> None:
    """Note the counts of a document's whole answer."""
    record.pages = len(result.pages)
    record.cached = result.cached or None
    record.prompt_tokens, record.completion_tokens = result.usage.prompt_tokens, result.usage.completion_tokens


async def noted(deltas: AsyncIterator[Delta], record: RequestRecord) -> AsyncGenerator[Delta, None]:
    """Pass `deltas` on, and note the last one."""
    async for delta in deltas:
        if delta.finish_reason:
            note_end(record, delta)
        yield delta
