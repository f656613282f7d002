"""A person's changes to pools of people: added, edited, confirmed, and taken away from later plans."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from domain.errors import NotFound, StaleVersion
from domain.given import LONGEST_NAME, Checking
from domain.planning.skills import skill_key
from domain.rates import minor_unit
from domain.resource_pool import ResourcePool

MOST_SKILLS = 100
LONGEST_SKILL = 100
# A thousand people around the clock.
MOST_HOURS_PER_DAY = Decimal(24 * 1000)
_FINEST_HOURS = Decimal("0.000001")
_MOST_RATE = Decimal(10) ** 9


@dataclass(frozen=True, slots=True)
class PoolGiven:
    """A pool as a person has it: a new one, or the one of that id.

    Of its dates, `given` names those he says something of: what it does not name stays, None is no limit.
    """

    name: str
    role: str
    hours_per_day: Decimal
    hourly_rate: Decimal
    skills: tuple[str, ...] = ()
    id: str | None = None
    given: Mapping[str, date | None] = field(default_factory=dict)


def save_pool(
    given: PoolGiven,
    before: ResourcePool | None,
    currency: str,
    new_id: Callable[[], str],
    expected_version: int | None = None,
) -> ResourcePool:
    """The pool as the person says, or Refused with everything that is wrong; a proposed one is confirmed with it.

    A rate has no smaller parts than its currency, so that what is shown is what is counted.
    """
    if before is not None:
        _expect(before, expected_version)
    checking = Checking()
    wanted = _read(given, before, currency, checking)
    checking.done()
    if before is None:
        return ResourcePool(id=new_id(), **wanted)
    after = replace(before, suggested=False, **wanted)
    return before if after == before else replace(after, version=before.version + 1)


def remove_pool(pool: ResourcePool, expected_version: int | None = None) -> ResourcePool:
    """Offered to no plan from now on; those that use it keep it until their resources are allocated anew."""
    _expect(pool, expected_version)
    return replace(pool, removed=True, version=pool.version + 1)


def _expect(pool: ResourcePool, version: int | None) -> None:
    if pool.removed:
        raise NotFound("resource pool", ("id",))
    if version not in (None, pool.version):
        details = {"expectedVersion": version, "currentVersion": pool.version, "changed": ["pool"]}
        raise StaleVersion("resource pool", details)


def _read(given: PoolGiven, before: ResourcePool | None, currency: str, checking: Checking) -> dict[str, Any]:
    wanted: dict[str, Any] = {
        "name": _line(given.name, checking, "name"),
        "role": _line(given.role, checking, "role"),
        "hours_per_day": given.hours_per_day,
        "hourly_rate": given.hourly_rate,
        "skills": _skills(given.skills, checking),
    }
    if not 0 < given.hours_per_day <= MOST_HOURS_PER_DAY:
        checking.wrong(f"A pool gives more than 0 and at most {MOST_HOURS_PER_DAY:,} hours a day.", "hoursPerDay")
    elif _finer(given.hours_per_day, _FINEST_HOURS):
        checking.wrong("Hours a day have at most 6 decimals.", "hoursPerDay")
    if not 0 <= given.hourly_rate < _MOST_RATE:
        checking.wrong("A rate is nought or more, and less than a billion.", "hourlyRate")
    elif _finer(given.hourly_rate, minor_unit(currency)):
        message = f"A rate in {currency} has no smaller parts than {minor_unit(currency)}."
        checking.wrong(message, "hourlyRate")
    wanted |= _dates(given, before, checking)
    return wanted


def _dates(given: PoolGiven, before: ResourcePool | None, checking: Checking) -> dict[str, date | None]:
    held: dict[str, date | None] = {"available_from": None, "available_until": None}
    if before is not None:
        held = {name: getattr(before, name) for name in held}
    dates = {name: given.given.get(name, day) for name, day in held.items()}
    first, last = dates["available_from"], dates["available_until"]
    if first is not None and last is not None and last < first:
        path = "availableUntil" if "available_until" in given.given else "availableFrom"
        checking.wrong("A pool is there from its first to its last day, not the other way round.", path)
    return dates


def _skills(given: tuple[str, ...], checking: Checking) -> tuple[str, ...]:
    """Each once, as it is spelled first."""
    if len(given) > MOST_SKILLS:
        checking.wrong(f"A pool has at most {MOST_SKILLS} skills.", "skills")
        return ()
    found: dict[str, str] = {}
    for index, each in enumerate(given):
        skill = _line(each, checking, "skills", str(index), longest=LONGEST_SKILL)
        found.setdefault(skill_key(skill), skill)
    return tuple(found.values())


def _line(text: str, checking: Checking, *path: str, longest: int = LONGEST_NAME) -> str:
    plain = checking.needed(text, *path, longest=longest)
    if not plain.isprintable():
        checking.wrong("This has characters that cannot be printed.", *path)
    return plain


def _finer(value: Decimal, unit: Decimal) -> bool:
    return value % unit != 0
