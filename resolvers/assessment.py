"""What people do to the decisions of an assessment: override them, accept them, finalize them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from domain.access import Role
from domain.calling import Calling
from domain.commands import SubmitPhaseInput
from domain.decision import Decision
from domain.definition import Outcome, Phase, PhaseCall
from domain.errors import NotFound, Refused, StaleVersion, shown_time
from domain.event import Event, EventKind
from domain.flow import Flow
from domain.flows.assessment.override import PHASE, override_decision
from domain.flows.assessment.strategies import accept_decisions, summed
from domain.need import Need
from domain.ports import UnitOfWork
from domain.sixr.overriding import DecisionChange
from domain.source import Source
from domain.transition import FlowAction
from resolvers.context import Caller
from resolvers.flows import answered

FINALIZATION = "finalization"

# What a change of one decision looks at of every application.
_ALL = frozenset({Need.APPLICATIONS, Need.DEPENDENCIES})


@dataclass(frozen=True, slots=True)
class OverrideDecision:
    """What a person wants of one application's decision; the version is the decision's."""

    flow_id: str
    application_id: str
    change: DecisionChange
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class AcceptDecisions:
    """The applications whose decisions are accepted as they stand."""

    flow_id: str
    application_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FinalizeAssessment:
    """The applications to finalize; all of the flow's when none are named."""

    flow_id: str
    application_ids: tuple[str, ...] | None = None
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class _Deciding:
    """The decisions' phase of a flow, as a change of it sees it."""

    flow: Flow
    phase: Phase
    calling: Calling
    call: PhaseCall

    async def keep(self, outcome: Outcome, change: Event) -> Flow:
        """The flow after the change, with what later phases must do about it."""
        learned = await self.calling.keep(self.flow, self.phase, outcome, Source.USER)
        proposed = self.calling.proposed(self.call, self.phase, outcome)
        flow = self.flow.override(PHASE, self.calling.stamp, change, proposed)
        return replace(flow, events=(*flow.events, *learned))


async def _deciding(caller: Caller, uow: UnitOfWork, flow_id: str, needs: frozenset[Need]) -> _Deciding:
    flow = await find_assessment(uow, flow_id)
    flow.require(FlowAction.OVERRIDE)
    calling = Calling(uow, caller.shapes, caller.stamp())
    return _Deciding(flow, flow.definition.phase(PHASE), calling, await calling.call(flow, PHASE, needs))


async def _looking_into(uow: UnitOfWork, deciding: _Deciding, application_id: str) -> PhaseCall:
    """The call with one application's details, and with the decisions that a change of its own touches."""
    portfolio, flow_id = deciding.call.portfolio, deciding.flow.id
    # Named without the flow, whose debt of all applications would come along.
    found = await uow.portfolio.load(deciding.phase.needs - _ALL - {Need.DECISIONS}, "", (application_id,))
    touched = {application_id, *(each.from_id for each in portfolio.dependencies if each.to_id == application_id)}
    seen = replace(
        portfolio,
        components=found.components,
        debt=found.debt,
        exceptions=found.exceptions,
        decisions=await uow.portfolio.decisions(flow_id, touched),
    )
    return replace(deciding.call, portfolio=seen)


async def find_assessment(uow: UnitOfWork, flow_id: str) -> Flow:
    """The assessment; a flow of another type has no decisions."""
    flow = await uow.flows.get(flow_id)
    if all(phase.key != PHASE for phase in flow.definition.phases):
        raise NotFound("assessment", ("flowId",))
    return flow


async def override(caller: Caller, command: OverrideDecision) -> Decision:
    """A person's choice instead of the proposal; both are kept, and something is learned from it."""
    caller.need(Role.ARCHITECT)
    async with caller.work() as uow:
        deciding = await _deciding(caller, uow, command.flow_id, _ALL)
        call = await _looking_into(uow, deciding, command.application_id)
        _expect(call, command)
        made = override_decision(call, command.application_id, command.change)
        uow.touch(made.decision.id)
        outcome = replace(made.outcome, saves=(*made.outcome.saves, made.override))
        told = Event(EventKind.OVERRIDE, caller.stamp().at, PHASE, {"overrideId": made.override.id})
        await uow.flows.save(await deciding.keep(outcome, told))
    return made.decision


def _expect(call: PhaseCall, command: OverrideDecision) -> None:
    found = next((each for each in call.portfolio.decisions if each.application_id == command.application_id), None)
    if found is None or command.expected_version in (None, found.version):
        return
    details: dict[str, Any] = {"expectedVersion": command.expected_version, "currentVersion": found.version}
    if found.last_change:
        last = found.last_change
        # What the newest change touched: of those before it only the overrides tell.
        details |= {"changedBy": last.by, "changedAt": shown_time(last.at), "changed": list(last.fields)}
    raise StaleVersion("decision", details)


async def accept(caller: Caller, command: AcceptDecisions) -> tuple[Decision, ...]:
    """The decisions accepted, in the order of the applications; those too close to call are refused."""
    caller.need(Role.ARCHITECT)
    async with caller.work() as uow:
        deciding = await _deciding(caller, uow, command.flow_id, _ALL | {Need.DECISIONS})
        saves = accept_decisions(deciding.call, command.application_ids, ("applicationIds",))
        after = {each.application_id: each for each in (*deciding.call.portfolio.decisions, *saves)}
        accepted = tuple(after[id] for id in dict.fromkeys(command.application_ids))
        for decision in accepted:
            uow.touch(decision.id)
        if saves:
            told = [["Decision", decision.id] for decision in saves]
            event = Event(EventKind.CHILD_CHANGED, caller.stamp().at, PHASE, {"changed": told})
            result = summed(deciding.call, sorted(after.values(), key=lambda each: each.id))
            await uow.flows.save(await deciding.keep(Outcome(result, saves), event))
    return accepted


async def finalize(caller: Caller, command: FinalizeAssessment) -> Flow:
    """The assessment's end for these applications."""
    caller.need(Role.LEAD)
    async with caller.work() as uow:
        flow = (await find_assessment(uow, command.flow_id)).expect(command.expected_version)
        flow.require(FlowAction.FINALIZE)
        ids = flow.application_ids if command.application_ids is None else command.application_ids
        answer = SubmitPhaseInput(flow.id, FINALIZATION, {"applicationIds": list(ids)})
        try:
            flow = await answered(caller, uow, flow, answer)
        except Refused as refused:
            raise Refused(replace(each, path=each.path[1:]) for each in refused.problems) from None
        await uow.flows.save(flow)
    return flow
