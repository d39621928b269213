"""How fast a line moves: the time between departures while somebody waits, for telling when to try again."""

import time
from collections import deque
from collections.abc import Callable
from typing import Final

_REMEMBERED: Final = 32  # departures


class DrainRate:
    """Seconds from one departure to the next, over the last ones before which somebody waited.

    Idle time says nothing of how fast a line moves and is left out. `guess_s` stands in until there was a line.
    """

    def __init__(self, *, guess_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._gaps: deque[float] = deque([guess_s], maxlen=_REMEMBERED)
        self._guessed = True
        self._clock = clock
        self._since: float | None = None

    def line_formed(self) -> None:
        """Note that somebody waits now."""
        if self._since is None:
            self._since = self._clock()

    def line_gone(self) -> None:
        """Note that nobody waits any more, though nobody had a turn: what comes now is idle time."""
        self._since = None

    def left(self, *, more_wait: bool) -> None:
        """Note a departure, and whether others still wait."""
        now = self._clock()
        if self._since is not None:
            if self._guessed:
                self._gaps.clear()
                self._guessed = False
            self._gaps.append(now - self._since)
        self._since = now if more_wait else None

    def seconds_for(self, departures: int) -> float:
        """Tell how many seconds `departures` take; what is overdue now counts as a slow one."""
        gaps = [*self._gaps]
        overdue = 0.0 if self._since is None else self._clock() - self._since
        if overdue > sum(gaps) / len(gaps):
            gaps.append(overdue)
        return departures * sum(gaps) / len(gaps)
