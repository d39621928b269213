"""The caller and the meter of a request, stored in its ASGI scope."""

from starlette.types import Scope

from server.access.caller import Caller
from server.access.meter import Meter
from server.api.record import record_of
from server.pipeline.request_context import RequestContext

_CALLER = "pageglass.caller"
_METER = "pageglass.meter"


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
