"""Slots of open connections: a bound in all and for each address, and a few slots kept for health checks.

Threats: connections that never send anything, or headers a byte a second, until no descriptor is left; one address
that takes all. A connection waits (for a request's headers, or idle between two), or works on a request. Past the
bound, the one that waits longest makes room for a new one. If none does, or the address has its share, the new one gets
one of the kept slots, on which only health checks are answered.
"""

import logging
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from ipaddress import IPv6Address, ip_address, ip_network
from itertools import islice, takewhile
from typing import Final, Protocol

from server.errors import TooManyConnections
from server.machine import descriptor_limit
from server.observability.metrics import ConnectionEnd, Metrics
from server.observability.minute_log import MinuteLog
from server.settings.connections import ConnectionSettings

KEPT: Final = 32
"""Slots on top of the bound, for health checks."""
_MOST_BY_DEFAULT: Final = 8192
_FOR_WORK: Final = 64  # descriptors that a process needs at least: 13 at rest, then fetched pictures and pipes
_YOUNG_S: Final = 1.0  # a connection gets this long to send its request before it makes room for another
_AT_ONCE: Final = 50
_LOOKED_AT: Final = 16  # how many are looked at to make room


logger = logging.getLogger("server.serving.slots")


class Holder(Protocol):
    """A connection, as far as its slot is concerned."""

    @property
    def works(self) -> bool:
        """Whether a request is being answered."""

    @property
    def has_sent_more(self) -> bool:
        """Whether bytes have arrived that were not looked at yet."""

    def abort(self) -> None:
        """Close at once."""


class Slots:
    """The connections of this process. The addresses and networks in `uncounted` stand for many callers."""

    def __init__(self, settings: ConnectionSettings, *, uncounted: Iterable[str], metrics: Metrics) -> None:
        self.most = most_open(settings.max_open, descriptor_limit())
        self.most_per_address = settings.max_per_address or max(1, self.most // 2)
        self._header_timeout_s = settings.header_timeout_s
        self._uncounted = [ip_network(each, strict=False) for each in uncounted]
        self._metrics = metrics
        self._log = MinuteLog(logger)
        self._address_of: dict[Holder, str | None] = {}
        self._held_by: Counter[str] = Counter()
        self._kept: dict[Holder, TooManyConnections] = {}
        # Both in the order of the times at which the wait began.
        self._without_head: dict[Holder, float] = {}
        self._idle: dict[Holder, float] = {}

    def take(self, holder: Holder, address: str) -> bool:
        """Give `holder`, which is connected to `address`, a slot; False if not even a kept one is left."""
        counted = self._counted(address)
        if counted is not None and self._held_by[counted] >= self.most_per_address:
            if not self._keep(holder, "address"):
                return False
            counted = None  # those in kept slots are not counted
        elif len(self._address_of) - len(self._kept) < self.most or self.make_room():
            self._held_by.update([counted] if counted is not None else [])
        elif self._keep(holder, "full"):
            counted = None
        else:
            return False
        self._address_of[holder] = counted
        self._without_head[holder] = time.monotonic()
        self._metrics.show_connections(len(self._address_of))
        return True

    def release(self, holder: Holder) -> None:
        """Take the slot back; `holder` need not have one."""
        counted = self._address_of.pop(holder, None)
        if counted is not None:
            self._held_by[counted] -= 1
            if not self._held_by[counted]:
                del self._held_by[counted]
        for each in (self._kept, self._without_head, self._idle):
            each.pop(holder, None)
        self._metrics.show_connections(len(self._address_of))

    def refusal(self, holder: Holder) -> TooManyConnections | None:
        """Why `holder` is answered only health checks; None if it may ask anything."""
        return self._kept.get(holder)

    def works(self, holder: Holder) -> None:
        """Note that the headers of a request of `holder` are complete."""
        self._without_head.pop(holder, None)
        self._idle.pop(holder, None)

    def awaits_headers(self, holder: Holder) -> None:
        """Note that `holder` has begun to send a request; the time counts from the first such note."""
        self._idle.pop(holder, None)
        if holder in self._address_of:
            self._without_head.setdefault(holder, time.monotonic())

    def idles(self, holder: Holder) -> None:
        """Note that `holder` has been answered and sends nothing."""
        self.works(holder)
        if holder in self._address_of:
            self._idle[holder] = time.monotonic()

    def close_late(self) -> None:
        """Close connections whose headers have not arrived in time, a few at once: thousands would hold up requests."""
        began_before = time.monotonic() - self._header_timeout_s
        late: list[Holder] = []
        for holder, began in self._without_head.items():
            if began > began_before or len(late) == _AT_ONCE:
                break
            late.append(holder)
        for holder in late:
            self._end(holder, "slow_headers")
        if late:
            self._log.happened(
                f"Connections sent no complete headers within {self._header_timeout_s:g} s and were closed "
                "(PAGEGLASS_CONNECTIONS__HEADER_TIMEOUT_S)",
                times=len(late),
            )

    def make_room(self) -> bool:
        """Close the connection that has waited longest, those without a request first; False if none has for long."""
        began_before = time.monotonic() - _YOUNG_S
        for waiting in (self._without_head, self._idle):
            if oldest := _oldest(waiting, before=began_before, skipped=self._kept):
                self._end(oldest, "made_room")
                self._log.happened(
                    f"All {self.most} connections are open: the one that waited longest is closed for a new one "
                    "(PAGEGLASS_CONNECTIONS__MAX_OPEN)"
                )
                return True
        return False

    def _keep(self, holder: Holder, why: ConnectionEnd) -> bool:
        """Put `holder` into a kept slot, from which one that only waits is displaced; False if there is none."""
        self._metrics.connection_refused(why)
        bound, name = (self.most, "MAX_OPEN") if why == "full" else (self.most_per_address, "MAX_PER_ADDRESS")
        of_whom = "this server" if why == "full" else "your address"
        self._log.happened(f"Connections are refused, since {bound} are open (PAGEGLASS_CONNECTIONS__{name})")
        if len(self._kept) >= KEPT:
            displaced = next((each for each in self._kept if not (each.works or each.has_sent_more)), None)
            if displaced is None:
                return False
            displaced.abort()
            self.release(displaced)
        self._kept[holder] = TooManyConnections(
            f"{bound} connections of {of_whom} are open already. Close those that you do not use, and try again. "
            f"The operator can change PAGEGLASS_CONNECTIONS__{name}.",
            retry_after_s=1,
        )
        return True

    def _end(self, holder: Holder, why: ConnectionEnd) -> None:
        holder.abort()
        self.release(holder)
        self._metrics.connection_refused(why)

    def _counted(self, address: str) -> str | None:
        """What the connections of `address` are counted by: itself, its /64 network, or None for not at all."""
        ip = ip_address(address)
        if isinstance(ip, IPv6Address):
            ip = ip.ipv4_mapped or ip
        if any(ip in network for network in self._uncounted):
            return None
        return str(ip) if ip.version == 4 else str(ip_network((int(ip) >> 64 << 64, 64)))


def most_open(wanted: int, limit: int | None) -> int:
    """The bound on open connections where `limit` descriptors may be open; 0 as `wanted` leaves a quarter of them."""
    most = wanted or _MOST_BY_DEFAULT
    if limit is None:
        return most
    for_work = _FOR_WORK if wanted else max(_FOR_WORK, limit // 4)
    return max(1, min(most, limit - for_work - KEPT))


def _oldest(waiting: Mapping[Holder, float], *, before: float, skipped: Mapping[Holder, object]) -> Holder | None:
    """The holder that has waited longest, since `before` at the latest, and that has sent nothing in the meantime."""
    old = takewhile(lambda entry: entry[1] <= before, waiting.items())
    candidates = islice((holder for holder, _ in old if holder not in skipped), _LOOKED_AT)
    return next((holder for holder in candidates if not holder.has_sent_more), None)
