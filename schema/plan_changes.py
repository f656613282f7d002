"""Mutations on plans: waves, allocations, activities, costs, their synthesis, and the pools they draw on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from domain.commands import FlowAction
from domain.flow import Flow
from domain.flows.planning.costs import CostGiven
from domain.flows.planning.moving import MoveGiven, WaveGiven
from domain.flows.planning.resources import AllocationGiven
from domain.flows.planning.synthesis import RecommendationGiven, SynthesisGiven
from domain.flows.planning.timeline_editing import ActivityGiven
from domain.pool_edit import PoolGiven
from domain.resource_pool import ResourcePool
from resolvers import adopting, pools
from resolvers import planning as commands
from resolvers.context import Caller, Context
from schema.commanding import Outcome, Said, carry_out, command
from schema.correcting import deleted, deletion
from schema.ids import flow_id
from schema.payloads import DeletePayload, FlowPayload
from schema.plan_payloads import CostPayload, ResourcePlanPayload, ResourcePoolPayload, TimelinePayload, WavePlanPayload

_POOL = "ResourcePool"


def _given(said: Said, *names: str) -> dict[str, Any]:
    """What of these is said at all; null is said."""
    return {name: said[name] for name in names if name in said}


async def _changed(
    context: Context, mutation: str, input: Any, act: Callable[[Caller, str, Said], Awaitable[str]]
) -> tuple[Outcome, str | None]:
    """A change of a part of the flow that the input names; the flow too."""
    outcome = await carry_out(context, mutation, input, lambda caller, said: act(caller, said["flow_id"], said))
    return outcome, flow_id(input.flow_id)


async def move_applications(context: Context, input: Any) -> WavePlanPayload:
    """Where applications move."""

    async def act(caller: Caller, flow: str, said: Said) -> str:
        moves = tuple(MoveGiven(each["application_id"], **_target(each["to"])) for each in said["moves"])
        version = said.get("expected_version")
        return await commands.move_applications(caller, flow, moves, said.get("rationale"), version)

    return WavePlanPayload.of(*await _changed(context, "moveApplications", input, act))


def _target(said: Said) -> dict[str, Any]:
    """The one way of saying where to that was taken."""
    return {name: value for name, value in said.items() if value is not None}


async def save_wave(context: Context, input: Any) -> WavePlanPayload:
    """A wave as a person has it."""

    async def act(caller: Caller, flow: str, said: Said) -> str:
        given = _given(said, "name", "starts_on", "locked", "max_applications")
        return await commands.save_wave(
            caller, flow, WaveGiven(said.get("wave_id"), given), said.get("expected_version")
        )

    return WavePlanPayload.of(*await _changed(context, "saveWave", input, act))


async def delete_wave(context: Context, input: Any) -> WavePlanPayload:
    """A wave less."""

    async def act(caller: Caller, said: Said) -> commands.PlanPart:
        return await commands.delete_wave(caller, deletion(said, "Wave"))

    outcome = await carry_out(context, "deleteWave", input, act)
    return WavePlanPayload.of(outcome, outcome.value.flow_id if outcome.value else None)


async def override_allocation(context: Context, input: Any) -> ResourcePlanPayload:
    """Hours of a pool in a wave."""

    async def act(caller: Caller, flow: str, said: Said) -> str:
        wanted = command(AllocationGiven, said)
        return await commands.override_allocation(caller, flow, wanted, said.get("expected_version"))

    return ResourcePlanPayload.of(*await _changed(context, "overrideAllocation", input, act))


async def override_activity(context: Context, input: Any) -> TimelinePayload:
    """When an activity is, how long it takes, how far it is."""

    async def act(caller: Caller, flow: str, said: Said) -> str:
        given = _given(said, "starts_on", "working_days", "percent_complete")
        wanted = ActivityGiven(said["activity_id"], given, said.get("rationale"))
        return await commands.override_activity(caller, flow, wanted, said.get("expected_version"))

    return TimelinePayload.of(*await _changed(context, "overrideActivity", input, act))


async def override_cost_line(context: Context, input: Any) -> CostPayload:
    """How much of something, and at what price."""

    async def act(caller: Caller, flow: str, said: Said) -> str:
        wanted = CostGiven(said["line_id"], said["rationale"], _given(said, "quantity", "unit_cost"))
        return await commands.override_cost_line(caller, flow, wanted, said.get("expected_version"))

    return CostPayload.of(*await _changed(context, "overrideCostLine", input, act))


async def override_synthesis(context: Context, input: Any) -> FlowPayload:
    """A plan in a person's words."""

    async def act(caller: Caller, said: Said) -> str:
        given = _given(said, "summary", "recommendations")
        if given.get("recommendations") is not None:
            given["recommendations"] = tuple(RecommendationGiven(**each) for each in given["recommendations"])
        wanted = SynthesisGiven(said["rationale"], given)
        return await commands.override_synthesis(caller, said["flow_id"], wanted, said.get("expected_version"))

    return FlowPayload.of(await carry_out(context, "overrideSynthesis", input, act))


async def replan_waves(context: Context, input: Any) -> FlowPayload:
    """Waves found anew."""

    async def act(caller: Caller, said: Said) -> Flow:
        return await commands.replan_waves(caller, command(FlowAction, said))

    return FlowPayload.of(await carry_out(context, "replanWaves", input, act))


async def adopt_plan(context: Context, input: Any) -> FlowPayload:
    """The plan in force."""

    async def act(caller: Caller, said: Said) -> Flow:
        return await adopting.adopt_plan(caller, command(FlowAction, said))

    return FlowPayload.of(await carry_out(context, "adoptPlan", input, act))


async def save_resource_pool(context: Context, input: Any) -> ResourcePoolPayload:
    """A pool as a person has it."""

    async def act(caller: Caller, said: Said) -> ResourcePool:
        dates = _given(said, "available_from", "available_until")
        wanted = command(PoolGiven, Said({**said, "skills": tuple(said["skills"]), "given": dates}))
        return await pools.save_resource_pool(caller, wanted, said.get("expected_version"))

    outcome = await carry_out(context, "saveResourcePool", input, act)
    return ResourcePoolPayload(outcome.id, outcome.problems)


async def delete_resource_pool(context: Context, input: Any) -> DeletePayload:
    """A pool that is offered to no plan any more."""

    async def act(caller: Caller, said: Said) -> str:
        return await pools.delete_resource_pool(caller, deletion(said, _POOL))

    return deleted(await carry_out(context, "deleteResourcePool", input, act), _POOL)
