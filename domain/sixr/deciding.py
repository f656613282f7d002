"""The 6R decision for one application: its components judged, rolled up, and told in sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from domain.decision import ComponentTreatment, Decision, ScoreFactor, Strategy, StrategyScore
from domain.known_facts import fact_of
from domain.rates import BlendedRate, rounded
from domain.sixr.compatibility import component_issues
from domain.sixr.factors import OPTIONS, Option, option_score
from domain.sixr.gates import STRATEGY, Tried, try_gates
from domain.sixr.hours import Work, total, treatment_hours, works
from domain.sixr.risks import risks_of
from domain.sixr.rollup import ENOUGH, RolledUp, roll_up
from domain.sixr.subject import Subject
from domain.sixr.verdict import Verdict, factor_of, judge, named, shown
from domain.sixr_wish import parse_wish
from domain.source import Source


@dataclass(frozen=True, slots=True)
class Terms:
    """What a decision is made under: the flow, its ids, the rate of an hour and the engagement's own numbers."""

    flow_id: str
    new_id: Callable[[], str]
    rate: BlendedRate
    settings: Mapping[str, Any]


def decide(subject: Subject, terms: Terms) -> Decision:
    """The rules' decision; ids are new."""
    gates = try_gates(subject)
    verdicts = tuple(judge(subject, part, gates[part.id], terms.settings) for part in subject.components)
    work = works(subject)
    reference = {part_id: each.reference() for part_id, each in work.items()}
    options = {each.component.id: each.option for each in verdicts}
    rolled = roll_up(subject.components, options, reference)
    treatments = _treatments(subject, verdicts, work, terms)
    weighed = _weights(verdicts, reference)
    effort = total(treatment_hours(work, options).values()).rounded()
    return Decision(
        id=terms.new_id(),
        flow_id=terms.flow_id,
        application_id=subject.application.id,
        strategy=rolled.option[0],
        recommended=rolled.option[0],
        confidence=shown(sum((each.confidence * weighed[each.component.id] for each in verdicts), Fraction(0))),
        rationale=_rationale(verdicts, rolled),
        effort=effort,
        cost=rounded(effort.likely * terms.rate.hourly, terms.rate.currency),
        treatments=treatments,
        alternatives=_alternatives(subject, verdicts, gates, weighed),
        depth=rolled.option[1],
        too_close_to_call=_too_close(verdicts, weighed),
        rules=tuple(dict.fromkeys([each.rule for each in verdicts] + [rolled.rule])),
        facts_used=tuple({label: text for each in verdicts for label, text in each.used}.items()),
        facts_missing=tuple(dict.fromkeys(key for each in verdicts for key in each.missing)),
        dissenting=rolled.dissenting,
        risks=risks_of(subject, verdicts, rolled.option[0]),
    )


def _weights(verdicts: Sequence[Verdict], reference: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """Each component's share of what the roll-up looks at: what is retired counts only where all is."""
    counted = [each.component.id for each in verdicts if each.strategy is not Strategy.RETIRE]
    counted = counted or [each.component.id for each in verdicts]
    whole = sum((reference[part_id] for part_id in counted), Fraction(0))
    return {
        each.component.id: reference[each.component.id] / whole if each.component.id in counted else Fraction(0)
        for each in verdicts
    }


def _too_close(verdicts: Sequence[Verdict], weighed: Mapping[str, Fraction]) -> bool:
    """Undecided components weigh as much as others: a fifth of the effort decides."""
    return sum((weighed[each.component.id] for each in verdicts if each.too_close), Fraction(0)) >= ENOUGH


def _treatments(
    subject: Subject, verdicts: Sequence[Verdict], work: Mapping[str, Work], terms: Terms
) -> tuple[ComponentTreatment, ...]:
    options = {each.component.id: each.option for each in verdicts}
    hours = treatment_hours(work, options)
    issues = component_issues(subject.components, {part_id: option[0] for part_id, option in options.items()})
    return tuple(
        ComponentTreatment(
            id=terms.new_id(),
            component_id=each.component.id,
            strategy=each.strategy,
            recommended=each.strategy,
            rationale=each.rationale,
            effort=hours[each.component.id].rounded(),
            depth=each.depth,
            compatible=not issues[each.component.id],
            compatibility_issues=issues[each.component.id],
            confidence=shown(each.confidence),
            scores=each.scores(),
        )
        for each in verdicts
    )


def _alternatives(
    subject: Subject,
    verdicts: Sequence[Verdict],
    gates: Mapping[str, tuple[Tried, ...]],
    weighed: Mapping[str, Fraction],
) -> tuple[StrategyScore, ...]:
    """Every strategy with its score, best first; REFACTOR by its best depth, an imported wish last of equals."""
    scored = [_scored(option, verdicts, weighed) for option in _common_options(verdicts)]
    by_strategy: dict[Strategy, StrategyScore] = {}
    for each in sorted(scored, key=lambda score: -score.score):
        by_strategy.setdefault(each.strategy, each)
    found = [*(_by_gate(strategy, verdicts, gates, weighed) for strategy in STRATEGY.values()), *by_strategy.values()]
    wish = _wish(subject, found)
    return tuple(sorted([*found, *wish], key=lambda score: (-score.score, score.source is Source.USER)))


def _common_options(verdicts: Sequence[Verdict]) -> list[Option]:
    return [option for option in OPTIONS if all(option in each.options for each in verdicts)]


def _scored(option: Option, verdicts: Sequence[Verdict], weighed: Mapping[str, Fraction]) -> StrategyScore:
    """The components' scores by their weight, with the factors of the heaviest one."""
    value = sum((option_score(each.readings, option) * weighed[each.component.id] for each in verdicts), Fraction(0))
    # Of equally heavy ones by id: components come in the order of their names, which decide nothing.
    heaviest = min(verdicts, key=lambda each: (-weighed[each.component.id], each.component.id))
    return StrategyScore(
        option[0], shown(value), tuple(factor_of(reading, option) for reading in heaviest.readings), option[1]
    )


def _by_gate(
    strategy: Strategy,
    verdicts: Sequence[Verdict],
    gates: Mapping[str, tuple[Tried, ...]],
    weighed: Mapping[str, Fraction],
) -> StrategyScore:
    """A gate scores the share of the effort for which it holds."""
    held = sum((weighed[each.component.id] for each in verdicts if each.strategy is strategy), Fraction(0))
    tried = {
        tried.because: tried.holds for each in gates.values() for tried in each if STRATEGY[tried.gate] is strategy
    }
    told = sorted(tried.items(), key=lambda each: (not each[1], each[0]))
    factors = tuple(ScoreFactor("Gate", 1.0, float(holds), because) for because, holds in told)
    return StrategyScore(strategy, shown(held), factors)


def _wish(subject: Subject, found: Iterable[StrategyScore]) -> list[StrategyScore]:
    """The strategy that the import names: shown, and deciding nothing."""
    wished = fact_of(subject.application, "sixr_wish")
    option = parse_wish(wished) if wished else None
    if option is None:
        return []
    score = next((each.score for each in found if each.strategy is option[0]), 0.0)
    factor = ScoreFactor("Import", 0.0, 0.0, f"The import names {named(option)}; it decides nothing.")
    return [StrategyScore(option[0], score, (factor,), option[1], Source.USER)]


def _rationale(verdicts: Sequence[Verdict], rolled: RolledUp) -> str:
    if len(verdicts) == 1:
        return verdicts[0].rationale
    lines = [f"{named(rolled.option)}: {rolled.because}"]
    lines += [f"{each.component.name}: {each.rationale}" for each in verdicts]
    return "\n".join(lines)
