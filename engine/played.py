"""What a phase that was played comes to: the model's answer, else the rules', or none, decided in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from domain.calling import Calling
from domain.contribution import AgentContribution
from domain.definition import Outcome, Phase, PhaseCall, Warning
from domain.errors import Refused
from domain.event import Event, EventKind
from domain.flow import Flow
from domain.phase import PhaseStatus, RunEnded
from domain.ports import Clock, Ids, Shapes, UnitOfWork, Work
from domain.source import Source
from engine.memory import peak_mib
from engine.playing import Make, decided, warning_of
from engine.run import RESULT, REVIEWED, Run, running


@dataclass(frozen=True, slots=True)
class Heard:
    """What was staged: the `answer` that is to be decided, as JSON, and the words of a model that are none."""

    answer: Any
    source: Source
    said: str | None
    warnings: tuple[Warning, ...]
    contributions: tuple[AgentContribution, ...]


@dataclass(frozen=True, slots=True)
class Played:
    """Ends runs of phases that are played."""

    work: Work
    shapes: Shapes
    clock: Clock
    ids: Ids

    async def save(self, run: Run, make: Make) -> bool:
        """What the run came to, in one transaction; False when it is no longer wanted."""
        async with self.work(run.tenant) as uow:
            flow = await uow.flows.get(run.flow_id)
            wanted = flow.runs_now(run.run_id)
            if wanted:
                await uow.flows.save(await self._ended(flow, run, make(uow)))
            await uow.results.clear(run.run_id)
        return wanted

    async def _ended(self, flow: Flow, run: Run, calling: Calling) -> Flow:
        phase = running(flow)
        heard = await self._heard(calling.uow, run)
        call = await calling.call(flow, phase.key, phase.pause.needs if phase.pause else phase.needs)
        outcome = self._outcome(phase, call, heard)
        passed = heard.answer is not None and not outcome.problems
        told = self._told(flow, run, heard)
        saved = replace(outcome, saves=(*outcome.saves, *(heard.contributions or (self._ruled(flow, run),))))
        if passed:
            events = await calling.keep(flow, phase, saved, heard.source)
        else:
            events = await calling.save(flow, phase.key, saved.saves)
        return replace(flow, events=(*told, *events)).finish(
            RunEnded(run.run_id, PhaseStatus.COMPLETED, self.clock(), heard.source, None, peak_mib()),
            calling.stamp,
            answer=heard.answer if passed else None,
            warnings=(*heard.warnings, *map(warning_of, outcome.problems)),
        )

    async def _heard(self, uow: UnitOfWork, run: Run) -> Heard:
        """The model's answer; where it gave none, the rules'."""
        ruled: Mapping[str, Any] = await uow.results.staged(run.run_id, RESULT)
        said: Mapping[str, Any] = await uow.results.staged(run.run_id, REVIEWED) or {}
        by_model = said.get("answer") is not None
        warnings = [*said.get("warnings", ()), *([] if said else ruled["warnings"])]
        return Heard(
            answer=said["answer"] if by_model else ruled["result"],
            source=Source.MODEL_CHECKED_BY_RULES if by_model else Source.RULES,
            said=None if ruled["result"] is not None else said.get("said"),
            warnings=tuple(self.shapes.decode(Warning, each) for each in warnings),
            contributions=tuple(self.shapes.decode(AgentContribution, each) for each in said.get("contributions", ())),
        )

    def _outcome(self, phase: Phase, call: PhaseCall, heard: Heard) -> Outcome:
        if heard.answer is not None:
            try:
                return decided(self.shapes, phase, call, heard.answer)
            except Refused as refused:
                # It was good when it was asked for: somebody has changed the build since.
                return Outcome(None, problems=refused.problems)
        if heard.said is not None and phase.play is not None:
            return phase.play.keep(call, heard.said)
        return Outcome(None)

    def _told(self, flow: Flow, run: Run, heard: Heard) -> tuple[Event, ...]:
        """Where no model was asked: what the rules did."""
        if heard.contributions:
            return ()
        phase = running(flow)
        kind = EventKind.AGENT_FAILED if heard.answer is None else EventKind.AGENT_FINISHED
        message = f"{phase.title}: done by the built-in rules."
        if heard.answer is None:
            message = " ".join(warning.message for warning in heard.warnings)
        data = {"agent": phase.agents[0].key, "runId": run.run_id, "message": message, "source": Source.RULES}
        return (Event(kind, self.clock(), phase.key, data),)

    def _ruled(self, flow: Flow, run: Run) -> AgentContribution:
        phase = running(flow)
        return AgentContribution(
            id=self.ids(),
            flow_id=flow.id,
            run_id=run.run_id,
            phase=phase.key,
            agent=phase.agents[0].key,
            action=phase.title,
            details={"goal": phase.agents[0].goal},
            source=Source.RULES,
            started_at=flow.state(phase.key).started_at or self.clock(),
            finished_at=self.clock(),
        )
