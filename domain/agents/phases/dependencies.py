"""dependencies: the kind of one that the source does not say, and how critical it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from domain.agents.applying import Applying, PhaseReview, unsure
from domain.agents.permission import DEPENDENCIES
from domain.agents.proposals import DependenciesProposed
from domain.agents.sifting import Item
from domain.agents.subjects import Subject, always, keyed, resaved, saved
from domain.definition import Outcome, PhaseCall
from domain.dependency import Dependency, DependencyKind
from domain.flows.discovery.dependencies import counts_of, find_cycles, still_shared
from domain.flows.discovery.dependencies import warnings_of as warned
from domain.flows.discovery.results import DependencyResult, UncertainDependency

_MOST = 500


def _subjects(call: PhaseCall, outcome: Outcome) -> Mapping[str, Subject]:
    return keyed(_numbered(call, outcome))


def _numbered(call: PhaseCall, outcome: Outcome) -> Iterator[Subject]:
    result: DependencyResult = outcome.result
    names = {each.id: each.name for each in call.portfolio.applications}
    held = {(each.from_id, each.to_id): each for each in _dependencies(call, outcome).values()}
    for number, each in enumerate(result.uncertain[:_MOST], 1):
        found = held.get((each.from_id, each.to_id))
        if found is None:
            continue
        one, other = names.get(each.from_id, "?"), names.get(each.to_id, "?")
        facts = {
            "needs": f"{one} needs {other}",
            "kind": each.kind,
            "because": each.because,
            "protocol": found.protocol,
            "criticality": found.criticality,
        }
        refs = {"dependencyId": found.id}
        yield Subject(f"E{number}", "dependency", f"{one} -> {other}", found, always(facts), (number,), refs)


def _dependencies(call: PhaseCall, outcome: Outcome) -> dict[str, Dependency]:
    gone = {each.id for each in outcome.removes if isinstance(each, Dependency)}
    held = {each.id: each for each in call.portfolio.dependencies if each.id not in gone}
    return held | {each.id: each for each in saved(outcome, Dependency)}


def _apply(applying: Applying) -> None:
    result: DependencyResult = applying.outcome.result
    uncertain = {(each.from_id, each.to_id): each for each in result.uncertain}
    changed: dict[str, Dependency] = {}
    for item in applying.of("kinds"):
        found: Dependency = item.subject.thing
        ends = (found.from_id, found.to_id)
        if _permitted(applying, item, uncertain[ends]):
            changed[found.id] = replace(found, kind=item.value.kind)
            because = f"A model says so: {item.value.reason}"
            uncertain[ends] = replace(uncertain[ends], kind=item.value.kind, because=because)
            applying.enter(item)
    for item in applying.of("criticalities"):
        found = changed.get(item.subject.thing.id, item.subject.thing)
        if found.criticality is item.value.criticality:
            continue
        kept = "the source says it" if found.criticality is not None else unsure(item)
        rules = str(found.criticality or "nothing"), "what the source says"
        applying.disagree(item, "criticality", rules, str(item.value.criticality), kept)
        if kept is None:
            changed[found.id] = replace(found, criticality=item.value.criticality)
            applying.enter(item)
    if changed:
        _close(applying, changed, tuple(uncertain.values()))


def _permitted(applying: Applying, item: Item, now: UncertainDependency) -> bool:
    found: Dependency = item.subject.thing
    if item.value.kind is found.kind:
        return False
    shared = found.kind is DependencyKind.SHARED_SERVICE
    kept = "a platform that many share is for the rules to say" if shared else unsure(item)
    applying.disagree(item, "kind", (str(found.kind), now.because), str(item.value.kind), kept)
    return kept is None


def _close(applying: Applying, changed: Mapping[str, Dependency], uncertain: tuple[UncertainDependency, ...]) -> None:
    """Counts, cycles and warnings as they follow from the dependencies as they are now."""
    call, outcome = applying.call, applying.outcome
    before: DependencyResult = outcome.result
    now = list((_dependencies(call, outcome) | dict(changed)).values())
    result = replace(
        before,
        **counts_of(now),
        cycles=find_cycles(now),
        shared_services=tuple(still_shared(before.shared_services, now)),
        uncertain=uncertain,
    )
    applying.outcome = replace(
        outcome,
        result=result,
        saves=resaved(outcome, changed, Dependency),
        warnings=tuple(warned(result, call)),
    )


REVIEW = PhaseReview(
    DEPENDENCIES, DependenciesProposed, _subjects, _apply, lambda outcome: len(outcome.result.uncertain)
)
