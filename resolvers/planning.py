"""What people do to a plan: change a part of it, and plan its waves anew around what they chose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from functools import partial
from typing import Any

from domain.access import Role
from domain.commands import FlowAction
from domain.definition import Outcome, PhaseCall
from domain.errors import NotFound
from domain.flow import Flow
from domain.flows.planning import costs, moving, resources, synthesis, timeline
from domain.flows.planning.costs import COSTS, CostGiven
from domain.flows.planning.facts import WAVES
from domain.flows.planning.moving import MoveGiven, WaveGiven
from domain.flows.planning.resources import AllocationGiven
from domain.flows.planning.revised import Revised
from domain.flows.planning.synthesis import SYNTHESIS, SynthesisGiven
from domain.flows.planning.timeline_editing import ActivityGiven
from domain.planning.plan import (
    CostEstimate,
    CostLine,
    Plan,
    PlanActivity,
    PlanMilestone,
    PlanSynthesis,
    ResourceAllocation,
    ResourcePlan,
    Timeline,
    Wave,
    WavePlan,
)
from domain.ports import UnitOfWork
from domain.transition import FlowAction as Action
from resolvers.changing import require_changeable
from resolvers.context import Caller
from resolvers.overriding import carry_through
from resolvers.portfolio import Delete

RESOURCES = "resource_allocation"
TIMELINE = "timeline_generation"

# The parts of a plan that have ids of their own, of which its flow tells.
_NODES = (
    WavePlan,
    Wave,
    ResourcePlan,
    ResourceAllocation,
    Timeline,
    PlanActivity,
    PlanMilestone,
    CostEstimate,
    CostLine,
    PlanSynthesis,
)


@dataclass(frozen=True, slots=True)
class PlanPart:
    """A part of a plan that was changed, and the plan's flow."""

    id: str
    flow_id: str


async def move_applications(
    caller: Caller, flow_id: str, moves: Sequence[MoveGiven], rationale: str | None, version: int | None
) -> str:
    """Applications where a person wants them."""
    return await _revise(caller, flow_id, WAVES, lambda call: moving.move_applications(call, moves, rationale, version))


async def save_wave(caller: Caller, flow_id: str, wanted: WaveGiven, version: int | None) -> str:
    """A wave as a person has it, or one more."""
    return await _revise(caller, flow_id, WAVES, lambda call: moving.save_wave(call, wanted, version))


async def delete_wave(caller: Caller, command: Delete) -> PlanPart:
    """What moved in it is in no wave; its plan, since the wave is gone."""
    caller.need(Role.LEAD)
    async with caller.work() as uow:
        flow_id = await uow.portfolio.flow_of(Wave, command.id)
        if flow_id is None:
            raise NotFound("wave", ("id",))
        flow = await find_plan(uow, flow_id, "id")
        decide = partial(moving.delete_wave, wave_id=command.id, expected_version=command.expected_version)
        revised = await carry_through(caller, uow, flow, WAVES, decide, _changed, warns=True)
        uow.touch(command.id)
    return PlanPart(revised.subject, flow_id)


async def override_allocation(caller: Caller, flow_id: str, wanted: AllocationGiven, version: int | None) -> str:
    """Hours of a pool in a wave as a person gives them."""
    return await _revise(caller, flow_id, RESOURCES, lambda call: resources.override_allocation(call, wanted, version))


async def override_activity(caller: Caller, flow_id: str, wanted: ActivityGiven, version: int | None) -> str:
    """An activity as a person sets it."""
    return await _revise(caller, flow_id, TIMELINE, lambda call: timeline.override_activity(call, wanted, version))


async def override_cost_line(caller: Caller, flow_id: str, wanted: CostGiven, version: int | None) -> str:
    """A line as a person has it."""
    return await _revise(caller, flow_id, COSTS, lambda call: costs.override_cost_line(call, wanted, version))


async def override_synthesis(caller: Caller, flow_id: str, wanted: SynthesisGiven, version: int | None) -> str:
    """The plan in a person's words; the version is the flow's, and so is the id."""

    def decide(call: PhaseCall) -> Revised:
        return synthesis.override_synthesis(call, wanted)

    await _revise(caller, flow_id, SYNTHESIS, decide, flow_version=version)
    return flow_id


async def _revise(
    caller: Caller,
    flow_id: str,
    key: str,
    decide: Callable[[PhaseCall], Revised],
    *,
    flow_version: int | None = None,
) -> str:
    """A change carried through its own phase; the id of the part of the plan that bears it."""
    caller.need(Role.LEAD)
    async with caller.work() as uow:
        flow = (await find_plan(uow, flow_id)).expect(flow_version)
        revised = await carry_through(caller, uow, flow, key, decide, _changed, warns=True)
        uow.touch(revised.subject)
    return revised.subject


async def find_plan(uow: UnitOfWork, flow_id: str, *path: str) -> Flow:
    """The planning flow; one of another type has no waves."""
    with suppress(NotFound):
        flow = await uow.flows.get(flow_id)
        if any(phase.key == WAVES for phase in flow.definition.phases):
            return flow
    raise NotFound("planning flow", path or ("flowId",))


def _changed(call: PhaseCall, outcome: Outcome) -> Sequence[Any]:
    """The nodes of the plan that are others than before, or gone."""
    held = set(_values(call.portfolio.plan))
    nodes = [value for value in (*outcome.saves, *outcome.removes) if isinstance(value, _NODES)]
    gone = {id(value) for value in outcome.removes}
    return [value for value in nodes if value not in held or id(value) in gone]


def _values(plan: Plan) -> list[Any]:
    parts = [getattr(plan, field.name) for field in fields(plan)]
    return [value for part in parts for value in (part if isinstance(part, tuple) else (part,))]


async def replan_waves(caller: Caller, command: FlowAction) -> Flow:
    """Waves found anew around what people chose."""
    caller.need(Role.CONTRIBUTOR)
    async with caller.work() as uow:
        flow = (await find_plan(uow, command.flow_id)).expect(command.expected_version)
        caller.need(flow.role(Action.RUN_PHASE))
        await require_changeable(caller, uow, flow)
        flow = flow.run(WAVES, caller.stamp())
        await uow.flows.save(flow)
    return flow
