"""Tokens a day."""

from __future__ import annotations

from datetime import date

from crews.gateway import MemoryBudget


class Day:
    today = date(2026, 11, 21)

    def __call__(self) -> date:
        return self.today


async def test_what_is_taken_is_not_there_for_others_until_it_is_settled() -> None:
    budget = MemoryBudget(100, Day())

    taken = await budget.take("one", 80)

    assert taken is not None
    assert await budget.take("one", 21) is None
    assert budget.left("one") == 20
    await budget.settle(taken, 30)
    assert budget.left("one") == 70


async def test_engagements_do_not_share() -> None:
    budget = MemoryBudget(100, Day())

    await budget.take("one", 100)

    assert budget.left("two") == 100


async def test_more_may_be_used_than_was_taken() -> None:
    budget = MemoryBudget(100, Day())
    taken = await budget.take("one", 10)

    await budget.settle(str(taken), 150)

    assert await budget.take("one", 1) is None


async def test_a_new_day_begins_with_all_of_it_and_settles_nothing_of_the_old() -> None:
    day = Day()
    budget = MemoryBudget(100, day)
    taken = await budget.take("one", 60)

    day.today = date(2026, 11, 22)
    await budget.settle(str(taken), 60)

    assert budget.left("one") == 100
