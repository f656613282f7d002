"""The parts of a plan as agents see them: the plan itself, its waves, applications and cost lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from domain.agents.applying import Applying, ruled
from domain.agents.cleaning import unknown_figures
from domain.agents.sifting import Item
from domain.agents.subjects import Subject, always, applications_of, keyed, saved
from domain.definition import Outcome, PhaseCall
from domain.planning.plan import (
    CostEstimate,
    CostLine,
    PlacedApplication,
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

WHOLE = "PLAN"
_ONE: Mapping[str, type] = {
    "wave_plan": WavePlan,
    "resource_plan": ResourcePlan,
    "timeline": Timeline,
    "cost": CostEstimate,
    "synthesis": PlanSynthesis,
}
_MANY: Mapping[str, type] = {
    "waves": Wave,
    "allocations": ResourceAllocation,
    "activities": PlanActivity,
    "milestones": PlanMilestone,
    "cost_lines": CostLine,
}


def plan_after(call: PhaseCall, outcome: Outcome) -> Plan:
    """The plan with what the outcome saves and removes."""
    plan = call.portfolio.plan
    gone = {(type(each), getattr(each, "id", None)) for each in outcome.removes}
    parts: dict[str, Any] = {name: found[-1] for name, type_ in _ONE.items() if (found := saved(outcome, type_))}
    for name, type_ in _MANY.items():
        held = {each.id: each for each in getattr(plan, name) if (type_, each.id) not in gone}
        parts[name] = tuple((held | {each.id: each for each in saved(outcome, type_)}).values())
    left = {each.application_id for each in outcome.removes if isinstance(each, PlacedApplication)}
    placed = {each.application_id: each for each in plan.placed if each.application_id not in left}
    placed |= {each.application_id: each for each in saved(outcome, PlacedApplication)}
    return replace(plan, placed=tuple(placed.values()), **parts)


def plan_subjects(call: PhaseCall, outcome: Outcome) -> Mapping[str, Subject]:
    """The plan, its waves, and the applications it places."""
    plan = plan_after(call, outcome)
    return keyed((_whole(call, outcome, plan), *_waves(plan), *_placed(call, plan)))


def cost_subjects(call: PhaseCall, outcome: Outcome) -> Mapping[str, Subject]:
    """The plan and the lines of its estimate, the dearest first."""
    plan = plan_after(call, outcome)
    return keyed((_whole(call, outcome, plan), *_lines(plan)))


def whole_subject(call: PhaseCall, outcome: Outcome) -> Mapping[str, Subject]:
    """The plan with its waves to read, and nothing but the plan to write about."""
    plan = plan_after(call, outcome)
    whole = _whole(call, outcome, plan)
    waves = [{"wave": each.key, **each.facts()} for each in _waves(plan)]
    return keyed((replace(whole, facts=lambda: {**whole.facts(), "waves": waves}),))


def _whole(call: PhaseCall, outcome: Outcome, plan: Plan) -> Subject:
    def facts() -> Mapping[str, Any]:
        told: dict[str, Any] = {
            "applications": len(call.portfolio.applications),
            "placed": len(plan.placed),
            "waves": len(plan.waves),
            "warnings": [each.message for each in outcome.warnings],
        }
        if plan.wave_plan:
            told["rationale"] = ruled(plan.wave_plan.rationale)
            told["violations"] = [each.message for each in plan.wave_plan.violations]
        if plan.resource_plan:
            told["skillGaps"] = [_gap(each) for each in plan.resource_plan.skill_gaps]
        if plan.timeline:
            told |= {"startsOn": plan.timeline.starts_on.isoformat(), "endsOn": plan.timeline.ends_on.isoformat()}
            told["milestones"] = [f"{each.name}: {each.day.isoformat()}" for each in plan.milestones]
        if plan.cost:
            told |= {name: f"{getattr(plan.cost, name):f} {call.currency}" for name in ("total", "low", "high")}
        if plan.synthesis:
            told["summary"] = ruled(plan.synthesis.summary)
            told["recommendations"] = [f"{each.title}: {each.detail}" for each in plan.synthesis.recommendations]
        return told

    return Subject(WHOLE, "plan", "The plan", plan, facts, (0,), {"flowId": call.flow_id})


def _gap(gap: Any) -> str:
    return f"{gap.skill}: {gap.hours_needed:f} hours needed, {gap.hours_available:f} there"


def _waves(plan: Plan) -> Iterator[Subject]:
    for wave in sorted(plan.waves, key=lambda each: each.number):
        size = sum(each.wave_id == wave.id for each in plan.placed)
        facts = {
            "name": wave.name,
            "pilot": wave.pilot,
            "applications": size,
            "hours": f"{wave.effort_hours:f}",
            "risk": round(wave.risk_score, 2),
            "workingDays": wave.duration_days,
            "startsOn": wave.starts_on.isoformat() if wave.starts_on else None,
            "endsOn": wave.ends_on.isoformat() if wave.ends_on else None,
            "locked": wave.locked,
            "rationale": ruled(wave.rationale),
        }
        key = f"W{wave.number}"
        yield Subject(key, "wave", wave.name, wave, always(facts), (1, wave.number), {"waveId": wave.id})


def _placed(call: PhaseCall, plan: Plan) -> Iterator[Subject]:
    waves = {each.id: each for each in plan.waves}
    of = {each.application_id: each for each in plan.placed}
    for key, application in applications_of(call):
        placed = of.get(application.id)
        wave = waves.get(placed.wave_id) if placed else None
        facts = {
            "wave": f"W{wave.number}" if wave else None,
            "because": placed.because if placed else "It is in no wave.",
            "criticality": application.criticality,
            "department": application.department,
        }
        thing = wave.number if wave else None
        refs = {"applicationId": application.id}
        yield Subject(key, "application", application.name, thing, always(facts), (2, key), refs)


def _lines(plan: Plan) -> Iterator[Subject]:
    dearest = {each.id: rank for rank, each in enumerate(sorted(plan.cost_lines, key=lambda one: -one.amount))}
    for number, each in enumerate(sorted(plan.cost_lines, key=lambda one: (one.position, one.key)), 1):
        facts = {
            "category": each.category,
            "quantity": f"{each.quantity:f} {each.unit}",
            "unitCost": f"{each.unit_cost:f}",
            "amount": f"{each.amount:f}",
            "provenance": each.provenance,
        }
        rank = (1, dearest[each.id])
        yield Subject(f"L{number}", "line", each.description, each, always(facts), rank, {"lineId": each.id})


def keeps_to_the_plan(applying: Applying, item: Item, text: str, whose: str = "the plan's") -> bool:
    """Whether a text holds no figure but those that the subjects tell; if it does, it is left out and that is told."""
    strange = unknown_figures(text, applying.known)
    if strange:
        applying.drop(item, f"it holds figures that are not {whose}: {', '.join(strange[:5])}")
    return not strange
