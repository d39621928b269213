"""Leases on one of so many requests at the same time; those in Redis expire, so that a killed process holds none."""

from collections import Counter
from typing import Protocol


class Leases(Protocol):
    """Who holds how many leases."""

    async def take(self, key: str, *, most: int) -> str | None:
        """Take a lease of `key`, unless `most` are taken; gives what it is given back by."""
        ...

    async def renew(self, key: str, lease: str) -> None:
        """Say that it is still held."""
        ...

    async def give_back(self, key: str, lease: str) -> None:
        """Give it back."""
        ...


class MemoryLeases:
    """Leases of this process, which end with it."""

    def __init__(self) -> None:
        self._held: Counter[str] = Counter()

    async def take(self, key: str, *, most: int) -> str | None:
        """Take a lease of `key`, unless `most` are taken."""
        if self._held[key] >= most:
            return None
        self._held[key] += 1
        return key

    async def renew(self, key: str, lease: str) -> None:
        """Do nothing: it lasts."""

    async def give_back(self, key: str, lease: str) -> None:  # noqa: ARG002 - one is as good as another
        """Give it back."""
        self._held[key] -= 1
        if not self._held[key]:
            del self._held[key]
