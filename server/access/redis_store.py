"""Redis store of counts and leases, shared by several processes; the only file that imports redis (an extra)."""

import math
import secrets
from dataclasses import dataclass
from typing import Final

from server.access.counts import CountStore
from server.access.redis_probe import spoken_at
from server.access.redis_url import cut_short, url_fault
from server.access.redis_windows import ASK, RedisWindows
from server.errors import ConfigurationError
from server.install_words import install_extra
from server.settings.callers import LimitSettings

try:
    from redis import Redis as PlainRedis
    from redis.asyncio import BlockingConnectionPool, Redis
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff
    from redis.connection import SSLConnection
    from redis.exceptions import (
        AuthenticationError,
        NoPermissionError,
        OutOfMemoryError,
        ReadOnlyError,
        RedisError,
        ResponseError,
    )
except ImportError:
    raise ConfigurationError(
        f"PAGEGLASS_LIMITS__REDIS_URL: the client of Redis is not installed. {install_extra('redis')}."
    ) from None

_PREFIX: Final = "pageglass"
_CONNECTIONS: Final = 32
_TRIAL: Final = "(trial)"
_PERMISSIONS: Final = f"Allow it: ACL SETUSER NAME ~{_PREFIX}:* +@read +@write +@scripting +@connection +time."
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
    if cut_short(url):
        raise ConfigurationError(url_fault(url))
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
        raise ConfigurationError(url_fault(url)) from None
    client = Redis(connection_pool=pool)
    return CountStore(
        windows=RedisWindows(client, prefix=_PREFIX),
        leases=RedisLeases(client, lease_s=settings.lease_s),
        timeout_s=settings.redis_timeout_s,
        renew_s=settings.lease_s / 3,
        faults=(RedisError, OSError),  # TimeoutError is an OSError
        close=pool.disconnect,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisFault:
    """Why Redis cannot count, and the cure."""

    said: str
    cure: str


def ping_redis(url: str, settings: LimitSettings) -> RedisFault | None:
    """Count once in Redis at `url`, from outside an event loop; returns why it cannot count, None if it can."""
    wait_s = settings.redis_timeout_s
    with PlainRedis.from_url(url, socket_connect_timeout=wait_s, socket_timeout=wait_s) as client:
        try:
            client.ping()
            _count_on_trial(client)
        except (RedisError, OSError) as error:
            return _explained(client, error, wait_s)
    return None


def _explained(client: "PlainRedis", error: Exception, wait_s: float) -> RedisFault:
    match error:
        case ReadOnlyError():
            return RedisFault(
                said="this Redis is a replica that may only be read", cure="Write the address of its primary."
            )
        case NoPermissionError():
            return RedisFault(said=f"the user of the address may not count ({str(error)[:200]})", cure=_PERMISSIONS)
        case OutOfMemoryError():
            return RedisFault(said="Redis's memory is full", cure="Raise maxmemory, or free some.")
        case AuthenticationError():
            return _password_fault(client)
        case ResponseError():
            return _refusal(client, error)
    return _silence(client, error, wait_s)


def _count_on_trial(client: "PlainRedis") -> None:
    """Run what requests run, on keys of its own that expire within a second."""
    client.eval(ASK, 1, f"{_PREFIX}:window:{_TRIAL}", 1, 1000, 1, 1)
    client.eval(_TAKE, 1, _name(_TRIAL), _TRIAL, 1, 1)
    client.zrem(_name(_TRIAL), _TRIAL)


def _password_fault(client: "PlainRedis") -> RedisFault:
    if client.get_connection_kwargs().get("password"):
        return RedisFault(
            said="Redis refuses the user or password",
            cure="Correct them; Redis has them as requirepass, or in ACL LIST.",
        )
    return RedisFault(
        said="Redis wants a password, and the address has none", cure="Write redis://:PASSWORD@HOST:PORT/NUMBER."
    )


def _refusal(client: "PlainRedis", error: Exception) -> RedisFault:
    """It answers, and refuses: the number of the database is the only part of the address left that it judges."""
    if "MISCONF" in str(error):
        return RedisFault(
            said="Redis cannot save to its disk, so it takes no writes",
            cure="Free space there, or let its user write to its folder (`dir` in redis.conf); Redis's log says which.",
        )
    pool = client.connection_pool
    number = pool.connection_kwargs.get("db") or 0
    pool.connection_kwargs["db"] = 0
    pool.disconnect()
    pool.reset()  # its connections keep the number that they were made with
    try:
        mode = client.info("server").get("redis_mode")
    except (RedisError, OSError):
        mode, number = "", 0
    if mode == "sentinel":
        return RedisFault(
            said="this is a Sentinel, not Redis",
            cure="Write the address of the primary: SENTINEL get-master-addr-by-name NAME tells it.",
        )
    if number:
        return RedisFault(
            said=f"Redis has no database {number}",
            cure="By default it has 0 to 15: choose one, or raise `databases` in redis.conf.",
        )
    return RedisFault(said=f"Redis refuses ({type(error).__name__}: {str(error)[:200]})", cure="Look into Redis's log.")


def _silence(client: "PlainRedis", error: Exception, wait_s: float) -> RedisFault:
    options, pool = client.get_connection_kwargs(), client.connection_pool
    shown = f"{type(error).__name__}: {str(error)[:200]}"
    asked_for_tls = issubclass(pool.connection_class, SSLConnection)
    if host := options.get("host"):
        spoken = spoken_at(host, options.get("port", 6379), wait_s)
        if asked_for_tls and spoken == "plain":
            return RedisFault(
                said="rediss:// asks for TLS, and Redis at this port does not speak it", cure="Write redis://."
            )
        if not asked_for_tls and spoken == "TLS":
            return RedisFault(said="this port speaks TLS, and redis:// does not", cure="Write rediss://.")
        if spoken == "TLS":
            cure = (
                "If its certificate is by an authority of your own, add ?ssl_ca_certs=/path/of/ca.pem to the address."
            )
            return RedisFault(said=f"TLS with Redis fails ({shown})", cure=cure)
    return RedisFault(said=f"Redis does not answer ({shown})", cure="Start it, or correct the address.")


def _name(key: str) -> str:
    return f"{_PREFIX}:{key}"
