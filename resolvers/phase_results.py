"""A person's change to what a phase came to, for phases that are revised as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from domain.access import Role
from domain.commands import OverridePhase
from domain.definition import PhaseCall
from domain.errors import ErrorCode, refuse
from domain.phase_override import RevisedPhase, revised
from domain.transition import FlowAction
from resolvers.context import Caller
from resolvers.overriding import carry_through


async def override_phase(caller: Caller, wanted: OverridePhase) -> str:
    """The flow's id, once its phase came to that; what used the phase's result becomes stale."""
    caller.need(Role.CONTRIBUTOR)
    async with caller.work() as uow:
        flow = (await uow.flows.get(wanted.flow_id)).expect(wanted.expected_version)
        phase = flow.definition.phase(wanted.phase)
        caller.need(flow.role(FlowAction.OVERRIDE))

        def decide(call: PhaseCall) -> RevisedPhase:
            data = {**caller.shapes.encode(call.results[phase.key]), **_given(wanted.data)}
            typed: Any = caller.shapes.decode(phase.result, data, ("data",))
            given = replace(call, input=typed)
            return revised(flow.kind, phase, given, caller.shapes.encode, wanted.rationale)

        await carry_through(caller, uow, flow, phase.key, decide, warns=True)
    return flow.id


def _given(data: Any) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise refuse(ErrorCode.INVALID_INPUT, "Give an object with fields of the phase's result.", "data")
    return data
