"""Sliding windows in Redis, by Redis's own clock, so that those of the processes do not matter."""

from typing import TYPE_CHECKING, Final

from server.access.windows import WindowState

if TYPE_CHECKING:
    from redis.asyncio import Redis

# KEYS[1]: a list of hits, oldest first, each `time:units:sum`: milliseconds, what it counted, and the sum of all up to
# it, from which the units within the window follow without reading them. ARGV: limit, milliseconds, units, 1 to count.
# Hits from the future were counted while Redis's clock was wrong. They count as from now, or they would stay that long.
ASK: Final = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local limit, span, units = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local function parts(hit)
  local time, own, sum = string.match(hit, '(%d+):(%d+):(%d+)')
  return tonumber(time), tonumber(own), tonumber(sum)
end
local hit, future, last = redis.call('LINDEX', KEYS[1], -1), 0, 0
while hit do
  local time, own, sum = parts(hit)
  if time <= now then break end
  last, future = math.max(last, sum), future + own
  redis.call('RPOP', KEYS[1])
  hit = redis.call('LINDEX', KEYS[1], -1)
end
if future > 0 then
  redis.call('RPUSH', KEYS[1], string.format('%d:%d:%d', now, future, last))
  redis.call('PEXPIRE', KEYS[1], span)
end
hit = redis.call('LINDEX', KEYS[1], 0)
while hit and parts(hit) <= now - span do
  redis.call('LPOP', KEYS[1])
  hit = redis.call('LINDEX', KEYS[1], 0)
end
local used, oldest, sum = 0, now, 0
if hit then
  local time, own, first = parts(hit)
  local _, _, newest = parts(redis.call('LINDEX', KEYS[1], -1))
  used, oldest, sum = newest - first + own, time, newest
end
local lacking, room = used + units - limit, now - span
if lacking <= 0 and ARGV[4] == '1' then
  redis.call('RPUSH', KEYS[1], string.format('%d:%d:%d', now, units, sum + units))
  redis.call('PEXPIRE', KEYS[1], span)
  used = used + units
end
local fits = lacking <= 0 and 1 or 0
if lacking > 0 then
  for _, each in ipairs(redis.call('LRANGE', KEYS[1], 0, lacking - 1)) do
    local time, own = parts(each)
    room, lacking = time, lacking - own
    if lacking <= 0 then break end
  end
end
return {fits, used, oldest + span - now, room + span - now}
"""


class RedisWindows:
    """Sliding windows by key; each key of Redis expires when its window is empty."""

    def __init__(self, client: "Redis", *, prefix: str) -> None:
        self._script = client.register_script(ASK)
        self._prefix = prefix

    async def take(self, key: str, *, limit: int, seconds: int, units: int) -> WindowState:
        """Count `units` if at most `limit` are then within the last `seconds`; atomic."""
        return await self._ask(key, limit, seconds, units, counting=True)

    async def look(self, key: str, *, limit: int, seconds: int, units: int) -> WindowState:
        """Say whether `units` would fit."""
        return await self._ask(key, limit, seconds, units, counting=False)

    async def _ask(self, key: str, limit: int, seconds: int, units: int, *, counting: bool) -> WindowState:
        fits, used, reset_ms, room_ms = await self._script(
            keys=[f"{self._prefix}:window:{key}"], args=[limit, seconds * 1000, units, int(counting)]
        )
        return WindowState(fits=bool(fits), used=used, reset_s=reset_ms / 1000, room_s=room_ms / 1000)
