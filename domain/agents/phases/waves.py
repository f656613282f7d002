"""wave_planning: reasons behind the rules' own, and moves for a person to make or leave."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from domain.agents.applying import Applying, PhaseReview, behind
from domain.agents.permission import WAVES
from domain.agents.phases.plans import WHOLE, keeps_to_the_plan, plan_after, plan_subjects
from domain.agents.proposals import WavesProposed
from domain.agents.sifting import Item
from domain.planning.plan import Wave, WavePlan
from domain.source import Source


def _apply(applying: Applying) -> None:
    plan = plan_after(applying.call, applying.outcome)
    changed: dict[str, Any] = {}
    for item in applying.of("rationales"):
        part: WavePlan | Wave | None = plan.wave_plan if item.subject.key == WHOLE else item.subject.thing
        if part is not None and keeps_to_the_plan(applying, item, item.value.text):
            rationale = behind(part.rationale, item.value.text)
            if rationale != part.rationale:
                changed[part.id] = replace(part, rationale=rationale)
                applying.enter(item)
    for item in applying.of("moves"):
        _suggest(applying, item)
    if changed:
        _close(applying, changed, plan.wave_plan)


def _suggest(applying: Applying, item: Item) -> None:
    number = applying.subjects[item.value.wave].thing.number
    if item.subject.thing == number:
        return
    now = f"wave {item.subject.thing}" if item.subject.thing else "no wave"
    applying.suggest(item, f"move it to wave {number}; it is in {now}", wave=number, before=item.subject.thing)


def _close(applying: Applying, changed: dict[str, Any], whole: WavePlan | None) -> None:
    """The plan says that a model has had a say in it, unless a person's word is in it."""
    before, saves = applying.call.portfolio.plan, applying.outcome.saves
    if whole is not None and whole.source is Source.RULES:
        changed[whole.id] = replace(changed.get(whole.id, whole), source=Source.MODEL_CHECKED_BY_RULES)
    left = dict(changed)
    now = [left.pop(each.id) if isinstance(each, WavePlan | Wave) and each.id in left else each for each in saves]
    held = {each.id: each for each in (*before.waves, before.wave_plan) if each}
    now += [each for id, each in left.items() if held.get(id) != each]
    if before.wave_plan and all(held.get(each.id) == each for each in now if isinstance(each, Wave)):
        now = [_as_held(each, before.wave_plan) if isinstance(each, WavePlan) else each for each in now]
    applying.outcome = replace(applying.outcome, saves=tuple(now))


def _as_held(plan: WavePlan, held: WavePlan) -> WavePlan:
    """What comes to the same as in an earlier run keeps its version."""
    timed = replace(plan, version=held.version, last_change=held.last_change, solver_seconds=held.solver_seconds)
    return held if timed == held else plan


REVIEW = PhaseReview(WAVES, WavesProposed, plan_subjects, _apply)
