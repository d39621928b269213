"""Warnings that a flood cannot multiply: each at most once a minute, with how often it happened."""

import logging
import threading
import time
from collections import Counter
from typing import Final

_EVERY_S: Final = 60.0


class MinuteLog:
    """Writes each kind of warning to `logger` at most once in 60 seconds; safe to use from several threads."""

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger
        self._next_at: dict[str, float] = {}
        self._times: Counter[str] = Counter()
        self._turn = threading.Lock()

    def happened(self, message: str, *, kind: str | None = None, times: int = 1) -> None:
        """Write what happened and how often since its last line; within a minute of that, only count it.

        Kinds come from a fixed set; a message that does not is given one.
        """
        kind = kind or message
        with self._turn:
            self._times[kind] += times
            now = time.monotonic()
            if now < self._next_at.get(kind, now):
                return
            self._next_at[kind] = now + _EVERY_S
            times = self._times.pop(kind)
        self._logger.warning("%s: %d since the last such line", message, times)
