"""Selects the store of counts by the settings: this process's memory, or Redis."""

from server.access.counts import CountStore
from server.access.leases import MemoryLeases
from server.access.moving_windows import MovingWindows
from server.settings.callers import LimitSettings


def build_count_store(settings: LimitSettings) -> CountStore:
    """Build the store that `settings` configure.

    Raises:
        ConfigurationError: the address of Redis is invalid, or its client is not installed.
    """
    if settings.redis_url is None:
        return CountStore(windows=MovingWindows(), leases=MemoryLeases())
    from server.access.redis_store import open_redis  # noqa: PLC0415 - an extra

    return open_redis(settings.redis_url.get_secret_value(), settings)
