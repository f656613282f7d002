"""What holds of every way of giving hours to pools."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from domain.planning.allocating import (
    Capacity,
    RoleHours,
    apportion,
    confidence,
    distribute,
    over_allocated,
    plan_dates,
    utilization,
)
from domain.planning.calendar import WorkingCalendar
from domain.planning.plan import ResourceAllocation, Wave
from domain.planning.roles import WorkRole
from domain.planning.skill_gaps import WaveNeeds, find_gaps
from domain.resource_pool import ResourcePool
from tests.unit.planning.flow.driving import MONDAY
from tests.unit.planning.flow.staffing import FRIDAY, wave

HOURS = st.decimals(0, 100_000, places=2)
PER_DAY = st.decimals("0.000001", 24_000, places=6)
DAYS = st.dates(date(2026, 10, 1), date(2027, 3, 1))
CALENDARS = st.lists(DAYS, max_size=8).map(lambda days: WorkingCalendar(tuple(days)))


@st.composite
def pools(draw: st.DrawFn) -> tuple[ResourcePool, ...]:
    found = []
    for number in range(draw(st.integers(1, 6))):
        days = sorted(draw(st.tuples(DAYS, DAYS)))
        first, last = (draw(st.sampled_from([None, day])) for day in days)
        role = draw(st.sampled_from([*WorkRole, "chef"]))
        skills = tuple(draw(st.sets(st.sampled_from(["java", "sql"]))))
        found.append(ResourcePool(f"p{number}", f"P{number}", role, draw(PER_DAY), Decimal(1), skills, first, last))
    return tuple(found)


@st.composite
def waves(draw: st.DrawFn, number: int = 1) -> Wave:
    first = draw(DAYS)
    return wave(number, first, first + timedelta(days=draw(st.integers(0, 60))))


WORK = st.lists(st.builds(RoleHours, st.sampled_from(list(WorkRole)), HOURS, st.floats(0, 1)), max_size=8)


@given(HOURS, st.dictionaries(st.text(max_size=3), st.decimals("0.000001", 10**12, places=6), min_size=1, max_size=9))
def test_parts_are_whole_hundredths_close_to_their_share_and_add_up(
    total: Decimal, weights: dict[str, Decimal]
) -> None:
    given = apportion(total, weights)

    assert sum(given.values()) == total
    assert all(part >= 0 and part % Decimal("0.01") == 0 for part in given.values())
    whole = sum(weights.values())
    assert all(abs(part * whole - total * weights[key]) < Decimal("0.01") * whole for key, part in given.items())


def test_what_is_less_than_a_hundredth_is_not_lost() -> None:
    assert apportion(Decimal("1.0051"), {"a": Decimal(1), "b": Decimal(1)}) == {
        "a": Decimal("0.5051"),
        "b": Decimal("0.50"),
    }


@given(waves(), WORK, pools(), CALENDARS)
def test_each_roles_hours_go_to_its_pools_and_the_order_of_pools_tells_nothing(
    given_wave: Wave, work: list[RoleHours], there: tuple[ResourcePool, ...], calendar: WorkingCalendar
) -> None:
    shares = distribute(given_wave, work, there, Capacity(calendar))

    assert distribute(given_wave, work[::-1], there[::-1], Capacity(calendar)) == shares
    roles = {pool.id: pool.role for pool in there}
    for role in WorkRole:
        hours = sum(each.hours for each in work if each.role is role)
        held = role in roles.values()
        assert sum(share.hours for share in shares if roles[share.pool_id] == role) == (hours if held else 0)
    assert all(share.hours > 0 and 0 <= share.confidence <= 1 for share in shares)


@given(waves(), WORK, pools(), CALENDARS)
def test_no_pool_is_asked_beyond_its_dates_where_another_of_its_role_is_there(
    given_wave: Wave, work: list[RoleHours], there: tuple[ResourcePool, ...], calendar: WorkingCalendar
) -> None:
    capacity = Capacity(calendar)
    gives = {pool.id: capacity.in_wave(pool, given_wave) for pool in there}
    roles = {pool.id: pool.role for pool in there}

    shares = distribute(given_wave, work, there, capacity)

    for share in shares:
        if not gives[share.pool_id]:
            assert not any(gives[id] for id, role in roles.items() if role == roles[share.pool_id])


@given(st.lists(waves(), min_size=1, max_size=5), WORK, pools(), CALENDARS)
def test_what_fits_alone_is_flagged_only_beside_other_waves(
    given_waves: list[Wave], work: list[RoleHours], there: tuple[ResourcePool, ...], calendar: WorkingCalendar
) -> None:
    numbered = [replace(each, id=f"w{n}", number=n) for n, each in enumerate(given_waves, 1)]
    capacity = Capacity(calendar)
    rows = [row for each in numbered for row in allocated(each, work, there, capacity)]

    over = over_allocated(rows, numbered, there, capacity)

    alone = frozenset(key for each in numbered for key in over_allocated(of(rows, each), [each], there, capacity))
    assert alone <= over
    if not any(beside(*pair) for pair in combinations(numbered, 2)):
        assert alone == over
    assert over_allocated(rows[::-1], numbered[::-1], there[::-1], capacity) == over


@given(waves(), WORK, pools(), CALENDARS)
def test_hours_within_what_those_of_a_role_give_who_stay_over_allocate_nobody(
    given_wave: Wave, work: list[RoleHours], there: tuple[ResourcePool, ...], calendar: WorkingCalendar
) -> None:
    capacity = Capacity(calendar)
    last = given_wave.ends_on or date.max
    staying = [pool for pool in there if (pool.available_until or last) >= last]
    gives = {
        role: sum((capacity.in_wave(pool, given_wave) or 0 for pool in staying if pool.role == role), Decimal(0))
        for role in WorkRole
    }
    over = over_allocated(allocated(given_wave, work, there, capacity), [given_wave], there, capacity)

    roles = {pool.id: pool.role for pool in there}
    for role in WorkRole:
        hours = sum(each.hours for each in work if each.role is role)
        flagged = [id for _, id in over if roles[id] == role]
        if hours <= gives[role]:
            assert flagged == []


@given(st.lists(waves(), max_size=4), WORK, pools(), CALENDARS)
def test_utilization_is_never_negative_and_adds_up(
    given_waves: list[Wave], work: list[RoleHours], there: tuple[ResourcePool, ...], calendar: WorkingCalendar
) -> None:
    numbered = [replace(each, id=f"w{n}", number=n) for n, each in enumerate(given_waves, 1)]
    rows = [row for each in numbered for row in allocated(each, work, there, Capacity(calendar))]

    used = utilization(there, rows, plan_dates(numbered), calendar)

    assert [each.pool.id for each in used] == [pool.id for pool in there]
    assert sum(each.allocated_hours for each in used) == sum(row.hours for row in rows)
    for each in used:
        assert each.capacity_hours >= 0
        assert each.available_hours == max(Decimal(0), each.capacity_hours - each.allocated_hours)
        assert each.utilization_percent >= 0


def test_utilization_of_one_pool() -> None:
    team = ResourcePool("p", "P", "engineer", Decimal(8), Decimal(1), available_from=date(2026, 11, 30))
    rows = [row(wave(1), "p", "90"), row(wave(2), "p", "6")]

    (used,) = utilization([team], rows, (MONDAY, FRIDAY), WorkingCalendar((date(2026, 12, 1),)))

    # Fourteen of the fifteen days that are left of the twenty.
    assert [used.capacity_hours, used.allocated_hours, used.available_hours] == [112, 96, 16]
    assert used.utilization_percent == 85.7


def test_who_is_not_there_at_all_is_used_up_by_any_hour() -> None:
    gone = ResourcePool("p", "P", "engineer", Decimal(8), Decimal(1), available_until=date(2026, 11, 1))

    (asked,) = utilization([gone], [row(wave(1), "p", "1")], (MONDAY, FRIDAY), WorkingCalendar())
    (left,) = utilization([gone], [], None, WorkingCalendar())

    assert [asked.capacity_hours, asked.available_hours] == [0, 0]
    assert left.capacity_hours == 0
    assert [asked.utilization_percent, left.utilization_percent] == [100.0, 0.0]


@given(st.lists(waves(), min_size=1, max_size=3), pools(), CALENDARS, HOURS.filter(bool))
def test_a_gap_is_where_hours_are_missing_and_nowhere_else(
    given_waves: list[Wave], there: tuple[ResourcePool, ...], calendar: WorkingCalendar, hours: Decimal
) -> None:
    capacity = Capacity(calendar)
    numbered = [replace(each, id=f"w{n}", number=n) for n, each in enumerate(given_waves, 1)]
    needs = [WaveNeeds(each, {"Java": hours, "Go": hours}, {WorkRole.TEST: hours}) for each in numbered]

    gaps = find_gaps(needs, there, capacity)

    assert find_gaps(needs[::-1], there[::-1], capacity) == gaps
    for each in numbered:
        able = sum((capacity.in_wave(pool, each) or 0 for pool in there if "java" in pool.skills), Decimal(0))
        found = {gap.skill: gap for gap in gaps if gap.wave_id == each.id}
        assert ("Java" in found) == (able < hours)
        assert found["Go"].hours_available == 0
        assert ("Role: test" in found) == all(pool.role != "test" for pool in there)
        assert all(gap.hours_needed == hours and gap.suggestion.endswith(".") for gap in found.values())


def test_nothing_to_be_sure_of_is_sure() -> None:
    assert confidence([]) == 1.0
    assert confidence([RoleHours(WorkRole.LEAD, Decimal(0), 0.4), RoleHours(WorkRole.LEAD, Decimal(0), 0.6)]) == 0.5


def row(given_wave: Wave, pool_id: str, hours: str) -> ResourceAllocation:
    amount = Decimal(hours)
    id = f"{given_wave.id} {pool_id}"
    return ResourceAllocation(id, "flow", given_wave.id, pool_id, amount, amount, amount, True, 1.0, False)


def allocated(
    given_wave: Wave, work: Sequence[RoleHours], there: Sequence[ResourcePool], capacity: Capacity
) -> list[ResourceAllocation]:
    shares = distribute(given_wave, work, there, capacity)
    return [row(given_wave, share.pool_id, str(share.hours)) for share in shares]


def of(rows: Sequence[ResourceAllocation], given_wave: Wave) -> list[ResourceAllocation]:
    return [each for each in rows if each.wave_id == given_wave.id]


def beside(one: Wave, other: Wave) -> bool:
    dates = plan_dates([one]), plan_dates([other])
    return all(dates) and max(first for first, _ in filter(None, dates)) <= min(last for _, last in filter(None, dates))
