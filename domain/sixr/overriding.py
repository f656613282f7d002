"""A person's change to a 6R decision: checked, and carried through roll-up, effort, cost and compatibility."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from domain.decision import (
    ComponentTreatment,
    Decision,
    HoursRange,
    MoveGroupHint,
    RefactorDepth,
    Risk,
    Strategy,
    StrategyScore,
)
from domain.errors import ErrorCode, Problem, Refused
from domain.rates import rounded
from domain.sixr.compatibility import component_issues, is_neighbour_risk
from domain.sixr.deciding import Terms
from domain.sixr.factors import Option
from domain.sixr.hours import total, treatment_hours, works
from domain.sixr.overridden_risks import risks_after
from domain.sixr.rollup import roll_up
from domain.sixr.subject import Subject
from domain.source import Source

OVERRIDDEN = "OVERRIDE"
_FOLLOWS = "It follows the strategy that a person chose for the application."


@dataclass(frozen=True, slots=True)
class TreatmentChange:
    """What a person wants for one component."""

    component_id: str
    strategy: Strategy
    depth: RefactorDepth | None = None


@dataclass(frozen=True, slots=True)
class DecisionChange:
    """What a person wants of a decision; what is None stays, or is computed anew.

    `strategy` overrules the roll-up and takes along the components that the person neither names nor has settled
    before. A part that must stay, or is retired, in an application that moves is taken along by RETAIN and RETIRE
    only; where the whole was to stay or to be retired, its parts follow what is chosen for the whole. With `treatments`
    and no `strategy` the roll-up decides again.
    """

    rationale: str
    strategy: Strategy | None = None
    depth: RefactorDepth | None = None
    treatments: tuple[TreatmentChange, ...] = ()
    effort: HoursRange | None = None
    risks: tuple[Risk, ...] | None = None
    move_group: str | None = None


def overridden(decision: Decision, change: DecisionChange, subject: Subject, terms: Terms) -> Decision:
    """The decision after the change, or Refused with everything that is wrong with it."""
    problems = tuple(_problems(decision, change, subject))
    if problems:
        raise Refused(problems)
    options = _options(decision, change)
    work = works(subject)
    reference = {part_id: each.reference() for part_id, each in work.items()}
    option = _option(decision, change, roll_up(subject.components, options, reference).option)
    hours = treatment_hours(work, options)
    effort = _effort(decision, change, total(hours.values()).rounded())
    return replace(
        decision,
        strategy=option[0],
        depth=option[1],
        rationale=change.rationale.strip(),
        effort=effort,
        cost=rounded(effort.likely * terms.rate.hourly, terms.rate.currency),
        treatments=_treatments(
            decision, change, subject, options, {part: each.rounded() for part, each in hours.items()}
        ),
        too_close_to_call=False,
        rules=tuple(dict.fromkeys((*decision.rules, OVERRIDDEN))),
        dissenting=tuple(part_id for part_id, own in options.items() if own[0] is not option[0]),
        risks=_risks(decision, change, option[0], subject, terms),
        move_group_hints=_move_groups(decision, change),
        source=Source.USER,
        version=decision.version + 1,
    )


def _problems(decision: Decision, change: DecisionChange, subject: Subject) -> Iterable[Problem]:
    if not change.rationale.strip():
        yield Problem(ErrorCode.INVALID_INPUT, "Say why: an override needs a rationale.", ("rationale",))
    wanted = (change.strategy, change.depth, change.effort, change.risks, change.move_group, change.treatments or None)
    if all(each is None for each in wanted):
        yield Problem(ErrorCode.INVALID_INPUT, "Say what to change: the strategy, treatments, effort, risks or group.")
    yield from _strategy_problems(change, subject)
    yield from _treatment_problems(decision, change, subject)
    if change.effort and not 0 <= change.effort.low <= change.effort.likely <= change.effort.high:
        message = "Hours go from low over likely to high, none below nought."
        yield Problem(ErrorCode.INVALID_INPUT, message, ("effort",))


def _strategy_problems(change: DecisionChange, subject: Subject) -> Iterable[Problem]:
    if change.depth is not None and change.strategy is not Strategy.REFACTOR:
        yield Problem(ErrorCode.INVALID_INPUT, "Only the strategy REFACTOR has a depth; name it too.", ("depth",))
    if change.strategy is Strategy.REFACTOR and _all_commercial(subject):
        yield Problem(ErrorCode.INVALID_INPUT, _commercial("It"), ("strategy",))


def _treatment_problems(decision: Decision, change: DecisionChange, subject: Subject) -> Iterable[Problem]:
    parts = {part.id: part for part in subject.components}
    known = {treatment.component_id for treatment in decision.treatments}
    for index, each in enumerate(change.treatments):
        path = ("treatments", str(index))
        if each.component_id not in known or each.component_id not in parts:
            yield Problem(ErrorCode.NOT_FOUND, "There is no such component.", (*path, "componentId"))
            continue
        part = parts[each.component_id]
        if each.depth is not None and each.strategy is not Strategy.REFACTOR:
            yield Problem(ErrorCode.INVALID_INPUT, "Only a REFACTOR has a depth.", (*path, "depth"))
        if each.strategy is Strategy.REFACTOR and subject.fact(part, "commercial_product") is True:
            yield Problem(ErrorCode.INVALID_INPUT, _commercial(part.name), (*path, "strategy"))
    named = [each.component_id for each in change.treatments]
    if len(named) != len(set(named)):
        yield Problem(ErrorCode.INVALID_INPUT, "Name each component once.", ("treatments",))


def _all_commercial(subject: Subject) -> bool:
    return all(subject.fact(part, "commercial_product") is True for part in subject.components)


def _commercial(name: str) -> str:
    return f"{name} is commercial software, which is never refactored; if that is wrong, correct the fact first."


def _options(decision: Decision, change: DecisionChange) -> dict[str, Option]:
    """What happens to each component: as named, else as settled before, else as rules or application have it."""
    named = {each.component_id: each for each in change.treatments}
    return {
        treatment.component_id: _named(named[treatment.component_id], treatment)
        if treatment.component_id in named
        else _unnamed(treatment, change, decision.recommended)
        for treatment in decision.treatments
    }


def _named(change: TreatmentChange, treatment: ComponentTreatment) -> Option:
    return _with_depth(change.strategy, change.depth, treatment.scores)


def _unnamed(treatment: ComponentTreatment, change: DecisionChange, whole: Strategy) -> Option:
    kept = (treatment.strategy, treatment.depth)
    if treatment.source is Source.USER or (change.strategy is None and not change.treatments):
        return kept
    recommended = _with_depth(treatment.recommended, None, treatment.scores)
    if change.strategy is None or _stays_put(treatment, change.strategy, whole):
        return recommended
    return _with_depth(change.strategy, change.depth, treatment.scores)


def _stays_put(treatment: ComponentTreatment, wanted: Strategy, whole: Strategy) -> bool:
    """What must not move is not moved in passing, what is retired not revived, what is commercial not refactored.

    Where the whole was recommended the same, overruling that is no passing matter: it is what the person does.
    """
    if wanted is Strategy.REFACTOR and all(score.strategy is not Strategy.REFACTOR for score in treatment.scores):
        return True
    if wanted is Strategy.RETIRE:
        return False
    recommended = treatment.recommended
    if recommended is whole:
        return False
    return recommended is Strategy.RETIRE or (recommended is Strategy.RETAIN and wanted is not Strategy.RETAIN)


def _with_depth(strategy: Strategy, depth: RefactorDepth | None, scores: Iterable[StrategyScore]) -> Option:
    if strategy is not Strategy.REFACTOR:
        return strategy, None
    best = next((score.depth for score in scores if score.strategy is Strategy.REFACTOR), None)
    return strategy, depth or best or RefactorDepth.CODE


def _option(decision: Decision, change: DecisionChange, rolled: Option) -> Option:
    """The person's strategy where he names one; the standing one where he changes neither it nor a treatment."""
    if change.strategy is not None:
        return _with_depth(change.strategy, change.depth, decision.alternatives)
    return rolled if change.treatments else (decision.strategy, decision.depth)


def _treatments(
    decision: Decision,
    change: DecisionChange,
    subject: Subject,
    options: Mapping[str, Option],
    hours: Mapping[str, HoursRange],
) -> tuple[ComponentTreatment, ...]:
    named = {each.component_id for each in change.treatments}
    issues = component_issues(subject.components, {part_id: option[0] for part_id, option in options.items()})
    return tuple(
        replace(
            _told(treatment, options[treatment.component_id], change, by_person=treatment.component_id in named),
            effort=hours[treatment.component_id],
            compatible=not issues[treatment.component_id],
            compatibility_issues=issues[treatment.component_id],
        )
        for treatment in decision.treatments
    )


def _told(
    treatment: ComponentTreatment, option: Option, change: DecisionChange, *, by_person: bool
) -> ComponentTreatment:
    if by_person:
        return replace(
            treatment, strategy=option[0], depth=option[1], rationale=change.rationale.strip(), source=Source.USER
        )
    if option == (treatment.strategy, treatment.depth):
        return treatment
    return replace(treatment, strategy=option[0], depth=option[1], rationale=_FOLLOWS)


def _effort(decision: Decision, change: DecisionChange, computed: HoursRange) -> HoursRange:
    if change.effort is not None:
        return change.effort
    return computed if change.strategy or change.treatments else decision.effort


def _risks(
    decision: Decision, change: DecisionChange, strategy: Strategy, subject: Subject, terms: Terms
) -> tuple[Risk, ...]:
    """A person's own in place of all; else those of what is chosen now. Without another choice they stay."""
    if change.risks is not None:
        own = (replace(risk, source=Source.USER) for risk in change.risks)
        return (*own, *(risk for risk in decision.risks if is_neighbour_risk(risk)))
    if change.strategy is None and not change.treatments:
        return decision.risks
    return risks_after(decision, strategy, subject, terms.settings)


def _move_groups(decision: Decision, change: DecisionChange) -> tuple[MoveGroupHint, ...]:
    if change.move_group is None:
        return decision.move_group_hints
    others = tuple(hint for hint in decision.move_group_hints if hint.group != change.move_group)
    group = change.move_group.strip()
    hint = MoveGroupHint(group, "A person put it there.", (decision.application_id,), 1.0)
    return (hint, *others) if group else others


def differing(before: Decision, after: Decision) -> tuple[str, ...]:
    """Names of what of a decision has changed, as its readers know them."""
    old, new = told(before), told(after)
    return tuple(name for name in new if old[name] != new[name])


def told(decision: Decision) -> dict[str, Any]:
    """What of a decision an override tells before and after: a JSON value."""
    return {
        "strategy": str(decision.strategy),
        "depth": decision.depth and str(decision.depth),
        "treatments": [
            {"componentId": each.component_id, "strategy": str(each.strategy), "depth": each.depth and str(each.depth)}
            for each in decision.treatments
        ],
        "effort": {name: str(getattr(decision.effort, name)) for name in ("low", "likely", "high")},
        "risks": [{"title": risk.title, "severity": str(risk.severity)} for risk in decision.risks],
        "moveGroups": [hint.group for hint in decision.move_group_hints],
    }
