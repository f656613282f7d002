"""What a person's change of a plan comes to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from domain.definition import Outcome, PhaseCall
from domain.errors import StaleVersion, shown_time
from domain.override import Override
from domain.planning.choices import PlanChoices
from domain.planning.plan import CostEstimate, PartChanged, PlanSynthesis, ResourcePlan, Timeline, WavePlan

Part = WavePlan | ResourcePlan | Timeline | CostEstimate | PlanSynthesis


@dataclass(frozen=True, slots=True)
class Revised:
    """The phase's outcome, the record of it, and whose id it bears: the changed part's."""

    subject: str
    outcome: Outcome
    override: Override


def choices_of(call: PhaseCall) -> PlanChoices:
    """What people chose in this plan so far."""
    return call.portfolio.plan.choices or PlanChoices(call.flow_id, call.flow_id)


def with_choices(call: PhaseCall, choices: PlanChoices) -> PhaseCall:
    """The call as if that had been chosen."""
    plan = replace(call.portfolio.plan, choices=choices)
    return replace(call, portfolio=replace(call.portfolio, plan=plan))


def expect(part: Part, version: int | None, name: str) -> None:
    """Raise StaleVersion, telling what changed, when somebody else changed that part since that version."""
    if version in (None, part.version):
        return
    details: dict[str, Any] = {"expectedVersion": version, "currentVersion": part.version}
    if part.last_change is not None:
        last = part.last_change
        details |= {"changedBy": last.by, "changedAt": shown_time(last.at), "changed": list(last.fields)}
    raise StaleVersion(name, details)


def changed(call: PhaseCall, *fields: str) -> PartChanged:
    """By whom, now, and what."""
    return PartChanged(call.by, call.now, fields)


def planned_on(call: PhaseCall) -> date:
    """The day on which the phase was worked out: a person's change of it looks at nothing newer."""
    before = call.results.get(call.phase)
    return call.as_of if before is None else before.as_of


def differing(after: Iterable[Any], before: Iterable[Any]) -> tuple[Any, ...]:
    """What is new or otherwise than before."""
    held = {value.id: value for value in before if value is not None}
    return tuple(value for value in after if held.get(value.id) != value)
