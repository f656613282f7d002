"""What asking agents adds to a phase beside the model's own time: its model answers at once, or nobody is asked."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import NamedTuple

from benchmarks import bench_assess, bench_plan
from crews.agents import CrewAgents
from crews.crew import Crews
from crews.gateway import Endpoint, Gateway
from domain.agents.ports import Agents, NoAgents
from domain.commands import PhaseAction, StartFlow, SubmitPhaseInput, UpdateFlow
from domain.event import RunPhase
from domain.flow import Flow
from engine.run import Run
from persistence.database import open_database
from persistence.model_budgets import DailyBudget
from resolvers import flows
from server.composition import settle
from shapes.codec import Codec
from streams.backend import open_broadcast
from streams.writing import TextPublisher
from tests.faulty_model import FaultyModel, Received, Reply, faulty_model, says
from tests.integration.asked import answers, item, subjects
from tests.integration.conftest import Bench, postgres_bench
from tests.toy import caller, new_id, now

APPLICATIONS, DEPENDENCIES = 20, 30
ROUNDS, WARM_UP = 8, 1
LIMIT_MS = 150.0
DECIDED, PLANNED = "component_sixr_strategies", "wave_planning"
# What applications and waves are called; reasons may be added to them.
NAMES = {DECIDED: re.compile(r"A\d+"), PLANNED: re.compile(r"W\d+")}
ITEMS = 4
NOTHING = (says("{}"),)


class Taken(NamedTuple):
    """Seconds of a run, and of the step in it that asks agents."""

    whole: float
    asking: float


@dataclass(frozen=True)
class Case:
    """A phase that can be run again and again."""

    bench: Bench
    flow_id: str
    phase: str
    agents: int

    async def timed(self, agents: Agents) -> Taken:
        """One run, from its beginning to its saved result."""
        alice, waiting = caller(self.bench.work, self.bench.tenant), (await self.flow()).active
        if waiting is not None and waiting.proposed_input is not None:
            await flows.submit_phase_input(alice, SubmitPhaseInput(self.flow_id, self.phase, waiting.proposed_input))
        await flows.run_phase(alice, PhaseAction(self.flow_id, self.phase))
        (job,) = [job for job in self.bench.take_jobs() if isinstance(job, RunPhase)]
        run, runner = Run(self.bench.tenant, job.flow_id, job.run_id), replace(self.bench, agents=agents).runner()
        begun = time.perf_counter()
        await runner.begin(run)
        staged = await runner.rules(run)
        ruled = time.perf_counter()
        reviewed = await runner.ask(run, staged)
        asked = time.perf_counter()
        await runner.save(run, reviewed)
        return Taken(time.perf_counter() - begun, asked - ruled)

    async def flow(self) -> Flow:
        async with self.bench.work(self.bench.tenant) as uow:
            return await uow.flows.get(self.flow_id)


async def measure_overhead(url: str, broadcast_url: str) -> None:
    """Each phase in turn by rules alone, with agents that propose nothing, and with agents that propose something."""
    async with faulty_model() as model, _agents(url, broadcast_url, model) as agents:
        for prepare in (_decided, _planned):
            async with postgres_bench(url) as bench:
                case = await prepare(bench)
                settle()
                await _compare(case, model, agents)


@asynccontextmanager
async def _agents(url: str, broadcast_url: str, model: FaultyModel) -> AsyncIterator[Agents]:
    """As a worker has them: live text is published, and tokens are counted in the database."""
    engine = open_database(url)
    crews, gateway = Crews(), Gateway(Endpoint("small", model.url), budget=DailyBudget(engine, 1_000_000_000, now))
    async with open_broadcast(broadcast_url) as broadcast:
        texts = TextPublisher(broadcast, now, new_id)
        try:
            yield CrewAgents(gateway, crews, texts.writing, Codec(), seconds=60)
        finally:
            crews.close()
            await gateway.close()
            await engine.dispose()


async def _compare(case: Case, model: FaultyModel, agents: Agents) -> None:
    await _answered(case, model, agents, NOTHING)
    some = [_some(case.phase, request) for request in model.received]
    runs: Mapping[str, Callable[[], Awaitable[Taken]]] = {
        "rules alone": lambda: case.timed(NoAgents()),
        "no proposal": lambda: _answered(case, model, agents, NOTHING),
        "a few proposals": lambda: _answered(case, model, agents, some),
    }
    taken: dict[str, list[Taken]] = {name: [] for name in runs}
    for number in range(WARM_UP + ROUNDS):
        for name, run in runs.items():
            each = await run()
            if number >= WARM_UP:
                taken[name].append(each)
    alone = taken.pop("rules alone")
    for name, samples in taken.items():
        _report(case, name, samples, alone)


def _some(phase: str, request: Received) -> Reply:
    """Sentences about a few of the things that the agent was told of."""
    keys = [key for key in subjects(request) if NAMES[phase].fullmatch(key)][:ITEMS]
    return answers(rationales=[item(key, text="It stands on an old runtime, and its neighbours stay.") for key in keys])


async def _answered(case: Case, model: FaultyModel, agents: Agents, replies: Sequence[Reply]) -> Taken:
    """A run in which each agent has answered; anything else ends the benchmark."""
    model.forget()
    model.received.clear()
    model.reply(*replies, stays=True)
    taken = await case.timed(agents)
    told = [each for each in (await case.flow()).warnings if each.code in ("AGENT_FAILED", "MODEL_DROPPED")]
    if len(model.received) != case.agents or told:
        raise RuntimeError(f"{len(model.received)} calls for {case.agents} agents, and warnings: {told}")
    return taken


def _report(case: Case, name: str, asked: Sequence[Taken], alone: Sequence[Taken]) -> None:
    """The difference of the medians for each agent; solvers vary from run to run, so the step alone is told too."""
    whole, rules = (statistics.median(each.whole for each in taken) * 1000 for taken in (asked, alone))
    step = statistics.median(each.asking for each in asked) * 1000 / case.agents
    each = (whole - rules) / case.agents
    print(
        f"  {case.phase}, {APPLICATIONS} applications, {name}: {each:6.1f} ms an agent of {case.agents} "
        f"(promise < {LIMIT_MS:g} ms: {'kept' if each < LIMIT_MS else 'NOT KEPT'}; the step that asks: {step:.1f} ms)"
        f"  p50 {whole:.0f} ms, {whole / rules:.2f} x rules alone ({rules:.0f} ms)",
        flush=True,
    )


async def _decided(bench: Bench) -> Case:
    """An assessment at its decisions."""
    async with bench.work(bench.tenant) as uow:
        ids = await bench_assess.portfolio(uow, APPLICATIONS)
    alice = caller(bench.work, bench.tenant)
    flow = await flows.start_flow(alice, StartFlow("assessment", {"applicationIds": ids}))
    while True:
        await bench.drive()
        async with bench.work(bench.tenant) as uow:
            waiting = (await uow.flows.get(flow.id)).active
        if waiting is None:
            raise RuntimeError("The assessment does not wait for anybody.")
        if waiting.key == DECIDED:
            await flows.update_flow(alice, UpdateFlow(flow.id, auto_advance=False))
            return Case(bench, flow.id, DECIDED, agents=2)
        await flows.submit_phase_input(alice, SubmitPhaseInput(flow.id, waiting.key, waiting.proposed_input))


async def _planned(bench: Bench) -> Case:
    """A plan that does nothing by itself."""
    async with bench.work(bench.tenant) as uow:
        ids = await bench_plan.portfolio(uow, APPLICATIONS, DEPENDENCIES)
    start = StartFlow("planning", {"applicationIds": ids}, auto_advance=False)
    flow = await flows.start_flow(caller(bench.work, bench.tenant), start)
    return Case(bench, flow.id, PLANNED, agents=1)
