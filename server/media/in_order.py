"""Runs several tasks concurrently and yields their results in order."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

Result = TypeVar("Result")


async def in_order(works: Sequence[Coroutine[Any, Any, Result]]) -> list[Result]:
    """Do `works` at once; of several failures the first in order is raised, and what has not ended is cancelled."""
    if len(works) == 1:
        return [await works[0]]
    tasks = [asyncio.create_task(work) for work in works]
    try:
        return [await task for task in tasks]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
