"""One budget for several processes, over a real Redis."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from uuid import uuid4

from server import settlement
from server.budgets import Budgets
from server.settlement import Settlement


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110  (there is no event for it)
            await asyncio.sleep(0.01)


async def test_two_processes_know_what_the_other_let_a_token_spend(broadcast_url: str) -> None:
    token, one, other = uuid4().hex, Budgets(60), Budgets(60)

    async with Settlement(one, broadcast_url), Settlement(other, broadcast_url):
        one.charge(token, 20)
        other.charge(token, 30)
        await until(lambda: not any(account.untold for each in (one, other) for account in each._accounts.values()))
        await asyncio.sleep(2 * settlement.SETTLE_EVERY)
        one.charge(token, 1)
        await until(lambda: one.charge(token, 0).remaining < 15)

    # Of 60 these 51 were spent; a second gives one back.
    assert 9 <= one.charge(token, 0).remaining < 15


async def test_nothing_is_asked_while_nothing_is_spent(broadcast_url: str) -> None:
    budgets = Budgets(60)

    async with Settlement(budgets, broadcast_url) as settling:
        await asyncio.sleep(3 * settlement.SETTLE_EVERY)

        assert settling._redis is not None
        assert settling._redis.connection_pool._in_use_connections == set()
        assert settling._redis.connection_pool._available_connections == []


async def test_without_redis_a_process_counts_for_itself_and_tells_later() -> None:
    budgets = Budgets(60)

    async with Settlement(budgets, "redis://127.0.0.1:1/0") as settling:
        budgets.charge("token", 20)
        await until(lambda: not settling._works)
        left = budgets.charge("token", 5).remaining

    assert 35 <= left <= 36
    assert sum(budgets.take_untold().values()) == 25


async def test_memory_is_no_redis() -> None:
    budgets = Budgets(60)

    async with Settlement(budgets, "memory://") as settling:
        budgets.charge("token", 20)

        assert settling._redis is None
