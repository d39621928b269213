"""What goes along with every request: its tenant, what its pages count on, and what times its stages."""

from dataclasses import dataclass, field

from server.access.meter import Meter
from server.observability.stages import Stages


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestContext:
    """On whose behalf work is done. Made once at the route and passed on as one argument.

    `caller` tells tenants apart, in queues and in the result cache; pages count on `meter`, where there is one.
    """

    caller: str = ""
    meter: Meter | None = None
    stages: Stages = field(default_factory=Stages)
