"""A semaphore whose units are taken several at once, first come first served.

No library at hand has one for asyncio: its own semaphore and anyio's limiter give one unit at a time, and taking many
one by one deadlocks two takers that hold half each.
"""

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import dataclass


@dataclass(slots=True, eq=False)
class _Waiter:
    units: int
    turn: "asyncio.Future[None]"


class WeightedSemaphore:
    """`capacity` units. Whoever comes first is served first, so a large taker is not starved by small ones."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.held = 0
        self._line: deque[_Waiter] = deque()

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._line)

    def fits(self, units: int) -> bool:
        """Whether `units` could be taken now without waiting."""
        return not self._line and self.held + units <= self.capacity

    async def acquire(self, units: int) -> None:
        """Take `units`, all at once, when it is our turn; a cancelled wait takes none.

        Raises:
            ValueError: that many will never be free.
        """
        if units > self.capacity:
            raise ValueError(f"{units} units of {self.capacity}")
        if units == 0:
            return
        if self.fits(units):
            self.held += units
            return
        waiter = _Waiter(units, asyncio.get_running_loop().create_future())
        self._line.append(waiter)
        try:
            await waiter.turn
        except asyncio.CancelledError:
            if waiter.turn.cancelled():
                with suppress(ValueError):  # where `_serve` passed over it already
                    self._line.remove(waiter)
                self._serve()  # those behind may fit
            else:  # the turn came, and the cancellation right after it
                self.release(units)
            raise

    def release(self, units: int) -> None:
        """Give `units` back."""
        self.held -= units
        self._serve()

    def _serve(self) -> None:
        while self._line and self.held + self._line[0].units <= self.capacity:
            waiter = self._line.popleft()
            if not waiter.turn.done():  # else it was cancelled and is about to leave
                self.held += waiter.units
                waiter.turn.set_result(None)
