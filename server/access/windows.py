"""Sliding windows of counted units; their answers are durations, so that no two clocks are ever compared."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowState:
    """A window when it was asked for `units`: whether they fit, how many are `used`, those included if they were taken.

    In `reset_s` seconds the oldest counted unit leaves; in `room_s` there is room for the units (0 if there is now).
    """

    fits: bool
    used: int
    reset_s: float
    room_s: float


class Windows(Protocol):
    """Windows by key, each of at most `limit` units in any `seconds`."""

    async def take(self, key: str, *, limit: int, seconds: int, units: int) -> WindowState:
        """Count `units` if they fit; atomic."""
        ...

    async def look(self, key: str, *, limit: int, seconds: int, units: int) -> WindowState:
        """Say whether `units` would fit, without counting them."""
        ...
