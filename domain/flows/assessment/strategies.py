"""The 6R phase: every application decided by the rules, accepted by a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from domain.decision import Decision, DecisionChanged, MoveGroupHint, Strategy
from domain.definition import Outcome, PhaseCall, Warning
from domain.dependency import Dependency, DependencyKind
from domain.errors import ErrorCode, Problem, Refused
from domain.flows.assessment.answers import refuse_unknown
from domain.flows.assessment.results import DecisionSummary, SixRAnswer, SixRDecisions
from domain.graph import cycles
from domain.portfolio import Portfolio
from domain.rates import BlendedRate, blended_rate
from domain.sixr.compatibility import is_neighbour_risk, neighbour_risks
from domain.sixr.deciding import Terms, decide
from domain.sixr.overriding import DecisionChange, TreatmentChange, differing, overridden
from domain.sixr.staleness import changed_facts
from domain.sixr.subject import Subject, subjects
from domain.source import Source
from domain.tech_debt import live_dependencies

_CYCLE_STRENGTH, _HARD_STRENGTH = 1.0, 0.5
_NONE: Mapping[str, Strategy] = MappingProxyType({})


def decide_strategies(call: PhaseCall) -> Outcome:
    """A decision for each application; what a person overrode before is carried over."""
    terms = terms_of(call)
    before = {each.application_id: each for each in call.portfolio.decisions}
    decisions = []
    warnings: list[Warning] = _rate_warnings(call, terms.rate)
    for subject in subjects(call.portfolio, call.flow_id, call.as_of):
        hints = _hints(subject, call.portfolio)
        fresh = replace(decide(subject, terms), move_group_hints=hints)
        kept, warning = _carried(fresh, before.get(subject.application.id), subject, terms)
        decisions.append(kept)
        warnings += warning
    fitted = tuple(_rerun(call, each, before.get(each.application_id)) for each in fit(decisions, call.portfolio))
    ids = {each.application_id for each in fitted}
    gone = tuple(each for each in call.portfolio.decisions if each.application_id not in ids)
    warnings += _close_calls(call.portfolio, fitted)
    return Outcome(summed(call, fitted), saves=fitted, removes=gone, warnings=tuple(warnings))


def _rerun(call: PhaseCall, decision: Decision, old: Decision | None) -> Decision:
    """What was decided the same again keeps its version."""
    if old is None or replace(decision, version=old.version, last_change=old.last_change) == old:
        return old or decision
    fields = differing(old, decision) + (("accepted",) if old.accepted is not decision.accepted else ())
    return replace(decision, last_change=DecisionChanged(call.by, call.now, fields))


def terms_of(call: PhaseCall) -> Terms:
    """What decisions of this call are made under."""
    rate = blended_rate(call.currency, call.as_of, call.settings)
    return Terms(call.flow_id, call.new_id, rate, call.settings)


def _carried(fresh: Decision, old: Decision | None, subject: Subject, terms: Terms) -> tuple[Decision, list[Warning]]:
    """The fresh decision under the old one's ids; a person's override of the old one made on it again."""
    if old is None:
        return fresh, []
    ids = {each.component_id: each.id for each in old.treatments}
    treatments = tuple(replace(each, id=ids.get(each.component_id, each.id)) for each in fresh.treatments)
    renewed = replace(fresh, id=old.id, treatments=treatments, version=old.version + 1)
    if old.source is not Source.USER:
        same = (old.strategy, old.depth) == (renewed.strategy, renewed.depth)
        return replace(renewed, accepted=old.accepted and same and not renewed.too_close_to_call), []
    if not changed_facts(old, subject, terms.settings) and ids.keys() == {
        each.component_id for each in fresh.treatments
    }:
        return replace(old, changed_facts=()), []
    try:
        again = overridden(renewed, _change_again(old, renewed), subject, terms)
    except Refused as refused:
        message = f"The override of {subject.application.name} no longer holds: {refused}"
        return renewed, [Warning("OVERRIDE_DROPPED", message, details={"decisionId": old.id})]
    return replace(again, accepted=old.accepted, version=old.version + 1), []


def _change_again(old: Decision, renewed: Decision) -> DecisionChange:
    there = {each.component_id for each in renewed.treatments}
    return DecisionChange(
        rationale=old.rationale,
        strategy=old.strategy,
        depth=old.depth,
        treatments=tuple(
            TreatmentChange(each.component_id, each.strategy, each.depth)
            for each in old.treatments
            if each.source is Source.USER and each.component_id in there
        ),
    )


def fit(
    decisions: Sequence[Decision], portfolio: Portfolio, others: Mapping[str, Strategy] = _NONE
) -> tuple[Decision, ...]:
    """The decisions with what does not fit between their applications and `others`, as it stands now."""
    names = {each.id: each.name for each in (*portfolio.applications, *portfolio.neighbours)}
    strategies = {**others, **{each.application_id: each.strategy for each in decisions}}
    risks = neighbour_risks(strategies, live_dependencies(portfolio), names)
    return tuple(
        replace(
            each,
            risks=(*(risk for risk in each.risks if not is_neighbour_risk(risk)), *risks[each.application_id]),
        )
        for each in decisions
    )


def summed(call: PhaseCall, decisions: Iterable[Decision]) -> SixRDecisions:
    """The phase's result."""
    told = tuple(decisions)
    return _result(call, map(_brief, told), (each.application_id for each in told if each.accepted))


def amended(call: PhaseCall, changed: Sequence[Decision]) -> SixRDecisions:
    """The phase's result after these have changed and no other."""
    before: SixRDecisions = call.results[call.phase]
    briefs = {each.decision_id: each for each in before.decisions} | {each.id: _brief(each) for each in changed}
    accepted = dict.fromkeys(before.accepted_application_ids, True) | {e.application_id: e.accepted for e in changed}
    ordered = [briefs[id] for id in sorted(briefs)]
    return _result(call, ordered, (each.application_id for each in ordered if accepted.get(each.application_id)))


def _result(call: PhaseCall, briefs: Iterable[DecisionSummary], accepted: Iterable[str]) -> SixRDecisions:
    rate = terms_of(call).rate
    return SixRDecisions(call.as_of, rate.hourly, rate.source, tuple(briefs), tuple(accepted))


def _brief(decision: Decision) -> DecisionSummary:
    return DecisionSummary(
        decision.application_id,
        decision.id,
        decision.strategy,
        decision.confidence,
        decision.too_close_to_call,
        decision.depth,
    )


def _rate_warnings(call: PhaseCall, rate: BlendedRate) -> list[Warning]:
    if rate.currency == call.currency:
        return []
    message = f"There is no hourly rate in {call.currency}; costs are counted at {rate.hourly} as in {rate.currency}."
    return [Warning("NO_RATE", message)]


def _close_calls(portfolio: Portfolio, decisions: Iterable[Decision]) -> list[Warning]:
    names = {each.id: each.name for each in portfolio.applications}
    return [
        Warning(
            "TOO_CLOSE_TO_CALL",
            f"{names[each.application_id]} is too close to call: it stays undecided until somebody overrides it.",
            details={"applicationId": each.application_id, "decisionId": each.id},
        )
        for each in decisions
        if each.too_close_to_call
    ]


def _hints(subject: Subject, portfolio: Portfolio) -> tuple[MoveGroupHint, ...]:
    """Who had better move with it: its cycle, and those at the other end of its hard dependencies."""
    own = subject.application
    names = {each.id: each.name for each in (*portfolio.applications, *portfolio.neighbours)}
    hard = [each for each in live_dependencies(portfolio) if each.kind is DependencyKind.HARD]
    hints = []
    for cycle in cycles((each.from_id, each.to_id) for each in hard):
        if own.id in cycle:
            group = "Cycle of " + ", ".join(sorted(names.get(each, each) for each in cycle))
            hints.append(MoveGroupHint(group, "They need each other.", tuple(sorted(cycle)), _CYCLE_STRENGTH))
    beside = _beside(own.id, hard)
    if beside:
        reason = "What is called synchronously, or shares data, had better move together."
        hints.append(MoveGroupHint(f"Around {own.name}", reason, (own.id, *beside), _HARD_STRENGTH))
    return tuple(hints)


def _beside(application_id: str, hard: Iterable[Dependency]) -> list[str]:
    ends = {end for each in hard for end in (each.from_id, each.to_id) if application_id in (each.from_id, each.to_id)}
    return sorted(ends - {application_id})


def propose_acceptance(call: PhaseCall) -> SixRAnswer:
    """All but those too close to call."""
    decided: SixRDecisions = call.results[call.phase]
    briefs = sorted(decided.decisions, key=lambda each: each.decision_id)
    return SixRAnswer(tuple(each.application_id for each in briefs if not each.too_close_to_call))


def accept_strategies(call: PhaseCall) -> Outcome:
    """What a person accepts; those he leaves out stay undecided, with a warning each."""
    answer: SixRAnswer = call.input
    refuse_unknown(call, "acceptedApplicationIds", answer.accepted_application_ids)
    wanted = frozenset(answer.accepted_application_ids)
    changed = accept_decisions(call, answer.accepted_application_ids, ("data", "acceptedApplicationIds"))
    withdrawn = tuple(
        _judged(call, each, accepted=False)
        for each in call.portfolio.decisions
        if each.accepted and each.application_id not in wanted
    )
    saves = (*changed, *withdrawn)
    after = {each.id: each for each in (*call.portfolio.decisions, *saves)}
    decisions = _sorted(after.values())
    before: SixRDecisions = call.results[call.phase]
    result = replace(summed(call, decisions), as_of=before.as_of)
    return Outcome(result, saves=saves, warnings=tuple(_undecided(call, decisions)))


def accept_decisions(call: PhaseCall, application_ids: Sequence[str], path: tuple[str, ...]) -> tuple[Decision, ...]:
    """The decisions of those applications, accepted; or Refused naming each that cannot be."""
    decisions = {each.application_id: each for each in call.portfolio.decisions}
    names = {each.id: each.name for each in call.portfolio.applications}
    problems = []
    for index, application_id in enumerate(application_ids):
        decision = decisions.get(application_id)
        if decision is None:
            message = "There is no decision for it in this assessment."
            problems.append(Problem(ErrorCode.NOT_FOUND, message, (*path, str(index))))
        elif decision.too_close_to_call:
            name = names.get(application_id, application_id)
            message = f"{name} is too close to call; override its decision to settle it."
            problems.append(Problem(ErrorCode.NOT_READY, message, (*path, str(index))))
    if problems:
        raise Refused(problems)
    chosen = [decisions[application_id] for application_id in dict.fromkeys(application_ids)]
    return tuple(_judged(call, each, accepted=True) for each in chosen if not each.accepted)


def _judged(call: PhaseCall, decision: Decision, *, accepted: bool) -> Decision:
    last = DecisionChanged(call.by, call.now, ("accepted",))
    return replace(decision, accepted=accepted, version=decision.version + 1, last_change=last)


def _undecided(call: PhaseCall, decisions: Iterable[Decision]) -> Iterable[Warning]:
    names = {each.id: each.name for each in call.portfolio.applications}
    for each in decisions:
        if not each.accepted:
            why = "it is too close to call" if each.too_close_to_call else "its decision was not accepted"
            name = names.get(each.application_id, each.application_id)
            details = {"applicationId": each.application_id, "decisionId": each.id}
            yield Warning("UNDECIDED", f"{name} stays undecided: {why}. It is left out of finalization.", None, details)


def _sorted(decisions: Iterable[Decision]) -> list[Decision]:
    return sorted(decisions, key=lambda each: each.id)
