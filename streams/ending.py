"""Ending tasks for certain."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

AGAIN_AFTER = 0.5


async def end(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel the tasks until each has ended.

    Once is not enough: where a cancellation meets a time limit of the Redis client's own, the client raises its own
    error instead, and a task that tries again after such errors goes on.
    """
    left = {task for task in tasks if not task.done()}
    while left:
        for task in left:
            task.cancel()
        ended, left = await asyncio.wait(left, timeout=AGAIN_AFTER)
        for task in ended:
            # Looked at, so that nobody is told of an error nobody waits for.
            _ = task.cancelled() or task.exception()
