"""Phases in which agents only suggest: standards, resources, the timeline and costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from domain.agents.applying import Applying, PhaseReview
from domain.agents.permission import COSTS, RESOURCES, STANDARDS, TIMELINE
from domain.agents.phases.plans import cost_subjects, keeps_to_the_plan, plan_subjects
from domain.agents.phases.suggesting import suggest_risks, suggest_texts
from domain.agents.proposals import CostsProposed, ResourcesProposed, StandardsProposed, TimelineProposed
from domain.agents.subjects import Subject, always, keyed, saved
from domain.definition import Outcome, PhaseCall
from domain.standard import ArchitectureStandard

_ALL = "ALL"


def _standards(call: PhaseCall, outcome: Outcome) -> Mapping[str, Subject]:
    held = {each.id: each for each in (*call.portfolio.standards, *saved(outcome, ArchitectureStandard))}
    return keyed(_numbered(list(held.values())))


def _numbered(standards: list[ArchitectureStandard]) -> Iterator[Subject]:
    count = len(standards)
    yield Subject(_ALL, "engagement", "The standards", None, lambda: {"standards": count}, (0,))
    for number, each in enumerate(sorted(standards, key=lambda one: (one.key, one.id)), 1):
        facts = {
            "category": each.category,
            "requirement": each.requirement,
            "mandatory": each.mandatory,
            "versions": [f"{version.technology} {version.specifier}" for version in each.supported_versions],
        }
        rank = (1, not each.mandatory, number)
        yield Subject(f"S{number}", "standard", each.name, each, always(facts), rank, {"standardId": each.id})


def _advise_standards(applying: Applying) -> None:
    suggest_texts(applying, "requirements")


def _advise_resources(applying: Applying) -> None:
    suggest_texts(applying, "suggestions")


def _advise_costs(applying: Applying) -> None:
    for item in applying.of("assumptions"):
        if keeps_to_the_plan(applying, item, item.value.text):
            applying.suggest(item, item.value.text)
    for item in applying.of("missing"):
        text = f"a line is missing under {item.value.category}: {item.value.description}"
        applying.suggest(item, text, category=str(item.value.category))


REVIEWS = (
    PhaseReview(STANDARDS, StandardsProposed, _standards, _advise_standards),
    PhaseReview(RESOURCES, ResourcesProposed, plan_subjects, _advise_resources),
    PhaseReview(TIMELINE, TimelineProposed, plan_subjects, suggest_risks),
    PhaseReview(COSTS, CostsProposed, cost_subjects, _advise_costs),
)
