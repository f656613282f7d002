"""A modernization as agents see it; of all of it, only the trade-offs of a design take in their words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from domain.agents.applying import Applying, PhaseReview, behind, ruled
from domain.agents.permission import DESIGNS, WORK, WORTH
from domain.agents.phases.plans import keeps_to_the_plan
from domain.agents.phases.suggesting import suggest_risks, suggest_texts
from domain.agents.proposals import DesignsProposed, WorkProposed, WorthProposed
from domain.agents.subjects import Subject, always, applications_of, keyed, resaved, saved
from domain.definition import Outcome, PhaseCall
from domain.modernization import ModernizationCandidate, TargetDesign, WorkItem
from domain.source import Source


def _candidates(call: PhaseCall, outcome: Outcome) -> Mapping[str, Subject]:
    """Each application with its rank, where it has one, and what drives it."""
    found: dict[str, ModernizationCandidate] = {
        each.application_id: each for each in saved(outcome, ModernizationCandidate)
    }
    return keyed(_ranked(call, found))


def _ranked(call: PhaseCall, found: Mapping[str, ModernizationCandidate]) -> Iterator[Subject]:
    for key, application in applications_of(call):
        candidate = found.get(application.id)
        facts = {
            "criticality": application.criticality,
            "department": application.department,
            "users": application.user_count,
            "rank": candidate.number if candidate else None,
            "score": candidate.score if candidate else None,
            "drivers": [f"{each.name}: {each.because}" for each in candidate.drivers] if candidate else [],
        }
        rank = (candidate.number if candidate else len(found) + 1, key)
        refs = {"applicationId": application.id}
        yield Subject(key, "application", application.name, application, always(facts), rank, refs)


def _designs(call: PhaseCall, outcome: Outcome) -> Mapping[str, Subject]:
    """Each design with the component that it is for."""
    found: list[TargetDesign] = sorted(saved(outcome, TargetDesign), key=lambda each: each.number)
    names = {each.id: each.name for each in call.portfolio.components}
    owners = {each.id: each.name for each in call.portfolio.applications}
    return keyed(_design(each, names, owners) for each in found)


def _design(design: TargetDesign, names: Mapping[str, str], owners: Mapping[str, str]) -> Subject:
    facts = {
        "application": owners.get(design.application_id),
        "now": design.current_state,
        "pattern": design.pattern,
        "target": design.target_state,
        "services": list(design.services),
        "tradeoffs": ruled(design.tradeoffs),
    }
    name = names.get(design.component_id, design.component_id)
    refs = {"componentId": design.component_id}
    return Subject(f"D{design.number}", "design", name, design, always(facts), (0, design.number), refs)


def _work(call: PhaseCall, outcome: Outcome) -> Mapping[str, Subject]:
    """Each application, and each work item in order."""
    items: list[WorkItem] = sorted(saved(outcome, WorkItem), key=lambda each: each.number)
    return keyed((*_worked(call, items), *_items(items)))


def _worked(call: PhaseCall, items: list[WorkItem]) -> Iterator[Subject]:
    own: defaultdict[str, list[Decimal]] = defaultdict(list)
    for item in items:
        own[item.application_id].append(item.effort_hours)
    for key, application in applications_of(call):
        facts = {
            "criticality": application.criticality,
            "users": application.user_count,
            "items": len(own[application.id]),
            "hours": f"{sum(own[application.id], Decimal(0)):f}",
        }
        refs = {"applicationId": application.id}
        yield Subject(key, "application", application.name, application, always(facts), (0, key), refs)


def _items(items: list[WorkItem]) -> Iterator[Subject]:
    numbers = {each.id: each.number for each in items}
    for each in items:
        facts = {
            "hours": f"{each.effort_hours:f}",
            "after": [f"I{numbers[id]}" for id in each.depends_on if id in numbers],
            "doneWhen": each.acceptance,
        }
        refs = {"workItemId": each.id}
        yield Subject(f"I{each.number}", "work item", each.title, each, always(facts), (1, each.number), refs)


def _advise_worth(applying: Applying) -> None:
    suggest_texts(applying, "suggestions")


def _apply_designs(applying: Applying) -> None:
    """Trade-offs are said behind the rules', in the list and in the result alike."""
    held: dict[str, TargetDesign] = {each.id: each for each in saved(applying.outcome, TargetDesign)}
    changed: dict[str, TargetDesign] = {}
    for item in applying.of("tradeoffs"):
        before = held[item.subject.thing.id]
        said = behind(before.tradeoffs, item.value.text)
        if said != before.tradeoffs and keeps_to_the_plan(applying, item, item.value.text, "the designs'"):
            changed[before.id] = replace(before, tradeoffs=said, source=Source.MODEL_CHECKED_BY_RULES)
            applying.enter(item)
    if changed:
        applying.outcome = _with(applying.outcome, changed)
    suggest_texts(applying, "suggestions")


def _with(outcome: Outcome, changed: Mapping[str, TargetDesign]) -> Outcome:
    texts = {each.component_id: each for each in changed.values()}
    designs = tuple(
        replace(each, tradeoffs=new.tradeoffs, source=new.source) if (new := texts.get(each.component_id)) else each
        for each in outcome.result.designs
    )
    result = replace(outcome.result, designs=designs)
    return replace(outcome, result=result, saves=resaved(outcome, changed, TargetDesign))


REVIEWS = (
    PhaseReview(WORTH, WorthProposed, _candidates, _advise_worth),
    PhaseReview(DESIGNS, DesignsProposed, _designs, _apply_designs),
    PhaseReview(WORK, WorkProposed, _work, suggest_risks),
)
