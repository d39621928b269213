"""Retry-After by Little's law: requests ahead ÷ requests served concurrently × median service time."""

import math
from collections import deque
from statistics import median
from typing import Final

_REMEMBERED: Final = 32  # requests
_GUESS_S: Final = 1.0  # until one has been served
_MOST_S: Final = 60


class ServiceTimes:
    """The service times of recent requests."""

    def __init__(self) -> None:
        self._seconds: deque[float] = deque(maxlen=_REMEMBERED)

    def served(self, seconds: float) -> None:
        """Record the service time of one request."""
        self._seconds.append(seconds)

    def retry_after_s(self, waiting: int, at_once: int) -> int:
        """Whole seconds until the turn of the last of `waiting` requests, of which `at_once` are served in parallel."""
        service_s = median(self._seconds or [_GUESS_S])
        return max(1, min(_MOST_S, math.ceil(waiting / max(1, at_once) * service_s)))
