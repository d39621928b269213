"""Sliding windows in this process's memory, by the monotonic clock: one that is set shuts no key out.

An entry is a hit, whatever it counts, and is removed once.
"""

import time
from collections import deque
from dataclasses import dataclass, field
from typing import Final

from server.access.windows import WindowState

_SWEEP_EVERY_S: Final = 60.0


@dataclass(slots=True)
class _Window:
    """Hits as (monotonic seconds, units), oldest first, with the sum of their units."""

    seconds: float
    hits: deque[tuple[float, int]] = field(default_factory=deque)
    units: int = 0

    def forget(self, now: float) -> None:
        """Remove hits older than the window."""
        while self.hits and self.hits[0][0] <= now - self.seconds:
            self.units -= self.hits.popleft()[1]

    def state(self, now: float, *, fits: bool, lacking: int) -> WindowState:
        """The state; `lacking` units have to leave before there is room."""
        oldest = room = self.hits[0][0] if self.hits else now
        for when, units in self.hits:
            if lacking <= 0:
                break
            room, lacking = when, lacking - units
        room_s = 0.0 if fits else room + self.seconds - now
        return WindowState(fits=fits, used=self.units, reset_s=oldest + self.seconds - now, room_s=room_s)


class MovingWindows:
    """Sliding windows by key; empty ones are removed."""

    def __init__(self) -> None:
        self._windows: dict[str, _Window] = {}
        self._swept = time.monotonic()

    async def take(self, key: str, *, limit: int, seconds: int, units: int) -> WindowState:
        """Count `units` if at most `limit` are then within the last `seconds`."""
        return self._ask(key, limit, seconds, units, counting=True)

    async def look(self, key: str, *, limit: int, seconds: int, units: int) -> WindowState:
        """Say whether `units` would fit."""
        return self._ask(key, limit, seconds, units, counting=False)

    def _ask(self, key: str, limit: int, seconds: int, units: int, *, counting: bool) -> WindowState:
        now = time.monotonic()
        self._sweep(now)
        window = self._windows.get(key) or _Window(seconds)
        window.forget(now)
        lacking = window.units + units - limit
        if counting and lacking <= 0:
            self._windows[key] = window
            window.hits.append((now, units))
            window.units += units
        return window.state(now, fits=lacking <= 0, lacking=lacking)

    def _sweep(self, now: float) -> None:
        if now - self._swept < _SWEEP_EVERY_S:
            return
        self._swept = now
        for key, window in list(self._windows.items()):
            window.forget(now)
            if not window.hits:
                del self._windows[key]
