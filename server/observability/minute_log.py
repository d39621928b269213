"""Warnings that a flood cannot multiply: each at most once a minute, with how often it happened."""

import logging
import time
from collections import Counter
from typing import Final

_EVERY_S: Final = 60.0


class MinuteLog:
    """Writes each warning to `logger` at most once in 60 seconds; messages come from a fixed set."""

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger
        self._next_at: dict[str, float] = {}
        self._times: Counter[str] = Counter()

    def happened(self, message: str, *, times: int = 1) -> None:
        """Write what happened and how often since its last line; within a minute of that, only count it."""
        self._times[message] += times
        now = time.monotonic()
        if now >= self._next_at.get(message, now):
            self._next_at[message] = now + _EVERY_S
            self._logger.warning("%s: %d since the last such line", message, self._times.pop(message))
