"""Leases of concurrent requests per key; those in Redis expire, so that a killed process holds none."""

from collections import Counter
from typing import Protocol


class Leases(Protocol):
    """The leases per key."""

    async def take(self, key: str, *, most: int) -> str | None:
        """Acquire a lease of `key`, unless `most` are taken; returns the id that releases it."""
        ...

    async def renew(self, key: str, lease: str) -> None:
        """Renew it."""
        ...

    async def give_back(self, key: str, lease: str) -> None:
        """Release it."""
        ...


class MemoryLeases:
    """Leases in this process's memory, which end with it."""

    def __init__(self) -> None:
        self._held: Counter[str] = Counter()

    async def take(self, key: str, *, most: int) -> str | None:
        """Acquire a lease of `key`, unless `most` are taken."""
        if self._held[key] >= most:
            return None
        self._held[key] += 1
        return key

    async def renew(self, key: str, lease: str) -> None:
        """Do nothing: it does not expire."""

    async def give_back(self, key: str, lease: str) -> None:  # noqa: ARG002 - one is as good as another
        """Release it."""
        self._held[key] -= 1
        if not self._held[key]:
            del self._held[key]
