"""Fair semaphore with several units per permit: round-robin between callers, first come first served within one.

No available library has one for asyncio: its own semaphore and anyio's limiter grant one unit at a time, in order of
arrival, and taking many units one by one deadlocks two takers that hold half each.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass


class MadeRoom(Exception):
    """A wait was evicted in favour of a caller with fewer waits; no units were taken."""


@dataclass(slots=True, eq=False)
class _Waiter:
    units: int
    turn: "asyncio.Future[None]"


class FairSemaphore:
    """`capacity` units. The next turn belongs to the caller that was served longest ago.

    It is never skipped: small takers do not starve a large one, nor does a busy caller starve another.
    `on_change` is called with the units held and the number of waiters after either has changed.
    """

    def __init__(self, capacity: int, *, on_change: Callable[[int, int], None] = lambda _held, _waiting: None) -> None:
        self.capacity = capacity
        self.held = 0
        self._lines: OrderedDict[str, deque[_Waiter]] = OrderedDict()  # the next caller comes first
        self.on_change = on_change

    @property
    def waiting(self) -> int:
        """The number of waiters."""
        return sum(map(len, self._lines.values()))

    def before(self, caller: str) -> int:
        """How many waiters would be served before one more waiter of `caller`."""
        own = len(self._lines.get(caller, ()))
        return own + sum(min(len(line), own + 1) for name, line in self._lines.items() if name != caller)

    def fits(self, units: int) -> bool:
        """Whether `units` are available now without waiting."""
        return not self._lines and self.held + units <= self.capacity

    async def acquire(self, units: int, *, caller: str = "") -> None:
        """Take `units` atomically when it is the caller's turn; a cancelled wait takes none.

        Raises:
            ValueError: `units` is above the capacity.
            MadeRoom: the place in the queue was given to another caller.
        """
        if units > self.capacity:
            raise ValueError(f"{units} units of {self.capacity}")
        if units == 0:
            return
        if self.fits(units):
            self.held += units
            self.on_change(self.held, self.waiting)
            return
        waiter = _Waiter(units, asyncio.get_running_loop().create_future())
        self._lines.setdefault(caller, deque()).append(waiter)
        self.on_change(self.held, self.waiting)
        try:
            await waiter.turn
        except asyncio.CancelledError:
            if waiter.turn.cancelled():
                self._leave(caller, waiter)
            elif waiter.turn.exception() is None:  # the turn came, followed at once by the cancellation
                self.release(units)
            raise

    def release(self, units: int) -> None:
        """Release `units`, and grant those that wait what there is room for."""
        self.held -= units
        while self._lines:
            caller, line = next(iter(self._lines.items()))
            if self.held + line[0].units > self.capacity:
                break
            waiter = line.popleft()
            if line:
                self._lines.move_to_end(caller)
            else:
                del self._lines[caller]
            if not waiter.turn.done():  # else it was cancelled and is about to leave
                self.held += waiter.units
                waiter.turn.set_result(None)
        self.on_change(self.held, self.waiting)

    def make_room(self, caller: str) -> bool:
        """Evict the newest waiter of the caller with the most, if `caller` would still have fewer with one more."""
        greediest = max(self._lines, key=lambda name: len(self._lines[name]), default="")
        line = self._lines.get(greediest, deque())
        if len(line) <= len(self._lines.get(caller, ())) + 1:
            return False
        waiter = line.pop()
        if not waiter.turn.done():  # else it was cancelled and is about to leave by itself
            waiter.turn.set_exception(MadeRoom)
        self.on_change(self.held, self.waiting)
        return True

    def _leave(self, caller: str, waiter: _Waiter) -> None:
        line = self._lines.get(caller, deque())
        with suppress(ValueError):  # where `release` passed over it already
            line.remove(waiter)
        if not line:
            self._lines.pop(caller, None)
        self.release(0)  # those behind may fit
