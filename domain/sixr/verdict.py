"""What is best for one component: a gate's word, or the highest score."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from domain.application import Component
from domain.decision import RefactorDepth, ScoreFactor, Strategy, StrategyScore
from domain.facts import FACTS
from domain.known_facts import as_text, own_fact
from domain.sixr.factors import (
    FACT_KEYS,
    OPTIONS,
    Option,
    Reading,
    option_score,
    read_factors,
    share_known,
)
from domain.sixr.gates import STRATEGY, Tried
from domain.sixr.subject import Subject

SCORED = "6R-SCORE"
CLOSE = Fraction(1, 10)
CLEAR = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The rules' word on one component.

    `confidence` is never above `known`, the share of what they know.
    `used` are facts by label: a key, behind the component's key where the component itself has it.
    """

    component: Component
    option: Option
    rule: str
    confidence: Fraction
    known: Fraction
    too_close: bool
    rationale: str
    used: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    readings: tuple[Reading, ...]
    options: tuple[Option, ...]

    @property
    def strategy(self) -> Strategy:
        return self.option[0]

    @property
    def depth(self) -> RefactorDepth | None:
        return self.option[1]

    def scores(self) -> tuple[StrategyScore, ...]:
        """Every option with its score, best first."""
        scored = [(option_score(self.readings, option), option) for option in self.options]
        return tuple(
            StrategyScore(option[0], shown(value), (), option[1]) for value, option in sorted(scored, key=_best_first)
        )


def judge(subject: Subject, part: Component, gates: tuple[Tried, ...], settings: Mapping[str, Any]) -> Verdict:
    """The first gate that holds, else the best score."""
    readings = read_factors(subject, part, settings)
    options = open_options(subject, part)
    decided = gates[-1]
    if decided.holds:
        return Verdict(
            component=part,
            option=(STRATEGY[decided.gate], None),
            rule=decided.gate,
            confidence=decided.share_known,
            known=decided.share_known,
            too_close=False,
            rationale=f"{STRATEGY[decided.gate]}: {decided.because}",
            used=_labelled(part, {key: value for gate in gates for key, value in gate.used}.items()),
            missing=tuple(dict.fromkeys(key for gate in gates for key in gate.missing)),
            readings=readings,
            options=options,
        )
    return _scored(subject, part, gates, readings, options)


def open_options(subject: Subject, part: Component) -> tuple[Option, ...]:
    """What may be scored: commercial software is never refactored."""
    if subject.fact(part, "commercial_product") is not True:
        return OPTIONS
    return tuple(option for option in OPTIONS if option[0] is not Strategy.REFACTOR)


def _scored(
    subject: Subject,
    part: Component,
    gates: tuple[Tried, ...],
    readings: tuple[Reading, ...],
    options: tuple[Option, ...],
) -> Verdict:
    ranked = sorted(((option_score(readings, option), option) for option in options), key=_best_first)
    best_score, best = ranked[0]
    second_score, second = next((value, option) for value, option in ranked if option[0] is not best[0])
    separation = best_score - second_score
    known = share_known(readings)
    used = {key: value for gate in gates for key, value in gate.used}
    used |= {key: text for each in readings if each.level is not None for key, text in _behind(subject, part, each)}
    missing = [key for gate in gates for key in gate.missing]
    missing += [FACT_KEYS.get(each.factor.key, each.factor.key) for each in readings if each.level is None]
    return Verdict(
        component=part,
        option=best,
        rule=SCORED,
        confidence=min(Fraction(1), separation / CLEAR) * known,
        known=known,
        too_close=separation < CLOSE,
        rationale=_rationale(readings, best, second, best_score, separation),
        used=_labelled(part, used.items()),
        missing=tuple(dict.fromkeys(missing)),
        readings=readings,
        options=options,
    )


def _best_first(scored: tuple[Fraction, Option]) -> tuple[Fraction, int]:
    return (-scored[0], OPTIONS.index(scored[1]))


def _behind(subject: Subject, part: Component, reading: Reading) -> Iterator[tuple[str, str]]:
    """The facts behind a known factor: its own, or the technologies that tell it."""
    key = reading.factor.key
    if key not in FACTS or subject.fact(part, key) is None:
        if subject.technologies(part):
            yield "technologies", as_text(subject.technologies(part))
        return
    yield key, as_text(subject.fact(part, key))
    if key == "maintenance_cost":
        yield "annual_cost", as_text(subject.application.annual_cost)


def _labelled(part: Component, used: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((_label(part, key, text), text) for key, text in used)


def _label(part: Component, key: str, text: str) -> str:
    """The key, behind the component's own where the component itself says so."""
    own = own_fact(part, key) if key in FACTS else None
    return f"{part.key}/{key}" if own is not None and as_text(own) == text else key


def _rationale(
    readings: tuple[Reading, ...], best: Option, second: Option, best_score: Fraction, separation: Fraction
) -> str:
    gaps = [(each.factor.weight * (each.value(best) - each.value(second)), each) for each in readings]
    telling = [each.because for gap, each in sorted(gaps, key=lambda pair: -pair[0])[:3] if gap > 0]
    lead = f"{named(best)} scores {float(best_score):.2f}, {float(separation):.2f} ahead of {named(second)}."
    if separation < CLOSE:
        # Rounded, 0.0996 would read as far enough ahead.
        lead = (
            f"{named(best)} scores {float(best_score):.2f}, less than {float(CLOSE):.2f} ahead of {named(second)}: "
            "too close to call."
        )
    unknown = sum(each.level is None for each in readings)
    tail = [f"{unknown} of {len(readings)} factors are unknown."] if unknown else []
    return " ".join([lead, *telling, *tail])


def named(option: Option) -> str:
    """`REFACTOR (CODE)`."""
    return f"{option[0]} ({option[1]})" if option[1] else str(option[0])


def shown(value: Fraction) -> float:
    """A share as it is shown and stored."""
    return round(float(value), 4)


def factor_of(reading: Reading, option: Option) -> ScoreFactor:
    """The factor as people see it."""
    return ScoreFactor(
        reading.factor.title, float(reading.factor.weight), shown(reading.value(option)), reading.because
    )
