"""What each flow type is: its phases, who works on them, and the shapes of what they take and give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from domain.definition import Agent, FlowDefinition, Phase
from resolvers.context import Context
from schema.enums import FlowType
from schema.loading import computed
from schema.mirror import mirror


@dataclass(frozen=True, slots=True)
class DefinedPhase:
    """A phase with the definition it is of."""

    definition: FlowDefinition
    phase: Phase


@mirror(FlowDefinition, "title summary")
class FlowDefinitionType:
    @computed
    @staticmethod
    def type(definition: FlowDefinition) -> FlowType:
        return FlowType(definition.kind)

    @computed
    @staticmethod
    def phases(definition: FlowDefinition) -> tuple[DefinedPhase, ...]:
        """Of customer success those of the workflow for renewals that nothing more special guides."""
        shown = definition.shown
        return tuple(DefinedPhase(shown, phase) for phase in shown.phases)

    @computed
    @staticmethod
    def configuration_schema(definition: FlowDefinition, context: Context) -> Any:
        """JSON Schema of the flow's configuration."""
        return context.caller.shapes.schema(definition.configuration)


@mirror(DefinedPhase)
class PhaseDefinition:
    @computed
    @staticmethod
    def key(defined: DefinedPhase) -> str:
        return defined.phase.key

    @computed
    @staticmethod
    def title(defined: DefinedPhase) -> str:
        return defined.phase.title

    @computed
    @staticmethod
    def progress_when_complete(defined: DefinedPhase) -> int:
        return defined.definition.progress_when_complete(defined.phase.key)

    @computed
    @staticmethod
    def pauses_for_input(defined: DefinedPhase) -> bool:
        return defined.phase.pause is not None

    @computed
    @staticmethod
    def optional(defined: DefinedPhase) -> bool:
        """Only an optional phase may be skipped."""
        return defined.phase.optional

    @computed
    @staticmethod
    def prerequisites(defined: DefinedPhase) -> tuple[str, ...]:
        return defined.phase.requires

    @computed
    @staticmethod
    def agents(defined: DefinedPhase) -> tuple[Agent, ...]:
        return defined.phase.agents

    @computed
    @staticmethod
    def input_schema(defined: DefinedPhase, context: Context) -> Any | None:
        """Null where the phase takes no answer."""
        pause = defined.phase.pause
        return context.caller.shapes.schema(pause.answer) if pause else None

    @computed
    @staticmethod
    def result_schema(defined: DefinedPhase, context: Context) -> Any:
        return context.caller.shapes.schema(defined.phase.result)

    @computed
    @staticmethod
    def route_pattern(defined: DefinedPhase) -> str:
        """Where a single-page application shows the phase of the flow whose id replaces `{id}`."""
        return defined.definition.route("{id}", defined.phase.key)
