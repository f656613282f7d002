"""A phase that waits for an answer is played by our own crew: what a model is asked, and what it says, staged."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from domain.agents.playing import Part, Players, Words
from domain.agents.ports import AgentFailed, Step
from domain.calling import Calling
from domain.contribution import AgentContribution
from domain.definition import Agent, Outcome, Phase, PhaseCall, Warning
from domain.errors import ErrorCode, Problem, Refused
from domain.event import Event, EventKind
from domain.model_usage import ModelUsage, ModelUse
from domain.play import Asked, Play
from domain.ports import Clock, Ids, Shapes, UnitOfWork, Work
from domain.source import Source
from engine.patience import passing, patiently
from engine.ports import RunCancelled
from engine.run import ANSWERS, REVIEWED, Run, Staged, running, wanted

log = logging.getLogger(__name__)

AGENT_FAILED = "AGENT_FAILED"
# How often a part is asked in one run: for words that are no answer, and for a worker that was lost meanwhile.
MOST_ASKS = 2
# Characters of words that are no answer that the model is shown again, and faults that it is told of.
SHOWN = 8_000
FAULTS = 10

Make = Callable[[UnitOfWork], Calling]


@dataclass
class Case:
    """One run of a phase that is played. `answer` is JSON, `said` the words where they are no answer."""

    run: Run
    phase: Phase
    play: Play
    agent: Agent
    call: PhaseCall
    started: datetime
    asks: int = 0
    answer: Any = None
    said: str | None = None
    told: list[Warning] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Playing:
    """Asks the players of this process."""

    work: Work
    shapes: Shapes
    players: Players
    clock: Clock
    ids: Ids

    async def about(self, run: Run, staged: Staged, make: Make) -> Staged:
        """What a model says in the part, staged; safe to repeat. RunCancelled once nobody wants it."""
        case = await self._open(run, make)
        if case is None:
            return staged
        try:
            await self._ask(case)
        except AgentFailed as failed:
            await self._give_up(case, failed)
        except Exception as fault:
            if isinstance(fault, RunCancelled) or passing(fault):
                raise
            log.exception("part_went_wrong", extra={"agent": case.agent.key})
            await self._give_up(case, AgentFailed("INTERNAL", "The log has the details."))
        return replace(staged, reviewed=True)

    async def _open(self, run: Run, make: Make) -> Case | None:
        async with self.work(run.tenant) as uow:
            flow = await wanted(uow, run)
            phase = running(flow)
            agent = phase.agents[0]
            if phase.play is None or not self.players.plays(agent.key):
                return None
            if await uow.results.staged(run.run_id, REVIEWED):
                # It was answered before its worker was lost.
                return None
            known = await uow.results.staged(run.run_id, ANSWERS) or {}
            call = await make(uow).call(flow, phase.key, phase.needs, run_id=run.run_id)
        return Case(run, phase, phase.play, agent, call, self.clock(), known.get("asks", 0))

    async def _ask(self, case: Case) -> None:
        """Asked once more with what was wrong, as an agent of any other phase is."""
        asked = case.play.question(case.call, self.players.room(case.agent.key))
        while case.asks < MOST_ASKS:
            words = await self._hear(case, asked)
            faults = self._read(case, words.text)
            await self._count(case, words.usage, estimated=words.estimated)
            if not faults or case.asks == MOST_ASKS:
                await self._note(case, words)
                return
            asked = _corrected(asked, words.text, faults)
        raise AgentFailed("GIVEN_UP", f"It was asked {MOST_ASKS} times, and each time things went on without it.")

    async def _hear(self, case: Case, asked: Asked) -> Words:
        case.asks += 1
        # Before it is asked: what loses a worker counts as well.
        async with self.work(case.run.tenant) as uow:
            await wanted(uow, case.run)
            await uow.results.stage(case.run.run_id, ANSWERS, {"asks": case.asks})
        question = Part(case.run.tenant, case.run.flow_id, case.agent, asked)
        words = await self.players.play(question, lambda step: self._tell(case, step))
        # What no database keeps.
        return replace(words, text=words.text.replace("\x00", ""))

    def _read(self, case: Case, words: str) -> list[str]:
        """Take the words as the answer, or tell what is wrong with them; who cannot go on is not asked again."""
        case.answer, case.said, case.told = None, words, []
        try:
            answer = case.play.read(case.call, words)
            decided(self.shapes, case.phase, case.call, answer)
        except Refused as refused:
            case.told = [warning_of(problem) for problem in refused.problems]
            stuck = any(problem.code is ErrorCode.NOT_READY for problem in refused.problems)
            return [] if stuck else [f"{'.'.join(each.path)}: {each.message}" for each in refused.problems]
        case.answer, case.said = answer, None
        return []

    async def _tell(self, case: Case, step: Step) -> None:
        async with self.work(case.run.tenant) as uow:
            flow = await wanted(uow, case.run)
            event = step.event(case.agent.key, case.run.run_id, case.phase.key, self.clock)
            await uow.flows.save(replace(flow, events=(event,)))

    async def _note(self, case: Case, words: Words) -> None:
        used = bool(case.answer)
        source = Source.MODEL_CHECKED_BY_RULES if used else Source.MODEL
        details = {"goal": case.agent.goal, "model": words.usage.model, "asks": case.asks, "answered": used}
        message = f"{case.phase.title}: answered, and checked by the rules."
        if not used:
            message = f"{case.phase.title}: what it said is no answer. {' '.join(each.message for each in case.told)}"
        data = {"agent": case.agent.key, "runId": case.run.run_id, "source": source, "message": message}
        event = Event(EventKind.AGENT_FINISHED, self.clock(), case.phase.key, {**data, "percent": 100})
        await self._stage(case, self._contribution(case, source, details), event)

    async def _give_up(self, case: Case, failed: AgentFailed) -> None:
        """People are told why, and the rules do what they can."""
        case.answer, case.said = None, None
        message = f"{case.agent.role}: {failed}"
        case.told = [Warning(AGENT_FAILED, message, None, {"agent": case.agent.key, "code": failed.code})]
        details = {"goal": case.agent.goal, "failure": {"code": failed.code, "message": message}}
        data = {"agent": case.agent.key, "runId": case.run.run_id, "source": Source.RULES, "message": message}
        event = Event(EventKind.AGENT_FAILED, self.clock(), case.phase.key, {**data, "details": {"code": failed.code}})
        await self._stage(case, self._contribution(case, Source.RULES, details), event)
        if failed.usage:
            await self._count(case, failed.usage, estimated=failed.estimated)

    def _contribution(self, case: Case, source: Source, details: Mapping[str, Any]) -> AgentContribution:
        return AgentContribution(
            id=self.ids(),
            flow_id=case.run.flow_id,
            run_id=case.run.run_id,
            phase=case.phase.key,
            agent=case.agent.key,
            action=case.phase.title,
            source=source,
            started_at=case.started,
            finished_at=self.clock(),
            details=details,
        )

    async def _stage(self, case: Case, contribution: AgentContribution, event: Event) -> None:
        data = {
            "answer": case.answer,
            "said": case.said,
            "warnings": [self.shapes.encode(each) for each in case.told],
            "contributions": [self.shapes.encode(contribution)],
        }

        async def stage() -> None:
            async with self.work(case.run.tenant) as uow:
                flow = await wanted(uow, case.run)
                await uow.results.stage(case.run.run_id, REVIEWED, data)
                await uow.flows.save(replace(flow, events=(event,)))

        # By itself: what a model has answered is not asked again because it could not be written down at once.
        await patiently(stage)

    async def _count(self, case: Case, usage: ModelUsage, *, estimated: bool) -> None:
        if not usage.requests:
            return
        run, key = case.run, case.phase.key
        use = ModelUse(self.ids(), run.flow_id, run.run_id, key, case.agent.key, self.clock(), usage, estimated)
        async with self.work(run.tenant) as uow:
            await wanted(uow, run)
            await uow.model_uses.add(use)


def decided(shapes: Shapes, phase: Phase, call: PhaseCall, answer: Any) -> Outcome:
    """What that answer, as JSON, comes to, or Refused; nothing of it is kept here."""
    if phase.pause is None:
        raise TypeError(f"{phase.key} is played and takes no answer.")
    given: Any = shapes.decode(phase.pause.answer, answer)
    return phase.pause.decide(replace(call, input=given))


def _corrected(asked: Asked, words: str, faults: Sequence[str]) -> Asked:
    """The same, and what is wrong with the words that came back."""
    listed = "\n".join(f"- {fault[:300]}" for fault in faults[:FAULTS])
    wanted_ = f"This answer cannot be taken:\n{listed}\nGive the whole answer again, with what is wrong in it mended."
    again = (("assistant", words[:SHOWN] or "(nothing)"), ("user", wanted_))
    return replace(asked, messages=(*asked.messages, *again))


def warning_of(problem: Problem) -> Warning:
    """A problem as people are told of it where nobody waits for an answer."""
    return Warning(str(problem.code), problem.message)
