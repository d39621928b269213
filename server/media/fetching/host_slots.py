"""Concurrency limit per host: how many pictures are fetched from one host at the same time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass


@dataclass(slots=True)
class _Slots:
    turns: asyncio.Semaphore
    users: int = 0


class HostSlots:
    """`per_host` turns at each host; a host is forgotten with the last who waits for it, so names cannot pile up."""

    def __init__(self, per_host: int) -> None:
        self._per_host = per_host
        self._hosts: dict[str, _Slots] = {}

    def __len__(self) -> int:
        return len(self._hosts)

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Wait for a turn at `host` and hold it for the length of the block."""
        slots = self._hosts.setdefault(host, _Slots(asyncio.Semaphore(self._per_host)))
        slots.users += 1
        try:
            async with slots.turns:
                yield
        finally:
            slots.users -= 1
            if not slots.users:
                del self._hosts[host]
