"""The factors of the 6R scores: each turns a fact into a number, and that into a value for every strategy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from types import MappingProxyType
from typing import Any

from domain.application import Component
from domain.decision import RefactorDepth, Strategy
from domain.end_of_life import end_of_life
from domain.fact import LEVEL_SHARE
from domain.known_facts import as_text
from domain.reference_data import read_toml
from domain.sixr.subject import Subject
from domain.technologies import product

Option = tuple[Strategy, RefactorDepth | None]

# Shallowest first: it also breaks ties.
OPTIONS: tuple[Option, ...] = (
    (Strategy.REHOST, None),
    (Strategy.REPLATFORM, None),
    (Strategy.REFACTOR, RefactorDepth.CODE),
    (Strategy.REFACTOR, RefactorDepth.ARCHITECTURE),
    (Strategy.REFACTOR, RefactorDepth.REWRITE),
)
WEIGHTS_SETTING = "sixrWeights"
_HALF = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Factor:
    """One row of the table: `ends` are a strategy's values where there is none and all of the fact."""

    key: str
    title: str
    weight: Fraction
    ends: Mapping[Option, tuple[Fraction, Fraction]]


@dataclass(frozen=True, slots=True)
class Reading:
    """A factor on one component: `level` from 0 to 1, None where the fact is unknown; `text` as the fact is shown."""

    factor: Factor
    level: Fraction | None
    text: str

    def value(self, option: Option) -> Fraction:
        """What it says for the strategy; an unknown fact says as much for each."""
        if self.level is None:
            return _HALF
        at_none, at_all = self.factor.ends[option]
        return at_none + (at_all - at_none) * self.level

    @property
    def because(self) -> str:
        """A sentence for people."""
        if self.level is None:
            return f"{self.factor.title}: unknown."
        return f"{self.factor.title}: {self.text}."


def read_factors(subject: Subject, part: Component, settings: Mapping[str, Any]) -> tuple[Reading, ...]:
    """Every factor on the component."""
    weights = _own_weights(settings)
    readings = []
    for factor in _factors():
        level, text = _LEVELS[factor.key](subject, part)
        weighed = Factor(factor.key, factor.title, weights.get(factor.key, factor.weight), factor.ends)
        readings.append(Reading(weighed, level, text))
    return tuple(readings)


def option_score(readings: Iterable[Reading], option: Option) -> Fraction:
    """The weighted mean of all factors."""
    read = tuple(readings)
    whole = sum((each.factor.weight for each in read), Fraction(0))
    return sum((each.factor.weight * each.value(option) for each in read), Fraction(0)) / whole


def share_known(readings: Iterable[Reading]) -> Fraction:
    """Weight of the known factors of the weight of all."""
    read = tuple(readings)
    whole = sum((each.factor.weight for each in read), Fraction(0))
    return sum((each.factor.weight for each in read if each.level is not None), Fraction(0)) / whole


@cache
def _factors() -> tuple[Factor, ...]:
    return tuple(
        Factor(
            key=row["key"],
            title=row["title"],
            weight=_exact(row["weight"]),
            ends=MappingProxyType({option: _ends(row[option[1] or option[0]]) for option in OPTIONS}),
        )
        for row in read_toml("sixr_factors")["factor"]
    )


def _ends(pair: list[float]) -> tuple[Fraction, Fraction]:
    return _exact(pair[0]), _exact(pair[1])


def _exact(number: float) -> Fraction:
    return Fraction(str(number))


def _own_weights(settings: Mapping[str, Any]) -> dict[str, Fraction]:
    """The engagement's own weights; what is no positive number is left out."""
    own = settings.get(WEIGHTS_SETTING)
    if not isinstance(own, Mapping):
        return {}
    return {
        key: _exact(weight)
        for key, weight in own.items()
        if isinstance(weight, (int, float)) and not isinstance(weight, bool) and 0 < weight < 1000  # noqa: PLR2004
    }


_Level = Callable[[Subject, Component], tuple[Fraction | None, str]]


def _amount(key: str) -> _Level:
    """A fact told in levels."""

    def level(subject: Subject, part: Component) -> tuple[Fraction | None, str]:
        told = subject.fact(part, key)
        return (None, "") if told is None else (_exact(LEVEL_SHARE[told]), str(told))

    return level


def _truth(key: str) -> _Level:
    """A fact that holds or does not."""

    def level(subject: Subject, part: Component) -> tuple[Fraction | None, str]:
        told = subject.fact(part, key)
        return (None, "") if told is None else (Fraction(int(told)), as_text(told))

    return level


def _platform_compatible(subject: Subject, part: Component) -> tuple[Fraction | None, str]:
    told = _truth("platform_compatible")(subject, part)
    return told if told[0] is not None else _by_product(subject, part, "runs_on_target")


def _managed_equivalent(subject: Subject, part: Component) -> tuple[Fraction | None, str]:
    told = _truth("managed_equivalent")(subject, part)
    return told if told[0] is not None else _by_product(subject, part, "managed")


def _by_product(subject: Subject, part: Component, trait: str) -> tuple[Fraction | None, str]:
    """What the table of products says of all it runs on: one that lacks the trait decides."""
    told = [
        (getattr(known, trait), known.name)
        for known in (product(each.name) for each in subject.technologies(part))
        if known is not None and getattr(known, trait) is not None
    ]
    if not told:
        return None, ""
    lacking = [name for has, name in told if not has]
    names = lacking or [name for _, name in told]
    return Fraction(int(not lacking)), f"{'no' if lacking else 'yes'}, by {', '.join(dict.fromkeys(names))}"


def _licence_overhead(subject: Subject, part: Component) -> tuple[Fraction | None, str]:
    told = _amount("licence_overhead")(subject, part)
    if told[0] is not None:
        return told
    known = [
        (LEVEL_SHARE[found.licence], found.licence, found.name)
        for found in (product(each.name) for each in subject.technologies(part))
        if found is not None and found.licence is not None
    ]
    if not known:
        return None, ""
    share, level, name = max(known)
    return _exact(share), f"{level}, by {name}"


def _past_support(subject: Subject, part: Component) -> tuple[Fraction | None, str]:
    """1 where an operating system or database is past its support, a half where the date is not certain."""
    rows = [
        row
        for technology in subject.technologies(part)
        if technology.category in ("operating_system", "database") and (row := end_of_life(technology))
    ]
    if not rows:
        return None, ""
    past = [row for row in rows if row.ends_on < subject.as_of]
    if not past:
        return Fraction(0), "no"
    named = ", ".join(f"{row.product} {row.version} since {row.ends_on}" for row in past)
    return (Fraction(1) if any(row.certain for row in past) else _HALF), named


def _maintenance_cost(subject: Subject, part: Component) -> tuple[Fraction | None, str]:
    maintenance, whole = subject.fact(part, "maintenance_cost"), subject.application.annual_cost
    if maintenance is None or not whole:
        return None, ""
    share = min(Fraction(1), Fraction(maintenance) / Fraction(whole))
    return share, f"{float(share):.0%}"


def _tech_debt(subject: Subject, _part: Component) -> tuple[Fraction | None, str]:
    if not subject.debt_is_known:
        return None, ""
    return _exact(subject.debt_score) / 10, f"{subject.debt_score} of 10"


_LEVELS: Mapping[str, _Level] = MappingProxyType(
    {
        "stability": _amount("stability"),
        "platform_compatible": _platform_compatible,
        "modernization_need": _amount("modernization_need"),
        "exit_pressure": _amount("exit_pressure"),
        "managed_equivalent": _managed_equivalent,
        "licence_overhead": _licence_overhead,
        "past_support": _past_support,
        "code_change": _amount("code_change"),
        "maintenance_cost": _maintenance_cost,
        "tech_debt": _tech_debt,
        "source_available": _truth("source_available"),
        "needs_decomposition": _truth("needs_decomposition"),
        "scales_unevenly": _truth("scales_unevenly"),
        "strategic": _truth("strategic"),
        "too_outdated": _truth("too_outdated"),
    }
)

# Facts by other names than their factors.
FACT_KEYS: Mapping[str, str] = MappingProxyType({"past_support": "operating_system", "tech_debt": "technologies"})
