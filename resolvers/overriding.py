"""How a person's change is carried through the phase that it changes: the same for every flow type."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol, TypeVar

from domain.application import Application
from domain.calling import Calling, told
from domain.definition import Outcome, PhaseCall
from domain.errors import ErrorCode, refuse
from domain.event import Event, EventKind
from domain.flow import Flow
from domain.override import Override
from domain.ports import UnitOfWork
from domain.source import Source
from domain.transition import FlowAction
from resolvers.changing import require_changeable
from resolvers.context import Caller


class Revised(Protocol):
    """What a change comes to: the phase's outcome, the record of it, and whose id it bears."""

    @property
    def subject(self) -> str: ...

    @property
    def outcome(self) -> Outcome: ...

    @property
    def override(self) -> Override: ...


R = TypeVar("R", bound=Revised)
Changes = Callable[[PhaseCall, Outcome], Sequence[Any]]


def saved_applications(_call: PhaseCall, outcome: Outcome) -> Sequence[Any]:
    """What a flow over applications tells of a change, beside the override itself."""
    return [value for value in outcome.saves if isinstance(value, Application)]


async def carry_through(
    caller: Caller,
    uow: UnitOfWork,
    flow: Flow,
    key: str,
    decide: Callable[[PhaseCall], R],
    changes: Changes = saved_applications,
    *,
    warns: bool = False,
) -> R:
    """The change kept in its own phase; what used it becomes stale.

    `changes` are the nodes that the flow tells of. Where the decision `warns`, what it warns of replaces what the phase
    warned of before.
    """
    flow.require(FlowAction.OVERRIDE)
    if not flow.overridable(key):
        raise refuse(ErrorCode.INVALID_TRANSITION, f"The phase {key} has no result to change yet.", "flowId")
    await require_changeable(caller, uow, flow)
    phase, calling = flow.definition.phase(key), Calling(uow, caller.shapes, caller.stamp())
    needs = phase.needs | (phase.pause.needs if phase.pause else frozenset())
    call = await calling.call(flow, key, needs)
    revised = decide(call)
    outcome = replace(revised.outcome, saves=(*revised.outcome.saves, revised.override))
    learned = await calling.keep(flow, phase, outcome, Source.USER)
    change = Event(EventKind.OVERRIDE, caller.now(), key, {"overrideId": revised.override.id})
    proposed = await calling.propose(flow, phase)
    warnings = revised.outcome.warnings if warns else None
    flow = flow.override(key, caller.stamp(), change, proposed, warnings)
    event = told(changes(call, outcome), caller.stamp(), key)
    await uow.flows.save(replace(flow, events=(*flow.events, *learned, *((event,) if event else ()))))
    return revised
