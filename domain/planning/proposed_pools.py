"""Pools for an engagement that has none: as many people of each role as its waves keep busy, at dated rates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from functools import cache

from domain.planning.calendar import HOURS_PER_DAY
from domain.planning.roles import WorkRole
from domain.planning.waves.dates import most_days
from domain.planning.waves.problem import WaveLimits, WaveProblem
from domain.reference_data import read_csv, read_toml
from domain.resource_pool import ResourcePool

_FALLBACK = "USD"


@dataclass(frozen=True, slots=True)
class RoleRate:
    """What an hour of a role costs. `source` says where the number is from."""

    currency: str
    role: WorkRole
    hourly: Decimal
    valid_from: date
    source: str


@dataclass(frozen=True, slots=True)
class Staffing:
    """What pools are proposed for: likely hours of each role, and waves of so many applications and days.

    `duration_days` are calendar days, as a plan limits its waves.
    """

    hours: Mapping[WorkRole, Decimal]
    applications: int
    max_applications: int
    duration_days: int

    def headcount(self, role: WorkRole) -> int:
        """People without whom the role's hours would not fit into the fewest waves there can be; at least one."""
        waves = max(1, -(-self.applications // self.max_applications))
        days = most_days(WaveProblem((), limits=WaveLimits(duration_days=self.duration_days)))
        each = waves * days * HOURS_PER_DAY
        return max(1, int((self.hours.get(role, Decimal(0)) / each).to_integral_value(ROUND_CEILING)))


def propose_pools(
    staffing: Staffing, currency: str, as_of: date, new_id: Callable[[], str]
) -> tuple[ResourcePool, ...]:
    """One for each role, none of them confirmed by a person."""
    return tuple(
        ResourcePool(
            id=new_id(),
            name=read_toml("role_split")["pools"][role]["name"],
            role=role,
            hours_per_day=Decimal(staffing.headcount(role) * HOURS_PER_DAY),
            hourly_rate=role_rate(role, currency, as_of).hourly,
            skills=tuple(read_toml("role_split")["pools"][role]["skills"]),
            suggested=True,
        )
        for role in WorkRole
    )


def role_rate(role: WorkRole, currency: str, as_of: date) -> RoleRate:
    """The newest of the table on that day; for a currency it lacks, that of USD; before it begins, the oldest."""
    rates = [rate for rate in _rates() if rate.role is role]
    for wanted in (currency, _FALLBACK):
        known = [rate for rate in rates if rate.currency == wanted and rate.valid_from <= as_of]
        if known:
            return max(known, key=lambda rate: rate.valid_from)
    return min((rate for rate in rates if rate.currency == _FALLBACK), key=lambda rate: rate.valid_from)


@cache
def _rates() -> tuple[RoleRate, ...]:
    return tuple(
        RoleRate(
            currency=row["currency"],
            role=WorkRole(row["role"]),
            hourly=Decimal(row["hourly"]),
            valid_from=date.fromisoformat(row["from"]),
            source=row["source"],
        )
        for row in read_csv("role_rates")
    )
