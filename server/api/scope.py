"""What a request carries in its ASGI scope, by these keys, and what its record notes of an answer.

A middleware puts each in: `RequestLog` the record, `KeyGuard` the caller, `RateLimit` the context.
"""

from typing import Final

from server.observability.logging import RequestRecord
from server.values.chat import Answer, Delta
from server.values.ocr import OcrResult

RECORD: Final = "pageglass.record"
"""The `RequestRecord` of any request."""
CALLER: Final = "pageglass.caller"
"""The `Caller`, on a path of the API; elsewhere there is none."""
CONTEXT: Final = "pageglass.context"
"""The `RequestContext` of a request that counts against limits."""
PEER: Final = "pageglass.peer"
"""The address that connected, where `client` is that of a trusted proxy's client."""


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
