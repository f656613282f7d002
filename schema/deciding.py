"""Mutations on the decisions of an assessment."""

from __future__ import annotations

from typing import Any

from domain.decision import Decision, HoursRange, Risk
from domain.flow import Flow
from domain.sixr.overriding import DecisionChange, TreatmentChange
from resolvers import assessment as commands
from resolvers.context import Caller, Context
from schema.commanding import Said, carry_out, command
from schema.ids import flow_id
from schema.payloads import DecisionPayload, DecisionsPayload, FlowPayload


async def override_decision(context: Context, input: Any) -> DecisionPayload:
    """A person's choice instead of the proposal."""

    async def act(caller: Caller, said: Said) -> Decision:
        wanted = commands.OverrideDecision(
            said["flow_id"], said["application_id"], _change(said), said.get("expected_version")
        )
        return await commands.override(caller, wanted)

    outcome = await carry_out(context, "overrideDecision", input, act)
    return DecisionPayload(outcome.id, flow_id(input.flow_id) if outcome.id else None, outcome.problems)


def _change(said: Said) -> DecisionChange:
    risks = said.get("risks")
    return DecisionChange(
        rationale=said["rationale"],
        strategy=said.get("strategy"),
        depth=said.get("depth"),
        treatments=tuple(TreatmentChange(**treatment) for treatment in said.get("treatments") or ()),
        effort=HoursRange(**said["effort"]) if said.get("effort") else None,
        risks=None if risks is None else tuple(Risk(**risk) for risk in risks),
        move_group=said.get("move_group"),
    )


async def accept_decisions(context: Context, input: Any) -> DecisionsPayload:
    """Decisions accepted as they stand."""

    async def act(caller: Caller, said: Said) -> tuple[Decision, ...]:
        wanted = commands.AcceptDecisions(said["flow_id"], tuple(said["application_ids"]))
        return await commands.accept(caller, wanted)

    outcome = await carry_out(context, "acceptDecisions", input, act)
    if outcome.problems:
        return DecisionsPayload(None, None, outcome.problems)
    return DecisionsPayload(outcome.ids, flow_id(input.flow_id), ())


async def finalize_assessment(context: Context, input: Any) -> FlowPayload:
    """The end of an assessment for some of its applications, or for all."""

    async def act(caller: Caller, said: Said) -> Flow:
        ids = said.get("application_ids")
        wanted = {**said, "application_ids": None if ids is None else tuple(ids)}
        return await commands.finalize(caller, command(commands.FinalizeAssessment, Said(wanted)))

    return FlowPayload.of(await carry_out(context, "finalizeAssessment", input, act))
