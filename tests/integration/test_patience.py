"""Steps whose transaction PostgreSQL has ended in favour of another do their work again."""

from __future__ import annotations

import asyncio

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.patience import patiently
from persistence.database import open_database


async def test_of_two_that_wait_for_each_other_both_come_to_their_end(fresh_database: str) -> None:
    engine = open_database(fresh_database)
    both_hold = asyncio.Barrier(2)
    first_tries = iter((True, True))

    async def cross(first: int, second: int) -> int:
        async with engine.begin() as connection:
            await hold(connection, first)
            if next(first_tries, False):
                await both_hold.wait()
            await hold(connection, second)
        return first

    ended = await asyncio.gather(patiently(lambda: cross(1, 2)), patiently(lambda: cross(2, 1)))

    assert tuple(ended) == (1, 2)
    await engine.dispose()


async def hold(connection: AsyncConnection, key: int) -> None:
    await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})
