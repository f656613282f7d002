"""Changing what a phase came to as a whole."""

from __future__ import annotations

from typing import Any

import strawberry
from strawberry import UNSET

from domain.commands import OverridePhase
from resolvers.context import Caller, Context
from resolvers.phase_results import override_phase as override
from schema.commanding import Said, carry_out, command
from schema.ids import FlowId
from schema.loading import entry
from schema.payloads import FlowPayload
from schema.scalars import JSON


@strawberry.input(description="The version is the flow's.")
class OverridePhaseInput:
    flow_id: FlowId
    phase: str
    data: JSON = strawberry.field(description="Fields of its result (`PhaseDefinition.resultSchema`); others stay.")
    rationale: str
    expected_version: int | None = UNSET


async def override_phase(context: Context, input: Any) -> FlowPayload:
    """A phase's result as a person wants it."""

    async def act(caller: Caller, said: Said) -> str:
        return await override(caller, command(OverridePhase, said))

    return FlowPayload.of(await carry_out(context, "overridePhase", input, act))


@strawberry.type
class PhaseMutations:
    @entry
    @staticmethod
    async def override_phase(context: Context, input: OverridePhaseInput) -> FlowPayload:
        """What a phase came to, for those that have no mutation of their own; the reason is needed."""
        return await override_phase(context, input)
