"""component_sixr_strategies: another scored strategy for a component, reasons and risks; gates never move."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from domain.agents.applying import Applying, PhaseReview, behind, unsure
from domain.agents.permission import SCORE_REACH, STRATEGIES
from domain.agents.proposals import StrategiesProposed
from domain.agents.sifting import Item
from domain.agents.subjects import Subject, applications_of, keyed, resaved, saved
from domain.application import Component, Criticality
from domain.debt import Severity
from domain.decision import ComponentTreatment, Decision, Risk, Strategy
from domain.definition import Outcome, PhaseCall
from domain.errors import Refused
from domain.flows.assessment.strategies import fit, summed, terms_of
from domain.sixr.compatibility import is_neighbour_risk
from domain.sixr.factors import Option
from domain.sixr.gates import Tried, try_gates
from domain.sixr.hours import works
from domain.sixr.overriding import OVERRIDDEN, DecisionChange, TreatmentChange, overridden
from domain.sixr.rollup import roll_up
from domain.sixr.subject import Subject as About
from domain.sixr.subject import subjects as abouts
from domain.sixr.verdict import named
from domain.source import Source

CHECKED = "MODEL-CHECKED"
_MOST_RISKS = 3
_CRITICALITIES, _SEVERITIES = tuple(Criticality), tuple(Severity)
_GATED = frozenset({Strategy.RETAIN, Strategy.RETIRE, Strategy.REPURCHASE})
_CHOSEN = "\nA model chose it: "


def _subjects(call: PhaseCall, outcome: Outcome) -> Mapping[str, Subject]:
    decisions = {each.application_id: each for each in saved(outcome, Decision)}
    return keyed(_numbered(call, decisions))


def _numbered(call: PhaseCall, decisions: Mapping[str, Decision]) -> Iterator[Subject]:
    parts = {part.id: part for part in call.portfolio.components}
    for key, application in applications_of(call):
        decision = decisions.get(application.id)
        if decision is None:
            continue
        refs = {"applicationId": application.id, "decisionId": decision.id}
        critical = _CRITICALITIES.index(application.criticality) if application.criticality else len(_CRITICALITIES)
        rank = (not decision.too_close_to_call, critical, -len(decision.facts_missing), key)
        told = _Told(decision, application, parts)
        yield Subject(key, "application", application.name, decision, told.whole, (*rank, 0), refs)
        for number, treatment in enumerate(_ordered(decision, parts), 1):
            part = parts.get(treatment.component_id)
            name = f"{application.name} / {part.name if part else treatment.component_id}"
            about = told.part(treatment, part)
            yield Subject(f"{key}.C{number}", "component", name, treatment, about, (*rank, number), refs)


def _ordered(decision: Decision, parts: Mapping[str, Component]) -> list[ComponentTreatment]:
    def place(each: ComponentTreatment) -> tuple[str, str]:
        part = parts.get(each.component_id)
        return (part.key if part else "", each.component_id)

    return sorted(decision.treatments, key=place)


@dataclass(frozen=True, slots=True)
class _Told:
    """What a model is told of one application's decision."""

    decision: Decision
    application: Any
    parts: Mapping[str, Component]

    def whole(self) -> Mapping[str, Any]:
        made = self.decision
        return {
            "description": self.application.description,
            "criticality": self.application.criticality,
            "strategy": named((made.strategy, made.depth)),
            "confidence": made.confidence,
            "tooCloseToCall": made.too_close_to_call,
            "rules": list(made.rules),
            "rationale": made.rationale,
            "facts": dict(made.facts_used),
            "unknown": list(made.facts_missing),
            "risks": [risk.title for risk in made.risks],
        }

    def part(self, treatment: ComponentTreatment, part: Component | None) -> Any:
        return lambda: {
            "type": part.type if part else None,
            "strategy": named((treatment.strategy, treatment.depth)),
            "scores": {named((each.strategy, each.depth)): round(each.score, 2) for each in treatment.scores},
            "rationale": treatment.rationale,
            "issues": list(treatment.compatibility_issues),
        }


def _apply(applying: Applying) -> None:
    _Strategies(applying).apply()


class _Strategies:
    """One review of the decisions of an assessment."""

    def __init__(self, applying: Applying) -> None:
        self._a = applying
        self._decisions = {each.id: each for each in saved(applying.outcome, Decision)}
        self._before = dict(self._decisions)

    @cached_property
    def _abouts(self) -> Mapping[str, About]:
        call = self._a.call
        return {each.application.id: each for each in abouts(call.portfolio, call.flow_id, call.as_of)}

    def apply(self) -> None:
        by_decision: defaultdict[str, list[Item]] = defaultdict(list)
        for item in self._a.of("treatments"):
            by_decision[item.subject.refs["decisionId"]].append(item)
        for decision_id in sorted(by_decision):
            self._treat(self._decisions[decision_id], by_decision[decision_id])
        for item in self._a.of("rationales"):
            self._explain(item)
        self._warn_of_risks()
        if self._decisions != self._before:
            self._close()

    def _treat(self, decision: Decision, items: Sequence[Item]) -> None:
        about = self._abouts[decision.application_id]
        gates = try_gates(about)
        wanted = [item for item in items if self._permitted(item, decision, gates)]
        if not wanted:
            return
        try:
            after = _treated(self._a.call, decision, about, wanted)
        except Refused as refused:
            for item in wanted:
                self._a.drop(item, str(refused))
            return
        if decision.strategy in _GATED and after.strategy is not decision.strategy:
            for item in wanted:
                self._disagree(item, "the application is not to be moved by it")
            return
        for item in wanted:
            self._disagree(item, None)
            self._a.enter(item)
        self._decisions[decision.id] = after

    def _permitted(self, item: Item, decision: Decision, gates: Mapping[str, tuple[Tried, ...]]) -> bool:
        """Whether it is a change that may enter; why not is told."""
        treatment: ComponentTreatment = item.subject.thing
        scores = {(each.strategy, each.depth): each.score for each in treatment.scores}
        option = _option(item, treatment)
        if option == (treatment.strategy, treatment.depth):
            return False
        kept = self._kept(item, decision, gates[treatment.component_id][-1], treatment)
        if kept is None and option not in scores:
            kept = "it was not scored for this component"
        if kept is None and scores[option] < max(scores.values()) - SCORE_REACH:
            kept = f"it scores more than {SCORE_REACH} less"
        if kept:
            self._disagree(item, kept)
        return kept is None

    def _kept(self, item: Item, decision: Decision, gate: Tried, treatment: ComponentTreatment) -> str | None:
        if gate.holds:
            return "a gate decides, which nobody but a person overrules"
        if _settled(decision) or treatment.source is Source.USER:
            return "a person has settled it"
        return unsure(item)

    def _disagree(self, item: Item, kept: str | None) -> None:
        treatment: ComponentTreatment = item.subject.thing
        rules = named((treatment.strategy, treatment.depth)), treatment.rationale
        self._a.disagree(item, "strategy", rules, named(_option(item, treatment)), kept)

    def _explain(self, item: Item) -> None:
        decision = self._decisions[item.subject.refs["decisionId"]]
        if _settled(decision):
            self._a.drop(item, "a person has settled it")
            return
        after = replace(decision, rationale=behind(decision.rationale, item.value.text))
        if after.rationale != decision.rationale:
            self._decisions[decision.id] = replace(after, source=Source.MODEL_CHECKED_BY_RULES)
            self._a.enter(item)

    def _warn_of_risks(self) -> None:
        for item in sorted(self._a.of("risks"), key=_worst_first):
            decision = self._decisions[item.subject.refs["decisionId"]]
            risk = Risk(item.value.title, item.value.severity, item.value.mitigation, Source.MODEL_CHECKED_BY_RULES)
            titles = {each.title.casefold() for each in decision.risks}
            why = _refused(risk, decision)
            if risk.title.casefold() in titles:
                continue
            if why:
                self._a.drop(item, why)
                continue
            self._decisions[decision.id] = replace(
                decision, risks=(*decision.risks, risk), source=Source.MODEL_CHECKED_BY_RULES
            )
            self._a.enter(item)

    def _close(self) -> None:
        """All decisions looked at together again, and the phase's result of them."""
        call, outcome = self._a.call, self._a.outcome
        fitted = fit(tuple(self._decisions.values()), call.portfolio)
        held = {each.id: each for each in call.portfolio.decisions}
        done = {each.id: _as_held(each, held.get(each.id)) for each in fitted}
        self._a.outcome = replace(outcome, result=summed(call, done.values()), saves=resaved(outcome, done, Decision))


def _settled(decision: Decision) -> bool:
    return decision.source is Source.USER or decision.accepted


def _option(item: Item, treatment: ComponentTreatment) -> Option:
    """What is meant: of a REFACTOR without a depth, the best one."""
    strategy, depth = item.value.strategy, item.value.depth
    if strategy is not Strategy.REFACTOR:
        return strategy, None
    best = next((each.depth for each in treatment.scores if each.strategy is strategy), None)
    return strategy, depth or best


def _treated(call: PhaseCall, decision: Decision, about: About, items: Sequence[Item]) -> Decision:
    """The decision with these treatments, rolled up, costed and fitted as a person's override is."""
    proposed = {item.subject.thing.component_id: item for item in items}
    changes = tuple(_change(each, proposed.get(each.component_id)) for each in decision.treatments)
    change = DecisionChange("A model chose it.", treatments=changes)
    # What it comes to is then what is recommended: no risk of choosing otherwise.
    recommended = _rolled_up(about, changes)
    made = overridden(replace(decision, recommended=recommended), change, about, terms_of(call))
    before = {each.component_id: each for each in decision.treatments}
    treatments = tuple(
        _chosen(each, before[each.component_id], proposed.get(each.component_id)) for each in made.treatments
    )
    added = tuple(each for each in decision.risks if each.source is Source.MODEL_CHECKED_BY_RULES)
    titles = {risk.title.casefold() for risk in made.risks}
    surest = min([decision.confidence, *(float(item.value.confidence) for item in items)])
    return replace(
        made,
        treatments=treatments,
        confidence=round(surest, 4),
        rationale=_told_whole(made, treatments, about),
        # What is too close to call is settled by a person.
        too_close_to_call=decision.too_close_to_call,
        rules=tuple(dict.fromkeys((*(each for each in made.rules if each != OVERRIDDEN), CHECKED))),
        risks=(*made.risks, *(risk for risk in added if risk.title.casefold() not in titles)),
        source=Source.MODEL_CHECKED_BY_RULES,
        version=decision.version,
    )


def _rolled_up(about: About, changes: Sequence[TreatmentChange]) -> Strategy:
    options = {each.component_id: (each.strategy, each.depth) for each in changes}
    reference = {part_id: each.reference() for part_id, each in works(about).items()}
    return roll_up(about.components, options, reference).option[0]


def _change(treatment: ComponentTreatment, item: Item | None) -> TreatmentChange:
    """Every component is named, so that none is looked at anew in passing."""
    option = _option(item, treatment) if item else (treatment.strategy, treatment.depth)
    return TreatmentChange(treatment.component_id, *option)


def _chosen(after: ComponentTreatment, before: ComponentTreatment, item: Item | None) -> ComponentTreatment:
    if item is None:
        return replace(after, source=before.source, rationale=before.rationale)
    return replace(
        after,
        recommended=after.strategy,
        rationale=f"{before.rationale}{_CHOSEN}{item.value.reason}",
        confidence=round(min(before.confidence, item.value.confidence), 4),
        source=Source.MODEL_CHECKED_BY_RULES,
    )


def _told_whole(made: Decision, treatments: Sequence[ComponentTreatment], about: About) -> str:
    """Why, as the rules put it: of one component its own reasons, of several each under its name."""
    if len(treatments) == 1:
        return treatments[0].rationale
    names = {part.id: part.name for part in about.components}
    lead = f"{named((made.strategy, made.depth))}: rolled up from its components."
    told = (f"{names.get(each.component_id, each.component_id)}: {each.rationale}" for each in treatments)
    return "\n".join([lead, *told])


def _worst_first(item: Item) -> tuple[Any, ...]:
    return (_SEVERITIES.index(item.value.severity), *item.order)


def _refused(risk: Risk, decision: Decision) -> str | None:
    if _settled(decision):
        return "a person has settled it"
    if is_neighbour_risk(risk):
        return "what does not fit between applications is for the rules to say"
    if sum(each.source is Source.MODEL_CHECKED_BY_RULES for each in decision.risks) >= _MOST_RISKS:
        return f"a model adds at most {_MOST_RISKS} risks"
    return None


def _as_held(decision: Decision, held: Decision | None) -> Decision:
    """What comes to the same as in an earlier run stays accepted, as rules keep it, and keeps its version."""
    if held is None:
        return decision
    same = (held.strategy, held.depth) == (decision.strategy, decision.depth)
    if held.accepted and same and not decision.too_close_to_call and held.source is not Source.USER:
        decision = replace(decision, accepted=True)
    if replace(decision, version=held.version, last_change=held.last_change) == held:
        return held
    return decision


REVIEW = PhaseReview(STRATEGIES, StrategiesProposed, _subjects, _apply)
