"""What was learned grows surer or less sure by what people do with what it did: in memory and in PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from domain.access import SYSTEM
from domain.commands import StartFlow
from domain.flow import Stamp
from domain.learning import LearningPattern, LearningScope, Lesson
from domain.ports import UnitOfWork
from domain.teaching import learn
from resolvers import flows
from tests.integration.conftest import Bench
from tests.toy import caller, new_id, now

KIND, PHASE = "discovery.attribute_mapping", "attribute_mapping"
LESSON = Lesson(KIND, "S", {"column": "a", "target": "name"}, "a", premise=("column",), settles=("target",))
CONTRARY = replace(LESSON, data={"column": "a", "target": None})


def said(target: str | None = "name", key: str | None = None, kind: str = f"feedback.{KIND}") -> LearningPattern:
    """By a person, of the column `a`."""
    data = {"data": {"column": "a", "target": target}}
    return LearningPattern(new_id(), LearningScope.ENGAGEMENT, kind, "P", data, 0.9, None, now(), key=key)


async def used(bench: Bench, *patterns: LearningPattern, again: bool = False) -> str:
    """The id of a flow that made use of these patterns."""
    flow = await flows.start_flow(caller(bench.work, bench.tenant), StartFlow("toy", {}, auto_advance=False))
    async with bench.work(bench.tenant) as uow:
        if not again:
            await uow.learnings.save(patterns, None)
        await uow.learnings.used([pattern.id for pattern in patterns], flow.id, PHASE)
    return flow.id


async def taught(bench: Bench, flow_id: str, *lessons: Lesson, by: str = "alice") -> None:
    async with bench.work(bench.tenant) as uow:
        await learn(uow, lessons, Stamp(by, now(), new_id), flow_id, PHASE)


async def confidences(bench: Bench) -> Mapping[str, float]:
    async with bench.work(bench.tenant) as uow:
        return {each.id: each.confidence for each in await uow.learnings.recall(KIND)}


async def in_use(uow: UnitOfWork, flow_id: str) -> list[str]:
    return [each.id for each in await uow.learnings.in_use(flow_id, PHASE)]


async def ended(bench: Bench, flow_id: str) -> None:
    async with bench.work(bench.tenant) as uow:
        await uow.learnings.let_stand(flow_id)


async def test_what_a_person_decides_otherwise_halves_it(bench: Bench) -> None:
    overruled, confirmed, silent = said("name"), said(None), said("criticality", kind=f"feedback.{KIND}.other")
    flow_id = await used(bench, overruled, confirmed, silent)

    await taught(bench, flow_id, CONTRARY)

    found = await confidences(bench)
    assert (found[overruled.id], found[confirmed.id]) == (0.45, 0.92)
    async with bench.work(bench.tenant) as uow:
        assert sorted(await in_use(uow, flow_id)) == sorted([confirmed.id, silent.id])


async def test_each_flow_judges_once_and_may_still_think_otherwise(bench: Bench) -> None:
    pattern = said()
    flow_id = await used(bench, pattern)

    seen = []
    for lesson in (LESSON, LESSON, CONTRARY, CONTRARY, LESSON):
        await taught(bench, flow_id, lesson)
        seen.append((await confidences(bench))[pattern.id])

    # 0.92 and half of it; what was overruled here is not rehabilitated here.
    assert seen == [0.92, 0.92, 0.46, 0.46, 0.46]
    other = await used(bench, pattern, again=True)
    await taught(bench, other, LESSON)
    assert (await confidences(bench))[pattern.id] == 0.568


async def test_what_nobody_judged_is_kept_when_the_flow_ends(bench: Bench) -> None:
    kept, overruled, unused = said(), said("criticality"), said()
    flow_id = await used(bench, kept, overruled)
    async with bench.work(bench.tenant) as uow:
        await uow.learnings.save([unused], None)
    await taught(bench, flow_id, replace(LESSON, data={"column": "a", "target": "technology"}, key="b"))
    before = await confidences(bench)

    for _ in range(2):
        await ended(bench, flow_id)

    found = await confidences(bench)
    assert (before[kept.id], before[overruled.id]) == (0.45, 0.45)
    assert (found[kept.id], found[overruled.id], found[unused.id]) == (0.45, 0.45, 0.9)
    other = await used(bench, unused, again=True)
    await ended(bench, other)
    assert (await confidences(bench))[unused.id] == 0.92


async def test_what_is_taught_anew_is_not_judged_beside_that(bench: Bench) -> None:
    own = said(key="a", kind=KIND)
    own = replace(own, data={"column": "a", "target": "name"}, confidence=0.75, flow_id=None)
    flow_id = await used(bench, own)

    await taught(bench, flow_id, LESSON)
    await ended(bench, flow_id)

    assert await confidences(bench) == {own.id: 0.9}


async def test_what_rules_conclude_judges_nothing(bench: Bench) -> None:
    pattern = said()
    flow_id = await used(bench, pattern)

    await taught(bench, flow_id, CONTRARY, by=SYSTEM)

    assert (await confidences(bench))[pattern.id] == 0.9


async def test_what_is_overruled_again_and_again_is_recalled_no_more(bench: Bench) -> None:
    pattern = said()
    await used(bench, pattern)

    seen: list[Any] = []
    for _ in range(3):
        await taught(bench, await used(bench, pattern, again=True), CONTRARY)
        seen.append((await confidences(bench)).get(pattern.id))

    assert seen == [0.45, 0.225, None]


@pytest.mark.parametrize("bench", ["postgresql"], indirect=True)
async def test_what_another_engagement_keeps_to_itself_is_neither_counted_nor_moved(bench: Bench) -> None:
    flow_id = await used(bench)
    unknown = new_id()

    async with bench.work(bench.tenant) as uow:
        await uow.learnings.used([unknown], flow_id, PHASE)
        assert await in_use(uow, flow_id) == []
