"""100 applications of 6 components each assessed by rules: from a person's answer to the decisions, on one worker."""

from __future__ import annotations

import asyncio
import tempfile
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

from benchmarks.bench_import import TECHNOLOGIES
from benchmarks.site import Site, serve, working
from domain.application import Application, Component, Criticality, Environment, Readiness, Technology
from domain.dependency import Dependency, DependencyKind
from domain.ports import UnitOfWork
from tests.integration.conftest import postgres_bench
from tests.toy import new_id

APPLICATIONS = 100
LIMIT_SECONDS = 5.0
KINDS = ("frontend", "service", "service", "batch job", "message queue", "database")
DECIDED = "component_sixr_strategies"
START = """mutation($ids: [ID!]!) {
  startFlow(input: {configuration: {assessment: {applicationIds: $ids}}}) { flow { id } errors { message } } }"""
STATE = """query($id: ID!) {
  flow(id: $id) { failure { message } currentPhase { key status proposedInput } } }"""
ANSWER = """mutation($id: ID!, $phase: String!, $data: JSON!) {
  submitPhaseInput(input: {flowId: $id, phase: $phase, data: $data}) { errors { message } } }"""


async def measure(url: str, broadcast_url: str) -> None:
    """All of it through the API with each proposal accepted at once, against saving the portfolio it is about."""
    async with postgres_bench(url) as bench:
        begun = time.perf_counter()
        async with bench.work(bench.tenant) as uow:
            # One more to warm up with.
            ids = await portfolio(uow, APPLICATIONS + 1)
        saved = time.perf_counter() - begun
        with tempfile.TemporaryDirectory() as folder, working(url, broadcast_url, Path(folder)) as worker:
            async with serve(url, broadcast_url, Path(folder), bench.tenant) as site:
                worker.wait_for_line("is ready", seconds=60)
                await _assess(site, ids[:1])
                to_decisions, whole = await _assess(site, ids[1:])
    verdict = "kept" if to_decisions < LIMIT_SECONDS else "NOT KEPT"
    print(
        f"  {len(ids) - 1} applications of {len(KINDS)} components  {to_decisions:5.2f} s from the answer to the "
        f"decisions (promise < {LIMIT_SECONDS:g} s: {verdict})  {whole:5.2f} s from the start  "
        f"{to_decisions / saved:5.2f} x saving the portfolio ({saved:.2f} s)",
        flush=True,
    )


async def _assess(site: Site, ids: list[str]) -> tuple[float, float]:
    """Seconds from the confirmed debt to the decisions, and from the start to them."""
    begun = time.perf_counter()
    answer = await site.ask(START, ids=[f"Application:{id}" for id in ids])
    if answer["startFlow"]["errors"]:
        raise RuntimeError(answer["startFlow"]["errors"])
    flow_id = answer["startFlow"]["flow"]["id"]
    answered = begun
    while (phase := await _waiting(site, flow_id))["key"] != DECIDED:
        answered = time.perf_counter()
        await site.ask(ANSWER, id=flow_id, phase=phase["key"], data=phase["proposedInput"])
    now = time.perf_counter()
    return now - answered, now - begun


async def _waiting(site: Site, flow_id: str) -> dict[str, Any]:
    while True:
        flow = (await site.ask(STATE, id=flow_id))["flow"]
        if flow["failure"]:
            raise RuntimeError(flow["failure"])
        phase: dict[str, Any] = flow["currentPhase"]
        if phase["status"] == "AWAITING_INPUT":
            return phase
        await asyncio.sleep(0.02)


async def portfolio(uow: UnitOfWork, size: int) -> list[str]:
    """The applications' ids, in a chain of hard and soft needs with a cycle now and then."""
    applications = [_application(number) for number in range(size)]
    components = [_component(each, number) for each in applications for number in range(len(KINDS))]
    ids = [each.id for each in applications]
    pairs = [*zip(ids[1:], ids, strict=False), *zip(ids[:40:10], ids[3::10], strict=False)]
    kinds = (DependencyKind.HARD, DependencyKind.SOFT)
    dependencies = [
        Dependency(new_id(), one, other, kinds[number % 3 == 0], "bench") for number, (one, other) in enumerate(pairs)
    ]
    await uow.portfolio.save([*applications, *components, *dependencies])
    return ids


def _application(number: int) -> Application:
    return Application(
        id=new_id(),
        key=f"bench {number}",
        name=f"Bench {number}",
        business_owner=f"owner {number % 30}",
        department=f"D{number % 12}",
        criticality=tuple(Criticality)[number % 4],
        environment=Environment.PRODUCTION,
        user_count=number * 37,
        annual_cost=Decimal(1000 * number + 500),
        technologies=_technologies(number),
        readiness=Readiness.READY_FOR_ASSESSMENT,
        attributes={"internet_facing": number % 5 == 0, "regulated": number % 7 == 0},
    )


def _component(application: Application, number: int) -> Component:
    name = f"{KINDS[number]} {number}"
    return Component(
        id=new_id(),
        application_id=application.id,
        key=f"{application.key} {name}",
        name=name,
        type=KINDS[number],
        technologies=_technologies(len(application.name) + number),
        attributes={"servers": 1 + number % 3},
    )


def _technologies(number: int) -> tuple[Technology, ...]:
    name, _, version = TECHNOLOGIES[number % len(TECHNOLOGIES)].rpartition(" ")
    return (Technology(name, version),) if name else (Technology(version),)
