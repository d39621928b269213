"""Redis store of counts and leases, shared by several processes; the only file that imports redis (an extra)."""

import math
import secrets
from typing import Final

from server.access.counts import CountStore
from server.access.redis_windows import RedisWindows
from server.errors import ConfigurationError
from server.install_words import install_extra
from server.settings.callers import LimitSettings

try:
    from redis import Redis as PlainRedis
    from redis.asyncio import BlockingConnectionPool, Redis
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff
    from redis.exceptions import RedisError
except ImportError:
    raise ConfigurationError(
        f"PAGEGLASS_LIMITS__REDIS_URL: the client of Redis is not installed. {install_extra('redis')}."
    ) from None

_PREFIX: Final = "pageglass"
_CONNECTIONS: Final = 32
# Redis's own clock, so that clock skew between processes does not matter. KEYS[1]: leases of a key by expiry. One that
# ends later than any lease lasts (an hour) was taken while that clock was wrong, perhaps by a process that has died.
_TAKE: Final = """
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
for _, lease in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], now + 3601, '+inf')) do
  redis.call('ZADD', KEYS[1], now + ARGV[2], lease)
end
if redis.call('ZSCORE', KEYS[1], ARGV[1]) == false and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) then
  return 0
end
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2] * 1000)
return 1
"""


class RedisLeases:
    """Leases that expire `lease_s` seconds after they were acquired or last renewed."""

    def __init__(self, client: "Redis", *, lease_s: float) -> None:
        self._client = client
        self._take = client.register_script(_TAKE)
        self._lease_s = lease_s

    async def take(self, key: str, *, most: int) -> str | None:
        """Acquire a lease of `key`, unless `most` are taken."""
        lease = secrets.token_hex(16)
        return lease if await self._run(key, lease, most) else None

    async def renew(self, key: str, lease: str) -> None:
        """Extend it by `lease_s` seconds, even if it had expired."""
        await self._run(key, lease, 2**31)

    async def give_back(self, key: str, lease: str) -> None:
        """Release it."""
        await self._client.zrem(_name(key), lease)

    async def _run(self, key: str, lease: str, most: int) -> bool:
        milliseconds = math.ceil(self._lease_s * 1000)
        return bool(await self._take(keys=[_name(key)], args=[lease, milliseconds / 1000, most]))


def open_redis(url: str, settings: LimitSettings) -> CountStore:
    """Build the store at `url`, without connecting yet.

    Raises:
        ConfigurationError: it is not the address of a Redis.
    """
    try:
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=_CONNECTIONS,
            timeout=settings.redis_timeout_s,
            socket_connect_timeout=settings.redis_timeout_s,
            socket_timeout=settings.redis_timeout_s,
            retry=Retry(NoBackoff(), 1),  # one reconnect, for a connection that Redis has closed
        )
        pool.connection_class(**pool.connection_kwargs)  # this validates the options in the address
    except (ValueError, TypeError):  # the text would show the address, which may hold a password
        raise ConfigurationError(
            "PAGEGLASS_LIMITS__REDIS_URL: must be redis://[[user]:password@]host[:port][/number], the same with "
            "rediss://, or unix:///path/of/the.sock"
        ) from None
    client = Redis(connection_pool=pool)
    return CountStore(
        windows=RedisWindows(client, prefix=_PREFIX),
        leases=RedisLeases(client, lease_s=settings.lease_s),
        timeout_s=settings.redis_timeout_s,
        renew_s=settings.lease_s / 3,
        faults=(RedisError, OSError),  # TimeoutError is an OSError
        close=pool.disconnect,
    )


def ping_redis(url: str, settings: LimitSettings) -> str | None:
    """Ask Redis at `url` once, from outside an event loop; returns why it does not answer, None if it does."""
    wait_s = settings.redis_timeout_s
    try:
        with PlainRedis.from_url(url, socket_connect_timeout=wait_s, socket_timeout=wait_s) as client:
            client.ping()
    except (RedisError, OSError) as error:
        return f"{type(error).__name__}: {str(error)[:200]}"
    return None


def _name(key: str) -> str:
    return f"{_PREFIX}:{key}"
