"""Person-hours of each strategy, and what they cost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cache
from types import MappingProxyType
from typing import Any

from domain.application import Component, Criticality
from domain.decision import HoursRange, RefactorDepth, Strategy
from domain.fact import LEVEL_SHARE, Level
from domain.known_facts import fact_of, own_fact
from domain.reference_data import read_toml
from domain.sixr.subject import Subject, distributed

_CENT = Decimal("0.01")
_CRITICAL_POINTS: Mapping[Criticality | None, int] = MappingProxyType(
    {Criticality.HIGH: 1, Criticality.MISSION_CRITICAL: 2}
)


class Complexity(StrEnum):
    """How much more there is to a move than its servers."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Hours:
    """Exact person-hours."""

    low: Fraction = Fraction(0)
    likely: Fraction = Fraction(0)
    high: Fraction = Fraction(0)

    def __add__(self, other: Hours) -> Hours:
        return Hours(self.low + other.low, self.likely + other.likely, self.high + other.high)

    def times(self, factor: Fraction) -> Hours:
        """So many of them."""
        return Hours(self.low * factor, self.likely * factor, self.high * factor)

    def rounded(self) -> HoursRange:
        """As they are shown and stored, to the hundredth, half up."""
        return HoursRange(*(_rounded(part) for part in (self.low, self.likely, self.high)))


def total(parts: Iterable[Hours]) -> Hours:
    """Their sum."""
    return sum(parts, Hours())


def complexity_points(subject: Subject) -> int:
    """The sum of what makes a move complex; what is unknown adds nothing."""
    application, components = subject.application, subject.components
    known_servers = [count for count in distributed(application, components, "server_count").values() if count]
    points = _band(sum(known_servers), 3, 10)
    points += _band(subject.dependencies, 3, 10)
    points += _band(len(_kinds(subject)), 1, 3)
    data = _data_volume(subject)
    points += (data >= 100) + (data >= 1000)  # noqa: PLR2004 - gigabytes: 100 GB, 1 TB
    points += any(subject.fact(part, "regulated") is True for part in components)
    points += fact_of(application, "regulated") is True and not components
    return points + _CRITICAL_POINTS.get(application.criticality, 0)


def complexity(subject: Subject) -> Complexity:
    """The class of the points."""
    points, table = complexity_points(subject), read_toml("effort")["complexity"]
    if points >= table["high_from"]:
        return Complexity.HIGH
    return Complexity.MEDIUM if points >= table["medium_from"] else Complexity.LOW


def _band(count: float | Fraction, low: int, medium: int) -> int:
    return int(count > low) + int(count > medium)


def _kinds(subject: Subject) -> set[str]:
    told = [fact_of(subject.application, "integration_kinds")]
    told += [own_fact(part, "integration_kinds") for part in subject.components]
    return {kind.casefold() for kinds in told for kind in kinds or ()}


def _data_volume(subject: Subject) -> float:
    whole = fact_of(subject.application, "data_volume_gb")
    parts = sum(own_fact(part, "data_volume_gb") or 0 for part in subject.components)
    return float(parts if whole is None else whole)


@dataclass(frozen=True, slots=True)
class Work:
    """What the effort of one component is made of."""

    complexity: Complexity
    servers: Fraction
    size: Fraction
    disaster_recovery: bool
    technology_change: bool

    def reference(self) -> Fraction:
        """Hours as if rehosted: what components are weighed by."""
        return self.rehost().likely

    def rehost(self) -> Hours:
        """Move the servers as they are, and try the recovery where there is one."""
        table = _table()
        each = table["rehost"][self.complexity]
        if self.disaster_recovery:
            each = each + table["disaster_recovery_test"][self.complexity]
        return each.times(self.servers)

    def replatform(self) -> Hours:
        """Rehost, and bring the platform to another version or technology."""
        kind = "technology_change" if self.technology_change else "version_upgrade"
        return self.rehost() + _table()[kind][self.complexity].times(self.servers)

    def refactor(self, depth: RefactorDepth) -> Hours:
        """Rehost, and change part of the code."""
        rules = _refactoring()
        tens = rules["percent"][depth] / 10
        part = rules["hours_per_ten_percent"] * tens * self.size * rules["complexity"][self.complexity]
        return self.rehost() + Hours(
            part * (1 - rules["below_likely"]), part, part * (1 + rules["above_likely"])
        )  # fmt: skip

    def hours(self, strategy: Strategy, depth: RefactorDepth | None) -> Hours:
        """Of any strategy but REPURCHASE, which is counted by application."""
        by_strategy: Mapping[Strategy, Callable[[], Hours]] = {
            Strategy.REHOST: self.rehost,
            Strategy.REPLATFORM: self.replatform,
            Strategy.REFACTOR: lambda: self.refactor(depth or RefactorDepth.CODE),
            Strategy.RETIRE: lambda: _fixed("retire").times(self.servers),
            Strategy.RETAIN: lambda: _fixed("retain"),
        }
        return by_strategy[strategy]()


def works(subject: Subject) -> dict[str, Work]:
    """What each component's effort is made of."""
    level = complexity(subject)
    servers = distributed(subject.application, subject.components, "server_count")
    lines = distributed(subject.application, subject.components, "thousand_lines")
    return {
        part.id: Work(
            complexity=level,
            servers=servers[part.id] or Fraction(1),
            size=_size(lines[part.id], servers[part.id] or Fraction(1)),
            disaster_recovery=subject.fact(part, "disaster_recovery") is True,
            technology_change=_changes_technology(subject, part),
        )
        for part in subject.components
    }


def treatment_hours(
    work: Mapping[str, Work], chosen: Mapping[str, tuple[Strategy, RefactorDepth | None]]
) -> dict[str, Hours]:
    """Each component's hours; those of a repurchase, counted once an application, by its share of those bought."""
    bought = sum(
        (work[id].reference() for id, (strategy, _) in chosen.items() if strategy is Strategy.REPURCHASE), Fraction(0)
    )
    return {
        part_id: _fixed("repurchase").times(work[part_id].reference() / bought)
        if strategy is Strategy.REPURCHASE
        else work[part_id].hours(strategy, depth)
        for part_id, (strategy, depth) in chosen.items()
    }


def _size(lines: Fraction | None, servers: Fraction) -> Fraction:
    rules = _refactoring()
    size: Fraction = servers if lines is None else lines / rules["lines_per_size"]
    smallest: Fraction = rules["smallest_size"]
    largest: Fraction = rules["largest_size"]
    return min(max(size, smallest), largest)


def _changes_technology(subject: Subject, part: Component) -> bool:
    """A platform it does not run on, or much code to change: more than a newer version."""
    change = subject.fact(part, "code_change")
    much = change is not None and LEVEL_SHARE[change] >= LEVEL_SHARE[Level.MEDIUM]
    return much or subject.fact(part, "platform_compatible") is False


def _rounded(value: Fraction) -> Decimal:
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(_CENT, ROUND_HALF_UP)


@cache
def _table() -> Mapping[str, Mapping[str, Hours]]:
    document = read_toml("effort")
    return MappingProxyType(
        {
            name: {level: _between(document[name][level]) for level in Complexity}
            for name in ("rehost", "disaster_recovery_test", "version_upgrade", "technology_change")
        }
    )


def _between(ends: Sequence[str]) -> Hours:
    low, high = (Fraction(end) for end in ends)
    return Hours(low, (low + high) / 2, high)


@cache
def _fixed(name: str) -> Hours:
    return Hours(*(Fraction(hours) for hours in read_toml("effort")[name]["hours"]))


@cache
def _refactoring() -> Mapping[str, Any]:
    rules = read_toml("effort")["refactor"]
    return MappingProxyType(
        {
            name: {key: Fraction(each) for key, each in value.items()} if isinstance(value, dict) else Fraction(value)
            for name, value in rules.items()
            if name != "source"
        }
    )
