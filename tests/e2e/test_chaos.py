"""Writers, readers in two processes, and a Redis that comes and goes: nothing lost, doubled or out of order."""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from itertools import count, pairwise
from typing import Any

import psycopg
import pytest

from tests.chaos_process import READING, RESULT, WRITING, Plan, mark_event
from tests.conftest import StartProcess
from tests.event_logs import add_tenant, new_id, opened, tell
from tests.servers import Process
from tests.valkey import Valkey

STARTED_WITHIN = 20.0
Start = Callable[[str], Awaitable[Process]]


@dataclass(frozen=True)
class Truth:
    """What the log holds: of each flow, and of each engagement, every number with its event's mark."""

    logs: dict[tuple[str, str | None], list[tuple[int, str]]]
    unannounced: int


@dataclass
class Losses:
    """How the subscribers' stories differ from the log."""

    deliveries: int = 0
    lost: int = 0
    doubled: int = 0
    disordered: int = 0
    wrong: int = 0
    foreign: int = 0
    losers: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.lost + self.doubled + self.disordered + self.wrong + self.foreign


@pytest.fixture
def valkey() -> Iterator[Valkey]:
    with Valkey() as server:
        yield server


@pytest.fixture
async def plan(fresh_database: str, valkey: Valkey) -> Plan:
    flows = [[new_id() for _ in range(4)] for _ in range(2)]
    async with opened(fresh_database) as engine:
        tenants = [await add_tenant(engine) for _ in flows]
        for tenant, ids in zip(tenants, flows, strict=True):
            await tell(engine, tenant, *(mark_event(flow, flow, announced=False) for flow in ids))
    return Plan(
        database=fresh_database,
        broadcast=valkey.url,
        tenants=[[tenant.client_account_id, tenant.engagement_id] for tenant in tenants],
        flows=flows,
    )


async def test_nothing_is_lost_doubled_or_out_of_order(plan: Plan, valkey: Valkey, start_process: StartProcess) -> None:
    losses = await run(plan, valkey, start_process, seconds=8, seed=1)

    assert losses.total == 0, losses
    assert losses.deliveries > 1_000


@pytest.mark.slow
@pytest.mark.parametrize("seed", [2, pytest.param(3, marks=pytest.mark.long), pytest.param(4, marks=pytest.mark.long)])
async def test_nothing_is_lost_in_a_longer_run(
    plan: Plan, valkey: Valkey, start_process: StartProcess, seed: int
) -> None:
    losses = await run(plan, valkey, start_process, seconds=30, seed=seed)

    assert losses.total == 0, losses
    assert losses.deliveries > 5_000


@pytest.mark.slow
async def test_without_the_log_events_are_lost(plan: Plan, valkey: Valkey, start_process: StartProcess) -> None:
    """The negative control: broadcaster as it is sold, under the same chaos. It shows that the test can fail."""
    losses = await run(replace(plan, stock=True), valkey, start_process, seconds=5, seed=1)

    assert losses.deliveries > 0
    assert losses.lost > 0


async def run(plan: Plan, valkey: Valkey, start_process: StartProcess, *, seconds: float, seed: int) -> Losses:
    """The whole play; prints what happened in it."""
    seeds = count(100 * seed)

    async def start(role: str) -> Process:
        words = ("-m", "tests.chaos_process", role, json.dumps(asdict(replace(plan, seed=next(seeds)))))
        process = start_process(*words)
        await asyncio.to_thread(process.wait_for_line, READING if role == "read" else WRITING, STARTED_WITHIN)
        return process

    readers = await asyncio.gather(start("read"), start("read"))
    writers = [*await asyncio.gather(start("write"), start("write"))]
    crashes = await _disturb(valkey, writers, start, random.Random(seed), seconds)
    codes = await asyncio.gather(*(asyncio.to_thread(writer.stop) for writer in writers))
    assert codes == [0, 0], [writer.output for writer in writers]
    truth = read_truth(plan)
    codes = await asyncio.gather(*(asyncio.to_thread(reader.stop) for reader in readers))
    results = [_result(reader, code) for reader, code in zip(readers, codes, strict=True)]
    losses = compare([story for result in results for story in result["stories"]], plan, truth)
    told = f"{losses}; {crashes} writers killed; {truth.unannounced} events never announced; {delays(results)}"
    sys.stdout.write(told + "\n")
    assert plan.stock or [result["crashes"] for result in results] == [[], []]
    assert truth.unannounced > len(plan.flows[0]) * len(plan.tenants)
    return losses


async def _disturb(valkey: Valkey, writers: list[Process], start: Start, chance: random.Random, seconds: float) -> int:
    """Kill Redis, and a writer with it, again and again."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    crashes = 0
    while loop.time() < end:
        await asyncio.sleep(chance.uniform(0.5, 1.5))
        valkey.kill()
        victim = chance.randrange(len(writers))
        await asyncio.to_thread(writers[victim].kill)
        crashes += 1
        starting = asyncio.ensure_future(start("write"))
        await asyncio.sleep(chance.uniform(0.1, 1.5))
        await asyncio.to_thread(valkey.start)
        writers[victim] = await starting
    return crashes


def read_truth(plan: Plan) -> Truth:
    """Straight from the tables, as the superuser, by none of the code under test."""
    logs: dict[tuple[str, str | None], list[tuple[int, str]]] = {}
    unannounced = 0
    with psycopg.connect(plan.database) as connection:
        query = "SELECT engagement_id::text, position, flow_id::text, seq, data FROM events ORDER BY position"
        for engagement, position, flow, seq, data in connection.execute(query):
            logs.setdefault((engagement, None), []).append((position, data["mark"]))
            if flow:
                logs.setdefault((engagement, flow), []).append((seq, data["mark"]))
            unannounced += not data["announced"]
    for log in logs.values():
        assert [number for number, _ in log] == list(range(1, len(log) + 1))
    return Truth(logs, unannounced)


def compare(stories: list[dict[str, Any]], plan: Plan, truth: Truth) -> Losses:
    losses = Losses()
    for story in stories:
        told = truth.logs.get((plan.tenants[story["tenant"]][1], story["flow"]), [])
        marks = dict(told)
        got = [(number, mark) for number, mark in story["got"]]
        numbers = [number for number, _ in got]
        losses.deliveries += len(got)
        missing = {number for number in marks if number > story["after"]} - set(numbers)
        losses.lost += len(missing)
        losses.losers += [f"{story['name']}, flow {story['flow']}: {len(missing)}"] if missing else []
        losses.doubled += len(numbers) - len(set(numbers))
        losses.disordered += sum(later < earlier for earlier, later in pairwise(numbers))
        losses.wrong += sum(marks.get(number) != mark for number, mark in got)
        losses.foreign += story["foreign"]
    return losses


def delays(results: list[dict[str, Any]]) -> str:
    """Of those who read steadily; during the chaos, so with Redis gone for half of the time."""
    seen = sorted(
        delay
        for result in results
        for story in result["stories"]
        if story["name"] == "steady"
        for delay in story["delays"]
    )
    if not seen:
        return "nothing was heard"
    return f"p50 {1000 * seen[len(seen) // 2]:.1f} ms, p99 {1000 * seen[len(seen) * 99 // 100]:.1f} ms"


def _result(reader: Process, code: int) -> dict[str, Any]:
    assert code == 0, reader.output[-3_000:]
    [line] = [line for line in reader.lines if line.startswith(RESULT)]
    result: dict[str, Any] = json.loads(line.removeprefix(RESULT))
    return result
