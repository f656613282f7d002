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
    if whole is not None and whole.source is Source.RULES:
        changed[whole.id] = replace(changed.get(whole.id, whole), source=Source.MODEL_CHECKED_BY_RULES)
    left = dict(changed)
    types = (WavePlan, Wave)
    kept = [
        left.pop(each.id) if isinstance(each, types) and each.id in left else each for each in applying.outcome.saves
    ]
    held = {
        each.id: each for each in (*applying.call.portfolio.plan.waves, applying.call.portfolio.plan.wave_plan) if each
    }
    new = (each for id, each in left.items() if held.get(id) != each)
    applying.outcome = replace(applying.outcome, saves=(*kept, *new))


REVIEW = PhaseReview(WAVES, WavesProposed, plan_subjects, _apply)
