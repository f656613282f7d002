"""How a rule is called and what it comes to is kept: the same for a phase's run, an answer and an override."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from domain.application import Application
from domain.artifact import Artifact, ArtifactKind
from domain.artifacts.telling import artifact_saved
from domain.builds.build import Build
from domain.builds.told import events_of
from domain.definition import FlowDefinition, Outcome, Pattern, Phase, PhaseCall
from domain.event import Event, EventKind
from domain.flow import Flow, Stamp
from domain.learning import Lesson
from domain.need import Need
from domain.portfolio import Portfolio
from domain.ports import PhasePorts, Shapes, UnitOfWork
from domain.source import Source
from domain.teaching import learn

# A list of changed ids holds at most this many; an empty one means: refetch.
CHANGED_IDS = 100
_BUILD = frozenset({Need.BUILD, Need.BUILD_HISTORY})


@dataclass(frozen=True, slots=True)
class Calling:
    """The means of calling a rule in one unit of work."""

    uow: UnitOfWork
    shapes: Shapes
    stamp: Stamp
    ports: PhasePorts | None = None

    async def call(
        self, flow: Flow, key: str, needs: frozenset[Need], *, given: Any = None, run_id: str | None = None
    ) -> PhaseCall:
        """What the rules of that phase may look at, as of the engagement's today.

        A command holds the portfolio until it commits, and is told what was learned only where it needs it. A run has
        ports and works for longer than a transaction may last: it looks at the end whether the portfolio is still the
        one it saw.
        """
        if self.ports is None and Need.BUILD not in needs:
            # A build touches nothing of it, and is held with its flow.
            await self.uow.portfolio.hold()
        engagement = await self.uow.engagement()
        state = flow.state(key)
        results = self._typed(flow.definition, await self.uow.results.current(flow.id))
        return PhaseCall(
            flow_id=flow.id,
            run_id=run_id or state.run_id or "",
            phase=key,
            configuration=self.shapes.decode(flow.definition.configuration, dict(flow.own_configuration)),
            results=results,
            portfolio=await self._portfolio(flow, needs),
            as_of=engagement.today(self.stamp.at),
            now=self.stamp.at,
            by=self.stamp.by,
            new_id=self.stamp.new_id,
            ports=self.ports,
            input=given,
            patterns=await self._recalled(flow, key, results) if self.ports or Need.PATTERNS in needs else (),
            settings=engagement.settings,
            currency=engagement.currency,
            holds=self.shapes.holds,
        )

    async def _portfolio(self, flow: Flow, needs: frozenset[Need]) -> Portfolio:
        portfolio = await self.uow.portfolio.load(needs, flow.id, flow.application_ids)
        if Need.WORKFLOW in needs:
            portfolio = replace(portfolio, workflow=await self.uow.templates.facts(flow.id))
        if Need.CONFIGURATIONS in needs:
            held = await self.uow.artifacts.of_flow(flow.id)
            ready = tuple(each for each in held if each.kind is ArtifactKind.CONFIGURATION)
            portfolio = replace(portfolio, configurations=ready)
        if not needs & _BUILD:
            return portfolio
        return replace(portfolio, build=await self.uow.builds.get(flow, told=Need.BUILD_HISTORY in needs))

    async def _recalled(self, flow: Flow, key: str, results: Mapping[str, Any]) -> tuple[Pattern, ...]:
        about = flow.definition.phase(key).about(results)
        return await self.uow.learnings.recall(f"{flow.kind}.{key}", about)

    def _typed(self, definition: FlowDefinition, results: Mapping[str, Any]) -> dict[str, Any]:
        return {
            phase.key: self.shapes.decode(phase.result, results[phase.key])
            for phase in definition.phases
            if phase.key in results
        }

    async def save(self, flow: Flow, key: str, values: Sequence[Any]) -> tuple[Event, ...]:
        """Values by their id, artifacts as versions and lessons as patterns; the events that tell of these."""
        lessons = [value for value in values if isinstance(value, Lesson)]
        builds = [value for value in values if isinstance(value, Build)]
        artifacts = [value for value in values if isinstance(value, Artifact)]
        await self.uow.portfolio.save(value for value in values if not isinstance(value, Lesson | Build | Artifact))
        for build in builds:
            await self.uow.builds.save(build)
        if artifacts:
            await self.uow.artifacts.save(*artifacts)
        moved = (event for build in builds for event in events_of(build))
        saved = (artifact_saved(artifact, self.stamp.at) for artifact in artifacts)
        return (*moved, *saved, *await learn(self.uow, lessons, self.stamp, flow.id, key))

    async def remove(self, values: Sequence[Any]) -> None:
        """Delete each value; an artifact with its versions."""
        await self.uow.portfolio.remove(value for value in values if not isinstance(value, Artifact))
        for value in values:
            if isinstance(value, Artifact):
                await self.uow.artifacts.remove(value)

    async def keep(self, flow: Flow, phase: Phase, outcome: Outcome, source: Source) -> tuple[Event, ...]:
        """The outcome's values, and its result as one more revision; the events that tell what was learned."""
        await self.remove(outcome.removes)
        learned = await self.save(flow, phase.key, outcome.saves)
        await self.uow.learnings.used(outcome.used, flow.id, phase.key)
        await self.uow.results.append(
            flow.id,
            phase.key,
            self.shapes.encode(outcome.result),
            source=source,
            author=self.stamp.by,
            at=self.stamp.at,
            run_id=flow.state(phase.key).run_id,
        )
        return learned

    async def propose(self, flow: Flow, phase: Phase) -> Any:
        """What is suggested as the answer to the phase's pause, as JSON; None where it does not pause."""
        if phase.pause is None:
            return None
        call = await self.call(flow, phase.key, phase.pause.needs)
        return self.shapes.encode(phase.pause.propose(call))

    def proposed(self, call: PhaseCall, phase: Phase, outcome: Outcome) -> Any:
        """The same from what a rule was just called with and what it came to, without reading it again."""
        if phase.pause is None:
            return None
        results = {**call.results, phase.key: outcome.result}
        after = replace(call, results=results, portfolio=call.portfolio.after(outcome.saves, outcome.removes))
        return self.shapes.encode(phase.pause.propose(after))


def changed(values: Sequence[Any], stamp: Stamp, phase: str | None = None) -> Event | None:
    """The event that says which applications changed; None when none did."""
    return told([value for value in values if isinstance(value, Application)], stamp, phase)


def told(values: Sequence[Any], stamp: Stamp, phase: str | None = None) -> Event | None:
    """The event that says that these changed, each by its type and id; None when there are none."""
    named = dict.fromkeys((type(value).__name__, value.id) for value in values)
    if not named:
        return None
    ids = [list(each) for each in named] if len(named) <= CHANGED_IDS else []
    return Event(EventKind.CHILD_CHANGED, stamp.at, phase, {"changed": ids})
