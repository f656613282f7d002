"""tech_debt_analysis: severities within a step, evidence, and items that the rules have not seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256

from domain.agents.applying import Applying, PhaseReview, behind, unsure
from domain.agents.permission import DEBT
from domain.agents.proposals import DebtProposed
from domain.agents.sifting import Item
from domain.agents.subjects import Subject, applications_of, keyed, resaved, saved
from domain.application import Application, Component
from domain.debt import Severity, TechDebtItem
from domain.debt_finding import place_of
from domain.definition import Outcome, PhaseCall
from domain.flows.assessment.debt import sum_debt
from domain.known_facts import as_text
from domain.source import Source

_SEVERITIES = tuple(Severity)
_PREFIX = "model:"
_MOST_ADDED = 2
_SUREST_ADDED = 0.5
# A date that is not certain makes no more than MEDIUM: neither does a model of it.
_CERTAIN = 0.7


def _subjects(call: PhaseCall, outcome: Outcome) -> Mapping[str, Subject]:
    return keyed(_numbered(call, outcome))


def _numbered(call: PhaseCall, outcome: Outcome) -> Iterator[Subject]:
    keys = {application.id: key for key, application in applications_of(call)}
    names = {each.id: each.name for each in call.portfolio.applications}
    names |= {each.id: each.name for each in call.portfolio.components}
    for key, application in applications_of(call):
        yield _of_application(key, application)
    parts = sorted(call.portfolio.components, key=lambda each: (keys.get(each.application_id, ""), each.key, each.id))
    numbers: Counter[str] = Counter()
    for part in parts:
        if part.application_id in keys:
            numbers[part.application_id] += 1
            key = f"{keys[part.application_id]}.C{numbers[part.application_id]}"
            yield _of_component(key, part, names[part.application_id])
    items = [each for each in saved(outcome, TechDebtItem) if not each.finding.startswith(_PREFIX)]
    for number, item in enumerate(sorted(items, key=lambda each: (*map(str, place_of(each)), each.id)), 1):
        yield _of_item(f"T{number}", item, names)


def _of_application(key: str, application: Application) -> Subject:
    facts = {
        "description": application.description,
        "criticality": application.criticality,
        "technologies": [as_text(each) for each in application.technologies],
    }
    refs = {"applicationId": application.id}
    return Subject(key, "application", application.name, application, lambda: facts, (2, key), refs)


def _of_component(key: str, part: Component, application: str) -> Subject:
    facts = {"type": part.type, "technologies": [as_text(each) for each in part.technologies]}
    refs = {"applicationId": part.application_id, "componentId": part.id}
    return Subject(key, "component", f"{application} / {part.name}", part, lambda: facts, (3, key), refs)


def _of_item(key: str, item: TechDebtItem, names: Mapping[str, str]) -> Subject:
    facts = {
        "category": item.category,
        "severity": item.severity,
        "evidence": item.evidence,
        "confidence": item.confidence,
        "component": names.get(item.component_id or ""),
    }
    name = f"{names.get(item.application_id, item.application_id)}: {item.title}"
    rank = (1, _SEVERITIES.index(item.severity), item.confidence, key)
    refs = {"applicationId": item.application_id, "itemId": item.id}
    return Subject(key, "item", name, item, lambda: facts, rank, refs)


def _apply(applying: Applying) -> None:
    before = {each.id: each for each in saved(applying.outcome, TechDebtItem)}
    items = dict(before)
    for item in applying.of("severities"):
        if _weighed(applying, item):
            own = items[item.subject.thing.id]
            confidence = round(min(own.confidence, item.value.confidence), 4)
            severity = item.value.severity
            items[own.id] = replace(own, severity=severity, confidence=confidence, source=Source.MODEL_CHECKED_BY_RULES)
            applying.enter(item)
    for item in applying.of("evidence"):
        _evidence(applying, item, items)
    _Adding(applying, items).add()
    if items != before:
        _close(applying, items)


def _weighed(applying: Applying, item: Item) -> bool:
    """Whether that severity may stand in for the rules'."""
    own: TechDebtItem = item.subject.thing
    if item.value.severity is own.severity:
        return False
    step = _SEVERITIES.index(own.severity) - _SEVERITIES.index(item.value.severity)
    kept = _kept(own) or unsure(item)
    if kept is None and abs(step) > 1:
        kept = "it is more than one step away"
    worse = step > 0 and item.value.severity in (Severity.CRITICAL, Severity.HIGH)
    if kept is None and worse and own.confidence < _CERTAIN:
        kept = "the finding is too uncertain for that"
    applying.disagree(item, "severity", (str(own.severity), own.evidence), str(item.value.severity), kept)
    return kept is None


def _kept(item: TechDebtItem) -> str | None:
    if item.source is Source.USER or item.dismissed:
        return "a person has settled it"
    return "a model has already weighed it" if item.source is Source.MODEL_CHECKED_BY_RULES else None


def _evidence(applying: Applying, item: Item, items: dict[str, TechDebtItem]) -> None:
    own = items[item.subject.thing.id]
    if own.source is Source.USER or own.dismissed:
        applying.drop(item, "a person has settled it")
        return
    evidence = behind(own.evidence, item.value.text)
    if evidence != own.evidence:
        items[own.id] = replace(own, evidence=evidence, source=Source.MODEL_CHECKED_BY_RULES)
        applying.enter(item)


class _Adding:
    """Items that a model adds, under the ids that they had in an earlier run."""

    def __init__(self, applying: Applying, items: dict[str, TechDebtItem]) -> None:
        self._a, self._items = applying, items
        self._earlier = {
            place_of(each): each for each in applying.call.portfolio.debt if each.finding.startswith(_PREFIX)
        }
        self._places = {place_of(each) for each in items.values()}
        self._titles = {(each.application_id, each.title.casefold()) for each in items.values()}
        self._added = Counter(each.application_id for each in items.values() if each.finding.startswith(_PREFIX))

    def add(self) -> None:
        for item in self._a.of("items"):
            made = self._made(item)
            if place_of(made) in self._places:
                continue
            if (made.application_id, made.title.casefold()) in self._titles:
                self._a.drop(item, "the rules have found it already")
            elif self._added[made.application_id] >= _MOST_ADDED:
                self._a.drop(item, f"a model adds at most {_MOST_ADDED} items to an application")
            else:
                self._keep(item, made)

    def _keep(self, item: Item, made: TechDebtItem) -> None:
        self._places.add(place_of(made))
        self._titles.add((made.application_id, made.title.casefold()))
        self._added[made.application_id] += 1
        self._items[made.id] = made
        self._a.enter(item)

    def _made(self, item: Item) -> TechDebtItem:
        application_id = item.subject.refs["applicationId"]
        component_id = item.subject.refs.get("componentId")
        finding = _PREFIX + sha256(item.value.title.casefold().encode()).hexdigest()[:16]
        old = self._earlier.get((application_id, component_id, finding))
        own = old is not None and old.flow_id == self._a.call.flow_id
        return TechDebtItem(
            id=old.id if old and own else self._a.call.new_id(),
            flow_id=self._a.call.flow_id,
            application_id=application_id,
            category=item.value.category,
            severity=item.value.severity,
            finding=finding,
            title=item.value.title,
            evidence=item.value.evidence,
            remediation_hours=Decimal(str(round(item.value.hours, 1))),
            confidence=round(min(_SUREST_ADDED, item.value.confidence), 4),
            source=Source.MODEL_CHECKED_BY_RULES,
            component_id=component_id,
            dismissed=old.dismissed if old else False,
            dismissed_by=old.dismissed_by if old else None,
            dismissed_reason=old.dismissed_reason if old else None,
        )


def _close(applying: Applying, items: Mapping[str, TechDebtItem]) -> None:
    """The debt of each application summed up again, with what persons wrote."""
    call, outcome = applying.call, applying.outcome
    removes = tuple(each for each in outcome.removes if getattr(each, "id", None) not in items)
    gone = {each.id for each in outcome.removes if isinstance(each, TechDebtItem)}
    beside = [
        each
        for each in call.portfolio.debt
        if each.flow_id == call.flow_id and each.id not in gone and each.id not in items
    ]
    result = sum_debt(call, (*items.values(), *beside))
    applying.outcome = replace(outcome, result=result, saves=resaved(outcome, items, TechDebtItem), removes=removes)


REVIEW = PhaseReview(DEBT, DebtProposed, _subjects, _apply)
