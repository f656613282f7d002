"""Phases of a flow and the attempts at them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from domain.contribution import AgentContribution
from domain.definition import Agent
from domain.known import KnownPhase, PhaseRun
from domain.listing import ContributionsOfRun
from domain.model_usage import ModelUsage
from domain.phase import PhaseStatus
from resolvers.context import Context
from resolvers.reading import flows as reading
from schema.basics import Node
from schema.ids import MASTER, show_ids
from schema.loading import computed, loaded
from schema.mirror import mirror
from schema.relations import listed


@mirror(Agent, "key role goal")
class AgentProfile:
    pass


@mirror(KnownPhase)
class FlowPhase(Node):
    @computed
    @staticmethod
    def key(known: KnownPhase) -> str:
        return known.phase.key

    @computed
    @staticmethod
    def title(known: KnownPhase) -> str:
        return known.phase.title

    @computed
    @staticmethod
    def position(known: KnownPhase) -> int:
        return known.flow.definition.phases.index(known.phase) + 1

    @computed
    @staticmethod
    def status(known: KnownPhase) -> PhaseStatus:
        return known.state.status

    @computed
    @staticmethod
    def progress_when_complete(known: KnownPhase) -> int:
        """Progress of the flow once this phase has completed, 0 to 100."""
        return known.flow.definition.progress_when_complete(known.phase.key)

    @computed
    @staticmethod
    def pauses_for_input(known: KnownPhase) -> bool:
        """True when the phase stops for a person before the flow goes on."""
        return known.phase.pause is not None

    @computed
    @staticmethod
    def input_schema(known: KnownPhase, context: Context) -> Any | None:
        """JSON Schema of what `submitPhaseInput` takes at this phase; null where it takes nothing."""
        pause = known.phase.pause
        return context.caller.shapes.schema(pause.answer) if pause else None

    @computed
    @staticmethod
    def proposed_input(known: KnownPhase) -> Any | None:
        """What agents or rules suggest as the answer.

        Accepted unchanged unless a gate of the phase is open, which NOT_READY then names.
        """
        return show_ids(known.state.proposed_input)

    @computed
    @staticmethod
    def draft_input(known: KnownPhase) -> Any | None:
        """What a person saved without submitting."""
        return show_ids(known.state.draft_input)

    @computed
    @staticmethod
    def user_input(known: KnownPhase) -> Any | None:
        """What a person answered; null where nobody has."""
        return show_ids(known.state.user_input)

    @loaded
    @staticmethod
    async def result(context: Context, phases: list[KnownPhase]) -> list[Any | None]:
        """What the phase came to; null until it has run. Its JSON Schema is in the flow's definition."""
        return [show_ids(data) for data in await reading.results_of_phases(context, phases)]

    @computed
    @staticmethod
    def route(known: KnownPhase) -> str:
        return known.flow.definition.route(f"{MASTER}:{known.flow.id}", known.phase.key)

    @computed
    @staticmethod
    def agents(known: KnownPhase) -> tuple[Agent, ...]:
        return known.phase.agents

    @loaded
    @staticmethod
    async def runs(context: Context, phases: list[KnownPhase]) -> list[tuple[PhaseRun, ...]]:
        """Every attempt, oldest first."""
        return await reading.runs_of_phases(context, phases)

    @computed
    @staticmethod
    def started_at(known: KnownPhase) -> datetime | None:
        """Null until it has run."""
        return known.state.started_at

    @computed
    @staticmethod
    def completed_at(known: KnownPhase) -> datetime | None:
        """Null until it is completed."""
        return known.state.completed_at


@mirror(
    PhaseRun,
    "attempt status started_at finished_at duration_ms peak_memory_mib source error",
    finished_at="Null while it runs.",
    duration_ms="Null while it runs.",
    error="Null unless it has failed.",
    peak_memory_mib="Resident memory at its highest while it ran, in MiB; null where the platform does not tell.",
)
class PhaseRunType(Node):
    """One attempt at a phase."""

    contributions = listed(AgentContribution, lambda run: ContributionsOfRun(parent=run.id))

    @loaded
    @staticmethod
    async def usage(context: Context, runs: list[PhaseRun]) -> list[ModelUsage | None]:
        """Null where no model was asked; of several the sum, under all their names."""
        return await reading.usage_of_runs(context, runs)
