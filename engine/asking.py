"""A phase's agents are asked, one after the other, about what the rules came to; what may enter is staged beside it."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

from domain.agents.briefing import Briefing, brief
from domain.agents.ports import AgentFailed, Agents, Proposed, Question, Step
from domain.agents.reviewing import Reviewed, proposal_type, review
from domain.calling import Calling
from domain.contribution import AgentContribution
from domain.definition import Agent, Outcome, Phase, PhaseCall, Warning
from domain.event import Event, EventKind
from domain.model_usage import ModelUsage, ModelUse
from domain.ports import Clock, Ids, Shapes, UnitOfWork, Work
from domain.source import Source
from engine.patience import passing, patiently
from engine.ports import RunCancelled
from engine.run import ANSWERS, REMOVES, RESULT, REVIEWED, VALUES, Run, Staged, chunks, running, values_of, wanted

log = logging.getLogger(__name__)
T = TypeVar("T")

AGENT_FAILED = "AGENT_FAILED"
# How often an agent is asked in one run: others may change again and again what it was asked about.
MOST_ASKS = 2


@dataclass
class Case:
    """One phase while its agents have their say: its outcome as it is by now, and what was heard until now.

    `answers` is by the agent's key, as it is stored: with it nobody who has answered is asked the same again.
    """

    run: Run
    phase: Phase
    kind: str
    call: PhaseCall
    outcome: Outcome
    answers: dict[str, Any]
    told: list[Warning] = field(default_factory=list)
    used: list[str] = field(default_factory=list)
    heard: list[AgentContribution] = field(default_factory=list)

    def take(self, contribution: AgentContribution, reviewed: Reviewed | None, used: tuple[str, ...]) -> None:
        """What came of asking one agent; without a review the rules' result stands."""
        self.heard.append(contribution)
        failure = contribution.details.get("failure")
        if failure:
            self.told.append(Warning(AGENT_FAILED, failure["message"], None, {"agent": contribution.agent, **failure}))
        if reviewed:
            self.outcome = reviewed.outcome
            self.told += (*reviewed.contradictions, *reviewed.suggestions, *reviewed.dropped)
            self.used += used


@dataclass(frozen=True, slots=True)
class Asking:
    """Asks the agents of this process."""

    work: Work
    shapes: Shapes
    agents: Agents
    clock: Clock
    ids: Ids

    async def about(self, run: Run, staged: Staged, make: Callable[[UnitOfWork], Calling]) -> Staged:
        """All that agents have to say about what is staged; safe to repeat. RunCancelled once nobody wants it."""
        case = await self._open(run, staged, make)
        if case is None:
            return staged
        # Kept to the end: of what is gone, another value could be taken for.
        first = case.outcome.saves
        before = {id(value) for value in first}
        for agent in case.phase.agents:
            if self.agents.asks(case.kind, agent.key):
                await self._hear(case, agent)
        if not case.heard:
            return staged
        return await self._stage(case, staged, [value for value in case.outcome.saves if id(value) not in before])

    async def _open(self, run: Run, staged: Staged, make: Callable[[UnitOfWork], Calling]) -> Case | None:
        async with self.work(run.tenant) as uow:
            flow = await wanted(uow, run)
            phase = running(flow)
            kind = f"{flow.kind}.{phase.key}"
            if not any(self.agents.asks(kind, agent.key) for agent in phase.agents):
                return None
            call = await make(uow).call(flow, phase.key, phase.needs, run_id=run.run_id)
            outcome = await self._outcome(uow, run, phase, staged)
            answers = await uow.results.staged(run.run_id, ANSWERS) or {}
        return Case(run, phase, kind, call, outcome, answers)

    async def _outcome(self, uow: UnitOfWork, run: Run, phase: Phase, staged: Staged) -> Outcome:
        data = await uow.results.staged(run.run_id, RESULT)
        saves = [value async for batch in values_of(uow.results, run, staged) for value in batch]
        gone = uow.results.staged_values(run.run_id, range(REMOVES, VALUES))
        removes = [value async for batch in gone for value in batch]
        warnings = tuple(self.shapes.decode(Warning, warning) for warning in data["warnings"])
        result: Any = self.shapes.decode(phase.result, data["result"])
        return Outcome(result, tuple(saves), tuple(removes), warnings, tuple(data.get("used", ())))

    async def _hear(self, case: Case, agent: Agent) -> None:
        """Whatever goes wrong with an agent must not cost the phase what the rules came to."""
        started = self.clock()
        try:
            await self._consult(case, agent)
        except Exception as fault:
            if isinstance(fault, RunCancelled) or passing(fault):
                raise
            log.exception("agent_went_wrong", extra={"agent": agent.key})
            await self._give_up(case, agent, started, AgentFailed("INTERNAL", "The log has the details."))

    async def _consult(self, case: Case, agent: Agent) -> None:
        briefing = await _aside(lambda: brief(case.kind, case.call, case.outcome, agent.key, self.agents.longest))
        if not briefing.shown:
            return
        sha = hashlib.sha256(briefing.text.encode("utf-8", "replace")).hexdigest()
        known = case.answers.get(agent.key, {})
        if known.get("briefing") == sha:
            await self._recall(case, agent, briefing, known)
        elif known.get("asks", 0) < MOST_ASKS:
            await self._ask(case, agent, briefing, sha)
        else:
            gone = AgentFailed("GIVEN_UP", f"It was asked {MOST_ASKS} times, and each time things went on without it.")
            await self._give_up(case, agent, self.clock(), gone, {**known, "briefing": sha})

    async def _recall(self, case: Case, agent: Agent, briefing: Briefing, known: Mapping[str, Any]) -> None:
        """It has answered just this before its worker was lost, or before others changed the portfolio."""
        contribution = self.shapes.decode(AgentContribution, known["contribution"])
        reviewed: Reviewed | None = None
        if known["proposal"] is not None:
            proposal: Any = self.shapes.decode(proposal_type(case.kind), known["proposal"])
            reviewed = await self._review(case, agent, briefing, proposal, known["strange"])
            contribution = replace(contribution, source=reviewed.source, confidence=reviewed.confidence)
        case.take(contribution, reviewed, briefing.used)

    async def _ask(self, case: Case, agent: Agent, briefing: Briefing, sha: str) -> None:
        started = self.clock()
        known: dict[str, Any] = {"asks": case.answers.get(agent.key, {}).get("asks", 0) + 1}
        # Before it is asked: what loses a worker counts as well.
        await self._keep(case, agent, known)
        known["briefing"] = sha
        question = Question(case.run.tenant, case.run.flow_id, agent, briefing)
        try:
            proposed = await self.agents.ask(question, lambda step: self._tell(case, agent, step))
        except AgentFailed as failed:
            await self._give_up(case, agent, started, failed, known)
            return
        try:
            reviewed = await self._review(case, agent, briefing, proposed.proposal, proposed.strange)
        except Exception:
            log.exception("review_failed", extra={"agent": agent.key})
            why = "What the model answered could not be checked; the log has the details."
            unchecked = AgentFailed("REVIEW_FAILED", why, proposed.usage, estimated=proposed.estimated)
            await self._give_up(case, agent, started, unchecked, known)
            return
        ended = self._ended(case, agent, started, _details(agent, briefing, proposed, reviewed), reviewed)
        known |= {"proposal": self.shapes.encode(proposed.proposal), "strange": list(proposed.strange)}
        await self._note(case, agent, ended, known, proposed.usage, estimated=proposed.estimated)
        case.take(ended, reviewed, briefing.used)

    async def _give_up(
        self, case: Case, agent: Agent, started: datetime, failed: AgentFailed, known: dict[str, Any] | None = None
    ) -> None:
        """The rules' result stands, and people are told why."""
        ended = self._ended(case, agent, started, _failure(agent, failed))
        told = {**(known or case.answers.get(agent.key, {})), "proposal": None}
        await self._note(case, agent, ended, told, failed.usage, estimated=failed.estimated)
        case.take(ended, None, ())

    async def _review(
        self, case: Case, agent: Agent, briefing: Briefing, proposal: Any, strange: Sequence[str]
    ) -> Reviewed:
        return await _aside(
            lambda: review(
                case.kind,
                case.call,
                case.outcome,
                proposal,
                agent=agent.key,
                shown=briefing.shown,
                strange=strange,
            )
        )

    async def _keep(self, case: Case, agent: Agent, known: dict[str, Any]) -> None:
        case.answers[agent.key] = known
        async with self.work(case.run.tenant) as uow:
            await wanted(uow, case.run)
            await uow.results.stage(case.run.run_id, ANSWERS, case.answers)

    async def _tell(self, case: Case, agent: Agent, step: Step) -> None:
        async with self.work(case.run.tenant) as uow:
            flow = await wanted(uow, case.run)
            event = step.event(agent.key, case.run.run_id, case.phase.key, self.clock)
            await uow.flows.save(replace(flow, events=(event,)))

    def _ended(
        self, case: Case, agent: Agent, started: datetime, details: Mapping[str, Any], reviewed: Reviewed | None = None
    ) -> AgentContribution:
        return AgentContribution(
            id=self.ids(),
            flow_id=case.run.flow_id,
            run_id=case.run.run_id,
            phase=case.phase.key,
            agent=agent.key,
            action=case.phase.title,
            source=reviewed.source if reviewed else Source.RULES,
            started_at=started,
            finished_at=self.clock(),
            details=details,
            confidence=reviewed.confidence if reviewed else None,
        )

    async def _note(
        self,
        case: Case,
        agent: Agent,
        ended: AgentContribution,
        known: dict[str, Any],
        usage: ModelUsage | None,
        *,
        estimated: bool,
    ) -> None:
        """The answer, its event and its cost are true together: a worker that is lost later asks and tells no more."""
        case.answers[agent.key] = known | {"contribution": self.shapes.encode(ended)}
        use = self._use(case, agent, ended, usage, estimated=estimated) if usage and usage.requests else None

        async def note() -> None:
            async with self.work(case.run.tenant) as uow:
                flow = await wanted(uow, case.run)
                await uow.results.stage(case.run.run_id, ANSWERS, case.answers)
                if use:
                    await uow.model_uses.add(use)
                await uow.flows.save(replace(flow, events=(_event(ended, self.clock),)))

        # By itself: what a model has answered is not asked again because it could not be written down at once.
        await patiently(note)

    def _use(
        self, case: Case, agent: Agent, ended: AgentContribution, usage: ModelUsage, *, estimated: bool
    ) -> ModelUse:
        run, at = case.run, ended.finished_at or self.clock()
        return ModelUse(self.ids(), run.flow_id, run.run_id, case.phase.key, agent.key, at, usage, estimated)

    async def _stage(self, case: Case, staged: Staged, changed: list[Any]) -> Staged:
        batches = list(chunks(changed))
        data = {
            "result": self.shapes.encode(case.outcome.result),
            "warnings": [self.shapes.encode(warning) for warning in (*case.outcome.warnings, *case.told)],
            "used": list(dict.fromkeys((*case.outcome.used, *case.used))),
            "contributions": [self.shapes.encode(contribution) for contribution in case.heard],
        }
        async with self.work(case.run.tenant) as uow:
            await uow.results.stage(case.run.run_id, REVIEWED, data)
            for number, batch in enumerate(batches, VALUES + staged.batches):
                await uow.results.stage_values(case.run.run_id, number, batch)
        return Staged(staged.batches + len(batches), reviewed=True)


async def _aside(work: Callable[[], T]) -> T:
    """In a thread: a hundred applications are told of, or reviewed, in a good part of a second."""
    return await asyncio.to_thread(work)


def _failure(agent: Agent, failed: AgentFailed) -> Mapping[str, Any]:
    message = f"{agent.role}: {failed} The result is that of the built-in rules."
    return {"goal": agent.goal, "failure": {"code": failed.code, "message": message}}


def _details(agent: Agent, briefing: Briefing, proposed: Proposed, reviewed: Reviewed) -> Mapping[str, Any]:
    return {
        "goal": agent.goal,
        "model": proposed.usage.model,
        "prompt": proposed.prompt,
        "attempts": proposed.attempts,
        "shown": len(briefing.shown),
        "leftOut": briefing.left_out,
        "contradictions": len(reviewed.contradictions),
        "suggestions": len(reviewed.suggestions),
        "dropped": len(reviewed.dropped),
    }


def _event(ended: AgentContribution, clock: Clock) -> Event:
    failure = ended.details.get("failure")
    data: dict[str, Any] = {"agent": ended.agent, "runId": ended.run_id, "source": ended.source}
    if failure:
        data |= {"message": failure["message"], "details": {"code": failure["code"]}}
        return Event(EventKind.AGENT_FAILED, clock(), ended.phase, data)
    data |= {"message": _summary(ended), "percent": 100, "details": dict(ended.details)}
    if ended.confidence is not None:
        data["confidence"] = ended.confidence
    return Event(EventKind.AGENT_FINISHED, clock(), ended.phase, data)


def _summary(ended: AgentContribution) -> str:
    entered = ended.source is Source.MODEL_CHECKED_BY_RULES
    counts = ", ".join(f"{ended.details[name]} {name}" for name in ("contradictions", "suggestions", "dropped"))
    effect = "Some of what it proposed has entered" if entered else "Nothing it proposed changes the result"
    return f"{ended.action}: the answer was checked by the rules. {effect} ({counts})."
