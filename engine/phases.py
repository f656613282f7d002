"""One run of one phase, step by step: begin, rules, agents, save. Each step is safe to repeat."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count
from typing import Any

from domain.access import SYSTEM
from domain.agents.playing import NoPlayers, Players
from domain.agents.ports import Agents, NoAgents
from domain.calling import Calling, changed
from domain.contribution import AgentContribution
from domain.definition import Agent, Outcome, Phase, PhaseCall, Warning
from domain.errors import NotFound
from domain.event import Event, EventKind
from domain.flow import Flow, Stamp
from domain.phase import Failure, PhaseStatus, RunEnded
from domain.planning.ports import Solvers
from domain.ports import Clock, Ids, InventoryReader, Shapes, UnitOfWork, Work
from domain.source import Source
from engine.asking import Asking
from engine.memory import peak_mib, reset_peak
from engine.played import Played
from engine.playing import Playing
from engine.ports import RunPorts
from engine.run import MARK, REMOVES, RESULT, REVIEWED, VALUES, Run, Staged, chunks, running, values_of, wanted

log = logging.getLogger(__name__)

# An attempt that has killed its worker this often is not started again.
STARTS = 3


class PortfolioMoved(Exception):
    """Others have changed what the rules looked at: what they came to must be worked out again."""


@dataclass(frozen=True, slots=True)
class PhaseRunner:
    """Carries out phase runs with the means of this process."""

    work: Work
    shapes: Shapes
    reader: InventoryReader
    solvers: Solvers
    clock: Clock
    ids: Ids
    agents: Agents = field(default_factory=NoAgents)
    players: Players = field(default_factory=NoPlayers)

    def _stamp(self) -> Stamp:
        return Stamp(SYSTEM, self.clock(), self.ids)

    async def start(self, run: Run) -> bool:
        """Count one more start; False, and the phase FAILED, when earlier ones have ended their workers too often."""
        reset_peak()
        async with self.work(run.tenant) as uow:
            starts = await uow.start_run(run.run_id)
        if starts > STARTS:
            message = f"This phase ended its worker {STARTS} times. Look at its input, then retry it."
            await self.fail(run, "WORKER_LOST", message, retryable=True)
        return starts <= STARTS

    async def begin(self, run: Run) -> bool:
        """Tell who is at work; False when the run is no longer wanted."""
        with suppress(NotFound):
            async with self.work(run.tenant) as uow:
                flow = await uow.flows.get(run.flow_id)
                if not flow.runs_now(run.run_id):
                    return False
                await uow.flows.save(replace(flow, events=tuple(self._started(flow, run))))
                return True
        return False

    def _started(self, flow: Flow, run: Run) -> Iterator[Event]:
        phase = running(flow)
        for agent in phase.agents:
            asked = self.agents.asks(f"{flow.kind}.{phase.key}", agent.key)
            if phase.play is not None:
                asked = self.players.plays(agent.key)
            source = Source.MODEL if asked else Source.RULES
            data = {"agent": agent.key, "runId": run.run_id, "message": agent.goal, "source": source}
            yield Event(EventKind.AGENT_STARTED, self.clock(), phase.key, data)

    def _ports(self, run: Run) -> RunPorts:
        return RunPorts(self.work, run.tenant, self.reader, self.solvers, asyncio.get_running_loop())

    async def rules(self, run: Run) -> Staged:
        """Run the phase's rules in a thread and stage what they give."""
        ports = self._ports(run)
        async with self.work(run.tenant) as uow:
            flow = await wanted(uow, run)
            phase = running(flow)
            # Before the rest is read: a change between the two is then seen at the end.
            mark = await uow.portfolio.mark(phase.needs, flow.application_ids)
            await uow.results.stage(run.run_id, MARK, mark)
            calling = Calling(uow, self.shapes, self._stamp(), ports)
            call = await calling.call(flow, phase.key, phase.needs, run_id=run.run_id)
        # In the context of the run: what its thread reads and logs is the run's.
        rules = partial(copy_context().run, self._run_rules, phase, call, ports, run)
        work = asyncio.get_running_loop().run_in_executor(None, rules)
        try:
            return Staged(await asyncio.shield(work), played=phase.play is not None)
        except asyncio.CancelledError:
            # The thread cannot be interrupted; it stops at its next look, and what it still gives is not wanted.
            ports.stop.set()
            raise

    def _run_rules(self, phase: Phase, call: PhaseCall, ports: RunPorts, run: Run) -> int:
        given = phase.rules(call)
        parts = iter([given]) if isinstance(given, Outcome) else given
        numbers = count(VALUES)
        for part in parts:
            for chunk in chunks(part.saves):
                ports.wait(self._stage_values(run, next(numbers), chunk))
            if isinstance(part, Outcome):
                ports.wait(self._stage_outcome(run, part))
                return next(numbers) - VALUES
        raise TypeError(f"The rules of {phase.key} ended without an outcome.")

    async def _stage_values(self, run: Run, number: int, values: Sequence[Any]) -> None:
        async with self.work(run.tenant) as uow:
            await uow.results.stage_values(run.run_id, number, values)

    async def _stage_outcome(self, run: Run, outcome: Outcome) -> None:
        data = {
            "result": self.shapes.encode(outcome.result),
            "warnings": [self.shapes.encode(warning) for warning in outcome.warnings],
            "used": list(outcome.used),
        }
        async with self.work(run.tenant) as uow:
            await uow.results.stage(run.run_id, RESULT, data)
            await uow.results.stage_values(run.run_id, REMOVES, outcome.removes)

    async def ask(self, run: Run, staged: Staged) -> Staged:
        """Let the phase's agents look at what the rules came to, and stage what of theirs enters.

        RunCancelled when nobody wants it any more.
        """
        ports = self._ports(run)
        if staged.played:
            playing = Playing(self.work, self.shapes, self.players, self.clock, self.ids)
            return await playing.about(run, staged, lambda uow: Calling(uow, self.shapes, self._stamp(), ports))
        asking = Asking(self.work, self.shapes, self.agents, self.clock, self.ids)
        return await asking.about(run, staged, lambda uow: Calling(uow, self.shapes, self._stamp(), ports))

    async def save(self, run: Run, staged: Staged) -> bool:
        """Show what the run has staged, in one transaction; False when it is no longer wanted.

        PortfolioMoved, and nothing saved, when others have changed what its rules looked at.
        """
        if staged.played:
            played = Played(self.work, self.shapes, self.clock, self.ids)
            return await played.save(run, lambda uow: Calling(uow, self.shapes, self._stamp()))
        async with self.work(run.tenant) as uow:
            flow = await uow.flows.get(run.flow_id)
            if not flow.runs_now(run.run_id):
                await uow.results.clear(run.run_id)
                return False
            phase = running(flow)
            await self._require_unmoved(uow, flow, run)
            calling = Calling(uow, self.shapes, self._stamp())
            told = await self._show(calling, flow, run, staged)
            data = await uow.results.staged(run.run_id, REVIEWED if staged.reviewed else RESULT)
            heard = tuple(self.shapes.decode(AgentContribution, each) for each in data.get("contributions", ()))
            source = _source(heard)
            result: Any = self.shapes.decode(phase.result, data["result"])
            contributions = (*heard, *self._contributions(flow, phase, run, heard))
            # What a run staged under an earlier release says nothing of patterns.
            outcome = Outcome(result, contributions, used=tuple(data.get("used", ())))
            await calling.keep(flow, phase, outcome, source)
            flow = replace(flow, events=(*(self._finished(phase, run, heard)), *told))
            flow = flow.finish(
                self._ended(run, None, source),
                self._stamp(),
                proposed=await calling.propose(flow, phase),
                warnings=tuple(self.shapes.decode(Warning, warning) for warning in data["warnings"]),
            )
            await uow.flows.save(flow)
            await uow.results.clear(run.run_id)
        return True

    async def _require_unmoved(self, uow: UnitOfWork, flow: Flow, run: Run) -> None:
        await uow.portfolio.hold()
        mark = await uow.portfolio.mark(running(flow).needs, flow.application_ids)
        if mark != await uow.results.staged(run.run_id, MARK):
            raise PortfolioMoved

    async def _show(self, calling: Calling, flow: Flow, run: Run, staged: Staged) -> tuple[Event, ...]:
        results = calling.uow.results
        async for gone in results.staged_values(run.run_id, range(REMOVES, VALUES)):
            await calling.remove(gone)
        told: list[Event | None] = []
        async for values in values_of(results, run, staged):
            told += await calling.save(flow, running(flow).key, values)
            told.append(changed(values, self._stamp()))
        return tuple(event for event in told if event)

    def _finished(self, phase: Phase, run: Run, heard: Sequence[AgentContribution]) -> Iterator[Event]:
        for agent in _unasked(phase, heard):
            data = {
                "agent": agent.key,
                "runId": run.run_id,
                "message": f"{phase.title}: done by the built-in rules.",
                "percent": 100,
                "source": Source.RULES,
            }
            yield Event(EventKind.AGENT_FINISHED, self.clock(), phase.key, data)

    def _contributions(
        self, flow: Flow, phase: Phase, run: Run, heard: Sequence[AgentContribution]
    ) -> Iterator[AgentContribution]:
        for agent in _unasked(phase, heard):
            yield AgentContribution(
                id=self.ids(),
                flow_id=run.flow_id,
                run_id=run.run_id,
                phase=phase.key,
                agent=agent.key,
                action=phase.title,
                details={"goal": agent.goal},
                source=Source.RULES,
                started_at=flow.state(phase.key).started_at or self.clock(),
                finished_at=self.clock(),
            )

    async def fail(self, run: Run, code: str, message: str, *, retryable: bool) -> None:
        """The run came to nothing: say why, unless the flow is gone as well."""
        with suppress(NotFound):
            await self._fail(run, code, message, retryable=retryable)

    async def _fail(self, run: Run, code: str, message: str, *, retryable: bool) -> None:
        async with self.work(run.tenant) as uow:
            flow = await uow.flows.get(run.flow_id)
            if flow.runs_now(run.run_id):
                failure = Failure(code, message, running(flow).key, retryable, self.clock())
                await uow.flows.save(flow.fail(self._ended(run, failure), self._stamp()))
            await uow.results.clear(run.run_id)

    def _ended(self, run: Run, failure: Failure | None, source: Source = Source.RULES) -> RunEnded:
        status = PhaseStatus.FAILED if failure else PhaseStatus.COMPLETED
        return RunEnded(run.run_id, status, self.clock(), source, failure, peak_mib())


def _unasked(phase: Phase, heard: Sequence[AgentContribution]) -> Iterator[Agent]:
    """Agents whose part the rules have done."""
    asked = {contribution.agent for contribution in heard}
    return (agent for agent in phase.agents if agent.key not in asked)


def _source(heard: Sequence[AgentContribution]) -> Source:
    """Whether anything that a model proposed has entered."""
    entered = any(each.source is Source.MODEL_CHECKED_BY_RULES for each in heard)
    return Source.MODEL_CHECKED_BY_RULES if entered else Source.RULES
