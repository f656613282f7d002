"""What a client account may set about determination and priority: its numbers, and what is wrong with them.

The defaults are the product's own [domain.md 9]; a document that leaves something out has the default there. A client
account writes them as JSON numbers, which is why they are floats here; `exact` takes each as it is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from math import isfinite
from types import MappingProxyType
from typing import Any, Self

from domain.customer import HIGHEST_SCORE, AccountPlan
from domain.errors import ErrorCode, Problem, Refused, StaleVersion, shown_time
from domain.given import Checking

MOST_POINTS = 1_000
MOST_MULTIPLIER = 10
MOST_DAYS = 3_650
MOST_ARR = 10**15
MOST_TIERS = 20
LONGEST_DESCRIPTION = 1_000


@dataclass(frozen=True, slots=True)
class StageDays:
    """With how many days left each stage begins, and the one before it ends.

    EMERGENCY always begins with 0 days left, OVERDUE the day after; whatever is further away than PREPARE is MONITOR.
    """

    critical: int = 7
    signature: int = 14
    finalize: int = 30
    negotiate: int = 60
    engage: int = 90
    prepare: int = 120
    monitor: int = 180


@dataclass(frozen=True, slots=True)
class RenewalBase:
    """Points that a renewal starts with, by its stage."""

    overdue: float = 100
    emergency: float = 90
    critical: float = 80
    signature: float = 70
    finalize: float = 60
    negotiate: float = 50
    engage: float = 40
    prepare: float = 30
    monitor: float = 20


@dataclass(frozen=True, slots=True)
class RenewalBonus:
    """Points on top of that, by the stage; multiplied like the base."""

    overdue: float = 20
    emergency: float = 15
    critical: float = 10
    signature: float = 0
    finalize: float = 0
    negotiate: float = 0
    engage: float = 0
    prepare: float = 0
    monitor: float = 0


@dataclass(frozen=True, slots=True)
class StrategicRule:
    """Customers with one of these plans get a strategic workflow; its points by the plan, `other` for any other."""

    plans: tuple[AccountPlan, ...] = (AccountPlan.INVEST, AccountPlan.EXPAND)
    invest: float = 70
    expand: float = 60
    other: float = 50


@dataclass(frozen=True, slots=True)
class OpportunityRule:
    """From this opportunity score on a customer gets one; it has `base` points and `per_point` for each of the score.

    `from_score` is included.
    """

    from_score: float = 70
    base: float = 50
    per_point: float = 0.5


@dataclass(frozen=True, slots=True)
class RiskRule:
    """The same of the risk score."""

    from_score: float = 60
    base: float = 60
    per_point: float = 0.6


@dataclass(frozen=True, slots=True)
class ArrTier:
    """Customers with that ARR or more, in the engagement's currency, are weighed so."""

    from_arr: float
    multiplier: float


@dataclass(frozen=True, slots=True)
class PlanMultipliers:
    """How customers are weighed by their plan; `none` are those without one."""

    invest: float = 1.5
    expand: float = 1.3
    manage: float = 1.0
    monitor: float = 0.8
    none: float = 1.0


@dataclass(frozen=True, slots=True)
class ExperienceMultipliers:
    """How work is weighed by the experience of its owner."""

    expert: float = 1.2
    senior: float = 1.1
    mid: float = 1.0
    junior: float = 0.9


@dataclass(frozen=True, slots=True)
class ScoringRules:
    """All of them. An ARR below every tier is weighed with `arr_otherwise`; tiers may stand in any order.

    `per_other_workflow` is taken off for each other workflow of the owner; `escalation`, added to what is rounded
    already, has no fractions.
    """

    stage_days: StageDays = field(default_factory=StageDays)
    renewal_base: RenewalBase = field(default_factory=RenewalBase)
    renewal_bonus: RenewalBonus = field(default_factory=RenewalBonus)
    strategic: StrategicRule = field(default_factory=StrategicRule)
    opportunity: OpportunityRule = field(default_factory=OpportunityRule)
    risk: RiskRule = field(default_factory=RiskRule)
    arr_tiers: tuple[ArrTier, ...] = (ArrTier(150_000, 2.0), ArrTier(100_000, 1.5))
    arr_otherwise: float = 1.0
    plan: PlanMultipliers = field(default_factory=PlanMultipliers)
    experience: ExperienceMultipliers = field(default_factory=ExperienceMultipliers)
    per_other_workflow: float = 2
    escalation: int = 20

    def checked(self, *path: str) -> Self:
        """Itself, or Refused with everything that is wrong; each path starts with `path`."""
        problems = tuple(self.problems(*path))
        if problems:
            raise Refused(problems)
        return self

    def problems(self, *path: str) -> Iterator[Problem]:
        """Everything that is wrong with them, each where it is, below `path`."""
        for each in self._problems():
            yield replace(each, path=(*path, *each.path))

    def _problems(self) -> Iterator[Problem]:
        yield from _day_problems(self.stage_days)
        for name, limits in LIMITS.items():
            yield from _number_problems(getattr(self, name), limits, camel(name))
        for name, most in SINGLE.items():
            yield from _one_number(getattr(self, name), most, camel(name))
        yield from _tier_problems(self.arr_tiers)


DEFAULTS = ScoringRules()


@lru_cache(maxsize=4096)
def exact(number: float | Decimal) -> Decimal:
    """The number as it is written: 1.1 is eleven tenths, not the nearest binary fraction."""
    return number if isinstance(number, Decimal) else Decimal(str(number))


_SCORED: Mapping[str, float] = MappingProxyType({"from_score": HIGHEST_SCORE, "per_point": MOST_MULTIPLIER})
# The most that a number may be: by its name in its part, else what stands under "" there.
LIMITS: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "renewal_base": {"": MOST_POINTS},
        "renewal_bonus": {"": MOST_POINTS},
        "strategic": {"": MOST_POINTS},
        "opportunity": {"": MOST_POINTS, **_SCORED},
        "risk": {"": MOST_POINTS, **_SCORED},
        "plan": {"": MOST_MULTIPLIER},
        "experience": {"": MOST_MULTIPLIER},
    }
)
SINGLE: Mapping[str, float] = MappingProxyType(
    {"arr_otherwise": MOST_MULTIPLIER, "per_other_workflow": MOST_POINTS, "escalation": MOST_POINTS}
)


def _day_problems(days: StageDays) -> Iterator[Problem]:
    """Each stage begins later than the one nearer to the renewal, the first of them after EMERGENCY has begun."""
    named = [("emergency", 0), *((each.name, getattr(days, each.name)) for each in fields(days))]
    for (nearer, before), (name, begins) in pairwise(named):
        if not 0 < begins <= MOST_DAYS:
            yield _wrong(f"A stage begins with 1 to {MOST_DAYS:,} days left.", "stageDays", name)
        elif begins <= before:
            message = f"{name.upper()} must begin with more days left than {nearer.upper()}, which has {before}."
            yield _wrong(message, "stageDays", name)


def _number_problems(part: Any, limits: Mapping[str, float], *path: str) -> Iterator[Problem]:
    for each in fields(part):
        value = getattr(part, each.name)
        if not isinstance(value, tuple):
            yield from _one_number(value, limits.get(each.name, limits[""]), *path, camel(each.name))


def _one_number(value: float, most: float, *path: str) -> Iterator[Problem]:
    if not (isfinite(value) and 0 <= value <= most):
        yield _wrong(f"This is a number from 0 to {most:,}.", *path)


def _tier_problems(tiers: tuple[ArrTier, ...]) -> Iterator[Problem]:
    if len(tiers) > MOST_TIERS:
        yield _wrong(f"There are at most {MOST_TIERS} tiers of ARR.", "arrTiers")
        return
    seen: set[float] = set()
    for index, tier in enumerate(tiers):
        yield from _one_number(tier.from_arr, MOST_ARR, "arrTiers", str(index), "fromArr")
        yield from _one_number(tier.multiplier, MOST_MULTIPLIER, "arrTiers", str(index), "multiplier")
        if tier.from_arr in seen:
            yield _wrong("Another tier begins with the same ARR; keep one of them.", "arrTiers", str(index), "fromArr")
        seen.add(tier.from_arr)


def _wrong(message: str, *path: str) -> Problem:
    return Problem(ErrorCode.INVALID_INPUT, message, path)


def camel(name: str) -> str:
    """The name as JSON has it."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


@dataclass(frozen=True, slots=True)
class SaveScoringRules:
    """Other rules for the client account, and why."""

    rules: ScoringRules
    description: str | None = None
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class KeptScoringRules:
    """A client account's rules as they stand. Before anybody changed them they are the product's, as version 1."""

    id: str
    rules: ScoringRules
    changed_by: str
    changed_at: datetime
    version: int = 1
    description: str | None = None

    def change(self, command: SaveScoringRules, by: str, at: datetime, problems: tuple[Problem, ...] = ()) -> Self:
        """With other rules, as one more version; itself where nothing is other; or Refused with all that is wrong.

        `problems` are what is wrong with the rules already as they were written.
        """
        self._expect(command.expected_version)
        checking = Checking([*problems, *command.rules.problems("rules")])
        description = checking.text(command.description, "description", longest=LONGEST_DESCRIPTION)
        checking.done()
        after = replace(self, rules=command.rules, description=description)
        return self if after == self else replace(after, changed_by=by, changed_at=at, version=self.version + 1)

    def _expect(self, version: int | None) -> None:
        if version in (None, self.version):
            return
        details = {
            "expectedVersion": version,
            "currentVersion": self.version,
            "changedBy": self.changed_by,
            "changedAt": shown_time(self.changed_at),
            "changed": ["rules"],
        }
        raise StaleVersion("scoring rules", details)
