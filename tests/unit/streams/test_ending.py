"""Tasks that a first cancellation does not end."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from streams.ending import end


async def test_a_task_that_swallows_its_first_cancellation_is_ended() -> None:
    cancellations = 0

    async def stubborn() -> None:
        nonlocal cancellations
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        cancellations += 1
        await asyncio.Event().wait()

    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)

    async with asyncio.timeout(5):
        await end([task])

    assert (task.cancelled(), cancellations) == (True, 1)


async def test_a_task_that_has_failed_is_no_trouble() -> None:
    async def failing() -> None:
        raise ZeroDivisionError

    task = asyncio.create_task(failing())
    await asyncio.sleep(0)

    await end([task])

    assert isinstance(task.exception(), ZeroDivisionError)
