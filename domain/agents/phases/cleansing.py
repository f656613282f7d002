"""data_cleansing: which findings are proposed for acceptance; better values are for people to write."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from heapq import nsmallest
from typing import Any

from domain.agents.applying import Applying, PhaseReview, unsure
from domain.agents.permission import CLEANSING
from domain.agents.proposals import CleansingProposed
from domain.agents.sifting import Item
from domain.agents.subjects import Subject, always, keyed
from domain.definition import Outcome, PhaseCall
from domain.flows.discovery.cleansing import remembering
from domain.flows.discovery.findings import DOUBTFUL, CleansingRule
from domain.flows.discovery.results import CleansingResult, FindingAdvice
from domain.inventory import CleansingFinding

# Of a hundred thousand rows there may be as many findings: a model looks at the first of each rule.
_MOST = 500
_RULES = frozenset(CleansingRule)


def _subjects(call: PhaseCall, outcome: Outcome) -> Mapping[str, Subject]:
    return keyed(_numbered(_findings(call, outcome)))


def _findings(call: PhaseCall, outcome: Outcome) -> list[CleansingFinding]:
    """The findings of this run, doubtful ones first."""
    gone = {each.id for each in outcome.removes if isinstance(each, CleansingFinding)}
    held = {each.id: each for each in call.portfolio.findings if each.flow_id == call.flow_id}
    held |= {each.id: each for each in outcome.saves if isinstance(each, CleansingFinding)}
    own = [each for each in held.values() if each.id not in gone and each.rule in _RULES]
    return nsmallest(_MOST, own, key=_place)


def _place(finding: CleansingFinding) -> tuple[Any, ...]:
    return (finding.rule not in DOUBTFUL, finding.line or 0, finding.natural_key)


def _numbered(findings: list[CleansingFinding]) -> Iterator[Subject]:
    for number, each in enumerate(findings, 1):
        facts = {
            "rule": each.rule,
            "line": each.line,
            "field": each.field,
            "before": each.before,
            "after": each.after,
            "usually": "accepted" if _usual(each) else "refused",
            "decided": each.decided,
        }
        name = f"{each.rule} in line {each.line}" if each.line else each.rule
        rank = (each.decided, each.rule not in DOUBTFUL, number)
        yield Subject(f"F{number}", "finding", name, each, always(facts), rank, {"findingId": each.id})


def _usual(finding: CleansingFinding) -> bool:
    return finding.rule not in DOUBTFUL


def _apply(applying: Applying) -> None:
    result: CleansingResult = applying.outcome.result
    advice = {each.finding_id: each for each in result.advice}
    remembered = remembering(applying.call)
    for item in applying.of("findings"):
        if item.subject.thing.id not in advice and _permitted(applying, item, remembered):
            finding: CleansingFinding = item.subject.thing
            advice[finding.id] = FindingAdvice(finding.id, item.value.accept, item.value.reason, item.value.confidence)
            applying.enter(item)
    for item in applying.of("values"):
        applying.suggest(item, item.value.value, before=item.subject.thing.before, after=item.subject.thing.after)
    told = tuple(advice[id] for id in sorted(advice))
    if told != result.advice:
        applying.outcome = replace(applying.outcome, result=replace(result, advice=told))


def _permitted(applying: Applying, item: Item, remembered: Callable[[CleansingFinding], bool]) -> bool:
    """Whether it says otherwise than the rules, and may."""
    finding: CleansingFinding = item.subject.thing
    if item.value.accept == _usual(finding):
        return False
    kept = "a person has decided so before" if remembered(finding) else unsure(item)
    rules = "accept" if _usual(finding) else "refuse"
    because = " -> ".join(each for each in (finding.before, finding.after) if each) or finding.rule
    applying.disagree(item, "finding", (rules, because), "accept" if item.value.accept else "refuse", kept)
    return kept is None


REVIEW = PhaseReview(CLEANSING, CleansingProposed, _subjects, _apply, lambda outcome: outcome.result.findings)
