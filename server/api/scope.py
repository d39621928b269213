"""What a request carries in its ASGI scope: the caller, the meter that counts it, and its record for the log."""

from starlette.types import Scope

from server.access.caller import Caller
from server.access.meter import Meter
from server.observability.logging import RequestRecord
from server.pipeline.request_context import RequestContext
from server.values.chat import Answer, Delta
from server.values.ocr import OcrResult

_CALLER = "pageglass.caller"
_METER = "pageglass.meter"
_RECORD = "pageglass.record"


def put_caller(scope: Scope, caller: Caller) -> None:
    """Say who calls."""
    scope[_CALLER] = caller


def caller_of(scope: Scope) -> Caller:
    """Who calls, on a path of the API; elsewhere nobody has asked, and it is a fault to want to know."""
    caller: Caller = scope[_CALLER]
    return caller


def turn_of(scope: Scope) -> str:
    """Whose turn a request takes in lines: its caller's id, empty where nobody asked who calls."""
    caller: Caller | None = scope.get(_CALLER)
    return caller.id if caller else ""


def put_meter(scope: Scope, meter: Meter) -> None:
    """Say what the request is counted on."""
    scope[_METER] = meter


def context_of(scope: Scope) -> RequestContext:
    """What goes along with the request through the services: tenant, meter, stages."""
    return RequestContext(caller=caller_of(scope).id, meter=scope.get(_METER), stages=record_of(scope).stages)


def open_record(scope: Scope, *, request_id: str) -> RequestRecord:
    """Put a new record into `scope`."""
    record = RequestRecord(request_id=request_id, method=scope["method"])
    scope[_RECORD] = record
    return record


def record_of(scope: Scope) -> RequestRecord:
    """The record that `open_record` put into `scope`."""
    record: RequestRecord = scope[_RECORD]
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
