"""The context of a request: its tenant, the meter of its pages, and the timer of its stages."""

from dataclasses import dataclass, field

from server.access.meter import Meter
from server.observability.stages import Stages


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestContext:
    """The context of one request, created once and passed on as one argument.

    `caller` identifies the tenant in queues and in the result cache; pages are charged to `meter`, if there is one.
    """

    caller: str = ""
    meter: Meter | None = None
    stages: Stages = field(default_factory=Stages)
    remarks: list[str] = field(default_factory=list)
    """Codes of what the caller should know beside the answer, such as ``prompt_not_followed``."""
