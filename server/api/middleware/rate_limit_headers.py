"""Rate-limit headers in OpenAI's form: `x-ratelimit-{limit,remaining,reset}-requests`."""

import math
from typing import Final

from server.access.meter import LimitStatus

STANDING_HEADERS: Final = tuple(
    f"x-ratelimit-{what}-{counted}" for counted in ("requests", "pages") for what in ("limit", "remaining", "reset")
)


def limit_headers(*statuses: LimitStatus | None) -> dict[str, str]:
    """The headers for the limits that the request was counted against."""
    headers = {}
    for status in filter(None, statuses):
        headers[f"x-ratelimit-limit-{status.counted}"] = str(status.limit)
        headers[f"x-ratelimit-remaining-{status.counted}"] = str(status.remaining)
        headers[f"x-ratelimit-reset-{status.counted}"] = duration(status.reset_s)
    return headers


def duration(seconds: float) -> str:
    """Seconds as OpenAI writes them: `350ms`, `1s`, `6m0s`, `23h59m10s`; rounded up."""
    if seconds < 1:
        return f"{math.ceil(seconds * 1000)}ms"
    minutes, rest = divmod(math.ceil(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}h{minutes}m{rest}s"
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"
