"""What moves would make of a plan, while nothing is kept: by the very rules that would carry them out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from domain.definition import Outcome, PhaseCall
from domain.flows.planning.costs import COSTS, estimate_costs
from domain.flows.planning.moving import MoveGiven, move_applications
from domain.flows.planning.resources import allocate_resources
from domain.planning.choices import PlanChoices
from domain.planning.plan import (
    CostEstimate,
    CostLine,
    PlacedApplication,
    Plan,
    ResourceAllocation,
    ResourcePlan,
    Wave,
    WavePlan,
    between_waves,
)
from domain.planning.waves.violation import Violation

_ONCE: Mapping[str, type] = {
    "choices": PlanChoices,
    "wave_plan": WavePlan,
    "resource_plan": ResourcePlan,
    "cost": CostEstimate,
}
_MANY: Mapping[str, type] = {
    "waves": Wave,
    "placed": PlacedApplication,
    "allocations": ResourceAllocation,
    "cost_lines": CostLine,
}


@dataclass(frozen=True)
class MovePreview:
    """The plan as it would be, beside what it was made from."""

    call: PhaseCall
    plan: Plan

    @cached_property
    def waves(self) -> tuple[WavePreview, ...]:
        """By number."""
        members: defaultdict[str, list[str]] = defaultdict(list)
        for each in self.plan.placed:
            members[each.wave_id].append(each.application_id)
        ordered = sorted(self.plan.waves, key=lambda wave: wave.number)
        return tuple(WavePreview(self, wave, tuple(sorted(members[wave.id]))) for wave in ordered)

    @property
    def violations(self) -> tuple[Violation, ...]:
        """What the plan would break."""
        return self.plan.wave_plan.violations if self.plan.wave_plan else ()

    @property
    def cross_wave_dependency_count(self) -> int:
        """As it is counted of a plan that is kept."""
        return between_waves(self.plan.numbers, self.call.portfolio.dependencies)

    @cached_property
    def costs(self) -> Mapping[str, Decimal]:
        """What each wave would come to, by its id; empty while the plan has no estimate.

        Hours are given out anew, and priced as on the day of the estimate; the timeline is as it was, so that a new
        wave has no dates by which anything runs twice.
        """
        estimated = self.call.results.get(COSTS)
        if estimated is None:
            return {}
        call = _with_plan(self.call, self.plan)
        call = _with_plan(call, _after(self.plan, allocate_resources(call)))
        lines = _after(call.portfolio.plan, estimate_costs(replace(call, as_of=estimated.as_of))).cost_lines
        amounts = dict.fromkeys((wave.id for wave in self.plan.waves), Decimal())
        for line in lines:
            if line.wave_id is not None:
                amounts[line.wave_id] += line.amount
        return amounts


@dataclass(frozen=True)
class WavePreview:
    """A wave as it would be."""

    preview: MovePreview
    wave: Wave
    application_ids: tuple[str, ...]

    @property
    def cost(self) -> Decimal | None:
        """Before contingency; None while the plan has no estimate."""
        return self.preview.costs.get(self.wave.id)


def preview_moves(call: PhaseCall, moves: Sequence[MoveGiven]) -> MovePreview:
    """What they would do, or Refused with everything that is wrong with them."""
    revised = move_applications(call, moves, None, None)
    return MovePreview(call, _after(call.portfolio.plan, revised.outcome))


def _with_plan(call: PhaseCall, plan: Plan) -> PhaseCall:
    return replace(call, portfolio=replace(call.portfolio, plan=plan))


def _after(plan: Plan, outcome: Outcome) -> Plan:
    """The plan with what a rule saves and without what it removes."""
    parts: dict[str, Any] = {}
    for name, type_ in _ONCE.items():
        saved = (value for value in outcome.saves if isinstance(value, type_))
        parts[name] = next(saved, getattr(plan, name))
    for name, type_ in _MANY.items():
        held = {_key(value): value for value in getattr(plan, name)}
        held |= {_key(value): value for value in outcome.saves if isinstance(value, type_)}
        gone = {_key(value) for value in outcome.removes if isinstance(value, type_)}
        parts[name] = tuple(value for key, value in held.items() if key not in gone)
    return replace(plan, **parts)


def _key(value: Any) -> str:
    return str(value.application_id) if isinstance(value, PlacedApplication) else str(value.id)
