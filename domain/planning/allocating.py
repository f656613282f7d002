"""Who works how many hours on a wave: hours of a role, given to its pools by what they have to give in its dates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor, fsum

from domain.planning.calendar import WorkingCalendar
from domain.planning.plan import ResourceAllocation, Timeline, Wave
from domain.planning.roles import WorkRole, role_of
from domain.resource_pool import ResourcePool

_CENT = Decimal("0.01")
_HUNDRED = 100


@dataclass(frozen=True, slots=True)
class RoleHours:
    """Hours of one application that a role works; `confidence` is that of its decision, 0 to 1."""

    role: WorkRole
    hours: Decimal
    confidence: float


@dataclass(frozen=True, slots=True)
class Share:
    """Hours of one pool in one wave, as the rules say.

    Their confidence is the mean of that of the decisions they come from, by hours: who works them makes them no surer.
    """

    wave_id: str
    pool_id: str
    hours: Decimal
    confidence: float


@dataclass(frozen=True, slots=True)
class PoolUtilization:
    """What a pool can give over the plan's dates, and what of it the plan takes.

    `utilization_percent` is above 100 where it takes more than there is, and 100 where there is nothing to take from.
    """

    pool: ResourcePool
    capacity_hours: Decimal
    allocated_hours: Decimal
    available_hours: Decimal
    utilization_percent: float


@dataclass(frozen=True, slots=True)
class Capacity:
    """What pools can give on the working days of a calendar."""

    calendar: WorkingCalendar

    def days(self, pool: ResourcePool, first: date, last: date) -> tuple[int, int]:
        """The numbers of the working days on which it is there from the first to the last, without their end."""
        first = max(first, pool.available_from or first)
        last = min(last, pool.available_until or last)
        begin = self.calendar.number(first)
        return begin, begin + self.calendar.working_days(first, last)

    def hours(self, pool: ResourcePool, first: date, last: date) -> Decimal:
        begin, end = self.days(pool, first, last)
        return pool.hours_per_day * (end - begin)

    def in_wave(self, pool: ResourcePool, wave: Wave) -> Decimal | None:
        """What it can give in the wave's dates; None while the wave has none."""
        if wave.starts_on is None or wave.ends_on is None:
            return None
        return self.hours(pool, wave.starts_on, wave.ends_on)


def apportion(total: Decimal, weights: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """The total by weight, to the hundredth by largest remainder: together exactly as much as there is.

    What is less than a hundredth goes where the next one would. Of equal remainders the lesser key comes first.
    """
    whole = sum(Fraction(weight) for weight in weights.values())
    exact = {key: Fraction(total) * Fraction(weight) / whole * _HUNDRED for key, weight in weights.items()}
    given = {key: floor(share) * _CENT for key, share in exact.items()}
    rest = total - sum(given.values(), Decimal(0))
    for key in sorted(exact, key=lambda key: (floor(exact[key]) - exact[key], key)):
        more = min(rest, _CENT)
        given[key] += more
        rest -= more
    return given


def distribute(wave: Wave, work: Iterable[RoleHours], pools: Sequence[ResourcePool], capacity: Capacity) -> list[Share]:
    """The wave's hours over the pools of each role, in proportion to what they can give in its dates.

    Who leaves before the wave ends is asked only where nobody stays: a wave is worked evenly to its last day. Where
    none of them is there at all, it goes by what they give a day; a role without a pool gets nobody's hours.
    """
    by_role: defaultdict[WorkRole, list[RoleHours]] = defaultdict(list)
    for each in work:
        by_role[each.role].append(each)
    shares = []
    for role in sorted(by_role):
        hours = sum((each.hours for each in by_role[role]), Decimal(0))
        weights = _weights(wave, [pool for pool in pools if role_of(pool.role) is role], capacity)
        given = apportion(hours, weights) if weights else {}
        sure = confidence(by_role[role])
        shares += [Share(wave.id, id, part, sure) for id, part in sorted(given.items()) if part > 0]
    return shares


def confidence(work: Sequence[RoleHours]) -> float:
    """The mean by hours; of work without hours, the plain mean."""
    weights = [float(each.hours) for each in work]
    if not any(weights):
        weights = [1.0] * len(work)
    whole = fsum(weights)
    return round(fsum(w * each.confidence for w, each in zip(weights, work, strict=True)) / whole, 4) if work else 1.0


def _weights(wave: Wave, pools: Sequence[ResourcePool], capacity: Capacity) -> dict[str, Decimal]:
    there = {pool.id: capacity.in_wave(pool, wave) or Decimal(0) for pool in pools}
    staying = {pool.id: there[pool.id] for pool in pools if _stays(pool, wave)}
    found = (each for each in (staying, there) if any(each.values()))
    return next(found, {pool.id: pool.hours_per_day for pool in pools})


def _stays(pool: ResourcePool, wave: Wave) -> bool:
    return pool.available_until is None or wave.ends_on is None or pool.available_until >= wave.ends_on


def over_allocated(
    allocations: Iterable[ResourceAllocation],
    waves: Iterable[Wave],
    pools: Iterable[ResourcePool],
    capacity: Capacity,
) -> frozenset[tuple[str, str]]:
    """Wave and pool of each allocation that takes more than the pool can give in the wave's dates.

    Waves beside it take their part of these days: hours are worked evenly over the days on which the pool is there.
    """
    dated = {each.id: each for each in waves}
    known = {each.id: each for each in pools}
    stretches: defaultdict[str, list[_Stretch]] = defaultdict(list)
    for each in allocations:
        wave, pool = dated.get(each.wave_id), known.get(each.pool_id)
        if each.hours > 0 and wave and pool and wave.starts_on and wave.ends_on:
            begin, end = capacity.days(pool, wave.starts_on, wave.ends_on)
            stretches[pool.id].append(_Stretch(wave.id, begin, end, Fraction(each.hours)))
    found = [(id, wave_id) for id, held in stretches.items() for wave_id in _too_full(held, known[id].hours_per_day)]
    return frozenset((wave_id, id) for id, wave_id in found)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Hours that a pool works in one wave, from one working day to before another."""

    wave_id: str
    begin: int
    end: int
    hours: Fraction

    def touches(self, other: _Stretch) -> bool:
        return max(self.begin, other.begin) < min(self.end, other.end)

    def within(self, other: _Stretch) -> Fraction:
        """Those of its hours that fall into the days of the other, which it touches."""
        days = min(self.end, other.end) - max(self.begin, other.begin)
        return self.hours * days / (self.end - self.begin)


def _too_full(stretches: Sequence[_Stretch], hours_per_day: Decimal) -> Iterator[str]:
    for each in stretches:
        beside = (other.within(each) for other in stretches if other.touches(each) and other is not each)
        gives = Fraction(hours_per_day) * (each.end - each.begin)
        # Shares are whole hundredths: one may exceed what is there by the rest of the last.
        if each.hours + sum(beside, Fraction(0)) > Fraction(ceil(gives * _HUNDRED), _HUNDRED):
            yield each.wave_id


def plan_dates(waves: Iterable[Wave], timeline: Timeline | None = None) -> tuple[date, date] | None:
    """The plan's first and last day: of its timeline, before there is one of its waves."""
    if timeline is not None:
        return timeline.starts_on, timeline.ends_on
    dated = [(wave.starts_on, wave.ends_on) for wave in waves if wave.starts_on and wave.ends_on]
    return (min(first for first, _ in dated), max(last for _, last in dated)) if dated else None


def utilization(
    pools: Iterable[ResourcePool],
    allocations: Iterable[ResourceAllocation],
    dates: tuple[date, date] | None,
    calendar: WorkingCalendar,
) -> tuple[PoolUtilization, ...]:
    """Each pool over the plan's dates, by name; without dates nobody has anything to give."""
    taken: defaultdict[str, Decimal] = defaultdict(Decimal)
    for each in allocations:
        taken[each.pool_id] += each.hours
    capacity = Capacity(calendar)
    return tuple(
        _used(pool, capacity.hours(pool, *dates) if dates else Decimal(0), taken[pool.id])
        for pool in sorted(pools, key=lambda pool: (pool.name.casefold(), pool.id))
    )


def _used(pool: ResourcePool, gives: Decimal, taken: Decimal) -> PoolUtilization:
    if gives:
        percent = round(float(Fraction(taken) / Fraction(gives) * _HUNDRED), 1)
    else:
        percent = float(_HUNDRED) if taken else 0.0
    return PoolUtilization(pool, gives, taken, max(Decimal(0), gives - taken), percent)
