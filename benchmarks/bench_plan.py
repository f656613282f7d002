"""100 applications planned by rules: waves, resources, timeline, costs and synthesis, on one worker."""

from __future__ import annotations

import asyncio
import tempfile
import time
from decimal import Decimal
from pathlib import Path
from random import Random

from benchmarks.site import Site, serve, working
from domain.application import Application, Criticality, Environment, Readiness
from domain.decision import Decision, HoursRange, Strategy
from domain.dependency import Dependency, DependencyKind
from domain.ports import UnitOfWork
from tests.integration.conftest import postgres_bench
from tests.toy import new_id

APPLICATIONS = 100
DEPENDENCIES = 150
LIMIT_SECONDS = 15.0
STRATEGIES = (Strategy.REHOST, Strategy.REHOST, Strategy.REPLATFORM, Strategy.REFACTOR)
START = """mutation($ids: [ID!]!) {
  startFlow(input: {configuration: {planning: {applicationIds: $ids}}}) { flow { id } errors { message } } }"""
STATE = """query($id: ID!) { flow(id: $id) { status failure { message } performance { phases { phase totalMs } } } }"""
PLAN = """query($id: ID!) { flow(id: $id) { child { ... on PlanningFlow {
  wavePlan { violations { message } waves { number } } timeline { endsOn resourceFeasible } } } } }"""


async def measure(url: str, broadcast_url: str) -> None:
    """From the start to the synthesis through the API, against saving the portfolio it is about."""
    async with postgres_bench(url) as bench:
        begun = time.perf_counter()
        async with bench.work(bench.tenant) as uow:
            ids = await portfolio(uow, APPLICATIONS, DEPENDENCIES)
        saved = time.perf_counter() - begun
        with tempfile.TemporaryDirectory() as folder, working(url, broadcast_url, Path(folder)) as worker:
            async with serve(url, broadcast_url, Path(folder), bench.tenant) as site:
                worker.wait_for_line("is ready", seconds=60)
                seconds, flow_id = await _plan(site, ids)
                phases = (await site.ask(STATE, id=flow_id))["flow"]["performance"]["phases"]
                plan = (await site.ask(PLAN, id=flow_id))["flow"]["child"]
    verdict = "kept" if seconds < LIMIT_SECONDS else "NOT KEPT"
    waves, told = (
        plan["wavePlan"]["waves"],
        ", ".join(f"{each['phase']} {each['totalMs'] / 1e3:.1f}" for each in phases),
    )
    print(
        f"  {len(ids)} applications, {DEPENDENCIES} dependencies  {seconds:5.2f} s (promise < {LIMIT_SECONDS:g} s: "
        f"{verdict}; {told})  {seconds / saved:5.1f} x saving the portfolio ({saved:.2f} s)\n"
        f"  {len(waves)} waves, {len(plan['wavePlan']['violations'])} violations, until {plan['timeline']['endsOn']}, "
        f"pools kept: {plan['timeline']['resourceFeasible']}",
        flush=True,
    )


async def _plan(site: Site, ids: list[str]) -> tuple[float, str]:
    begun = time.perf_counter()
    answer = await site.ask(START, ids=[f"Application:{id}" for id in ids])
    if answer["startFlow"]["errors"]:
        raise RuntimeError(answer["startFlow"]["errors"])
    flow_id: str = answer["startFlow"]["flow"]["id"]
    while (flow := (await site.ask(STATE, id=flow_id))["flow"])["status"] != "COMPLETED":
        if flow["failure"]:
            raise RuntimeError(flow["failure"])
        await asyncio.sleep(0.05)
    return time.perf_counter() - begun, flow_id


async def portfolio(uow: UnitOfWork, size: int, needs: int) -> list[str]:
    """Applications with accepted decisions; two in five of their dependencies are hard."""
    random = Random(1)  # noqa: S311 - the same every time
    applications = [_application(number) for number in range(size)]
    decisions = [_decision(each, random) for each in applications]
    ids = [each.id for each in applications]
    pairs: dict[tuple[str, str], None] = {}
    while len(pairs) < needs:
        consumer, provider = random.sample(range(size), 2)
        pairs[ids[max(consumer, provider)], ids[min(consumer, provider)]] = None
    kinds = (DependencyKind.HARD, DependencyKind.HARD, DependencyKind.SOFT, DependencyKind.SOFT, DependencyKind.SOFT)
    dependencies = [
        Dependency(new_id(), one, other, kinds[number % 5], "bench") for number, (one, other) in enumerate(pairs)
    ]
    await uow.portfolio.save([*applications, *decisions, *dependencies])
    return ids


def _application(number: int) -> Application:
    return Application(
        id=new_id(),
        key=f"plan {number}",
        name=f"Plan {number}",
        department=f"D{number % 8}",
        criticality=tuple(Criticality)[number % 4],
        environment=Environment.PRODUCTION,
        user_count=number * 37,
        annual_cost=Decimal(1000 * number + 500),
        readiness=Readiness.READY_FOR_PLANNING,
        attributes={"server_count": 1 + number % 5, "data_volume_gb": number * 7},
    )


def _decision(application: Application, random: Random) -> Decision:
    likely = Decimal(random.randint(40, 400))
    strategy = random.choice(STRATEGIES)
    return Decision(
        id=new_id(),
        flow_id=new_id(),
        application_id=application.id,
        strategy=strategy,
        recommended=strategy,
        confidence=0.7,
        rationale="For the benchmark.",
        effort=HoursRange(likely * Decimal("0.75"), likely, likely * Decimal("1.5")),
        cost=likely * 115,
        treatments=(),
        accepted=True,
    )
