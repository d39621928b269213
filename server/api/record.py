"""The record of a request, carried in its ASGI scope from the outermost middleware to whoever has something to note."""

from starlette.types import Scope

from server.observability.logging import RequestRecord
from server.values.chat import Answer, Delta

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
