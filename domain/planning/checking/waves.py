"""Checks a wave plan against the rules alone: it knows nothing of how plans are made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal

from domain.planning.waves.placement import PlacedWave
from domain.planning.waves.problem import WaveProblem
from domain.planning.waves.violation import Violation

_DAY = timedelta(days=1)
_SATURDAY = 5
_SHORTEST = 20
# No wave of such length is walked through day by day.
_LONGEST = 5_000


def check_waves(problem: WaveProblem, waves: Sequence[PlacedWave]) -> tuple[Violation, ...]:
    """Everything that the plan breaks, in words; nothing where it keeps all constraints."""
    checking = _Checking(problem, waves)
    return tuple(
        violation
        for part in (
            checking.membership,
            checking.dependencies,
            checking.groups,
            checking.sizes,
            checking.durations,
            checking.settled,
            checking.dates,
            checking.side_by_side,
        )
        for violation in part()
    )


@dataclass(slots=True)
class _Checking:
    problem: WaveProblem
    waves: Sequence[PlacedWave]
    names: dict[str, str] = field(init=False)
    hours: dict[str, tuple[tuple[str, Decimal], ...]] = field(init=False)
    wave_of: dict[str, PlacedWave] = field(init=False)
    taken_out: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self.names = {each.id: each.name for each in self.problem.candidates}
        self.hours = {each.id: each.hours for each in self.problem.candidates}
        self.wave_of = {id: wave for wave in self.waves for id in wave.application_ids}
        self.taken_out = frozenset(each.application_id for each in self.problem.moves if each.number is None)

    def membership(self) -> Iterator[Violation]:
        seen: set[str] = set()
        for wave in self.waves:
            for id in wave.application_ids:
                if id not in self.names:
                    yield Violation("FOREIGN", f"{id} is not an application of this plan.", (id,), (wave.number,))
                if id in seen:
                    yield Violation("TWICE", f"{self._name(id)} is in the plan twice.", (id,), (wave.number,))
                seen.add(id)
        for id in sorted(self.names.keys() - seen - self.taken_out):
            yield Violation("UNASSIGNED", f"{self._name(id)} is in no wave.", (id,))
        numbers = [wave.number for wave in self.waves]
        if numbers != sorted(set(numbers)) or any(number < 1 for number in numbers):
            yield Violation("NUMBERS", "The waves are not numbered in order.", (), tuple(numbers))

    def dependencies(self) -> Iterator[Violation]:
        for each in self.problem.hard:
            consumer, provider = self.wave_of.get(each.consumer_id), self.wave_of.get(each.provider_id)
            ids = (each.consumer_id, each.provider_id)
            needs = f"{self._name(each.consumer_id)} needs {self._name(each.provider_id)}"
            if consumer is None:
                continue
            if provider is None:
                yield Violation("DEPENDENCY", f"{needs}, which is in no wave.", ids, (consumer.number,))
            elif provider.number > consumer.number:
                later = f"which moves later, in wave {provider.number} after wave {consumer.number}"
                yield Violation("DEPENDENCY", f"{needs}, {later}.", ids, (consumer.number, provider.number))
            elif consumer.dates and provider.dates and provider.dates.cut_over_on > consumer.dates.cut_over_on:
                later = f"which cuts over later, on {provider.dates.cut_over_on}"
                yield Violation("DEPENDENCY", f"{needs}, {later}.", ids, (consumer.number, provider.number))

    def groups(self) -> Iterator[Violation]:
        for group in self.problem.groups:
            places = {self.wave_of[id].number if id in self.wave_of else None for id in group.application_ids}
            if len(places) > 1:
                where = ", ".join(f"wave {each}" for each in sorted(each for each in places if each is not None))
                out = " and in none" if None in places else ""
                name = f"The move group {group.name}" if group.name else "A move group"
                waves = tuple(sorted(each for each in places if each is not None))
                message = f"{name} ({self._names(group.application_ids)}) is split: it is in {where}{out}."
                yield Violation("GROUP_SPLIT", message, group.application_ids, waves)

    def sizes(self) -> Iterator[Violation]:
        own = {each.number: each.max_applications for each in self.problem.settings if each.max_applications}
        for wave in self.waves:
            most = own.get(wave.number, self.problem.limits.max_applications)
            size = len(wave.application_ids)
            if size > most:
                message = f"Wave {wave.number} has {size} applications; it takes at most {most}."
                yield Violation("TOO_MANY", message, wave.application_ids, (wave.number,))

    def durations(self) -> Iterator[Violation]:
        limit = self.problem.limits.duration_days
        for wave in self.waves:
            days = self._working_days(wave)
            if wave.days != days:
                message = f"Wave {wave.number} needs {days} working days; the plan gives it {wave.days}."
                yield Violation("WRONG_LENGTH", message, (), (wave.number,))
            lasts = self._calendar_days(wave, days)
            if lasts > limit:
                message = f"Wave {wave.number} lasts {lasts} calendar days; the limit is {limit}."
                yield Violation("TOO_LONG", message, wave.application_ids, (wave.number,))

    def settled(self) -> Iterator[Violation]:
        moved = {each.application_id: each.number for each in self.problem.moves}
        for id, number in moved.items():
            found = self.wave_of[id].number if id in self.wave_of else None
            if found != number:
                where = "in no wave" if number is None else f"in wave {number}"
                yield Violation("MOVE_LOST", f"A person wants {self._name(id)} {where}.", (id,))
        contents = {wave.number: frozenset(wave.application_ids) for wave in self.waves}
        for each in self.problem.settings:
            if each.locked_ids is None:
                continue
            locked = {id for id in each.locked_ids if moved.get(id, each.number) == each.number}
            into = {id for id, number in moved.items() if number == each.number}
            if contents.get(each.number, frozenset()) != locked | into:
                message = f"Wave {each.number} is locked, and holds others than it did."
                yield Violation("LOCK_LOST", message, each.locked_ids, (each.number,))

    def dates(self) -> Iterator[Violation]:
        settled = {each.number: each.starts_on for each in self.problem.settings if each.starts_on}
        for wave in self.waves:
            if wave.dates is None or wave.days > _LONGEST:
                continue
            walked = self._walk(wave.dates.starts_on, wave.days)
            if (wave.dates.cut_over_on, wave.dates.ends_on) != walked:
                message = f"Wave {wave.number} would cut over on {walked[0]} and end on {walked[1]}."
                yield Violation("WRONG_DATES", message, (), (wave.number,))
            first = self.problem.starts_on
            if wave.number in settled:
                if self._open(settled[wave.number]) != wave.dates.starts_on:
                    message = f"Wave {wave.number} was to start on {settled[wave.number]}."
                    yield Violation("DATE_LOST", message, (), (wave.number,))
            elif first and wave.dates.starts_on < first:
                message = f"Wave {wave.number} starts before the plan does, on {first}."
                yield Violation("TOO_EARLY", message, (), (wave.number,))

    def side_by_side(self) -> Iterator[Violation]:
        most = self.problem.limits.parallel_waves
        for wave in self.waves:
            if wave.dates is None:
                continue
            day = wave.dates.starts_on
            running = [
                other.number
                for other in self.waves
                if other.dates and other.dates.starts_on <= day <= other.dates.ends_on
            ]
            if len(running) > most:
                together = ", ".join(map(str, running))
                message = f"On {day} waves {together} run beside each other; at most {most} may."
                yield Violation("TOO_MANY_AT_ONCE", message, (), tuple(running))

    def _working_days(self, wave: PlacedWave) -> int:
        asked: dict[str, Decimal] = {}
        for id in wave.application_ids:
            for pool, hours in self.hours.get(id, ()):
                asked[pool] = asked.get(pool, Decimal(0)) + hours
        needs = [
            (asked.get(each.pool, Decimal(0)) / each.hours_per_day).to_integral_value(ROUND_CEILING)
            for each in self.problem.capacities
        ]
        return max([_SHORTEST, *(int(need) for need in needs)])

    def _calendar_days(self, wave: PlacedWave, days: int) -> int:
        """By its dates; without them from a Monday on, when nothing is in its way."""
        if wave.dates is not None:
            return (wave.dates.ends_on - wave.dates.starts_on).days + 1
        weeks, rest = divmod(days - 1, _SATURDAY)
        return weeks * 7 + rest + 1

    def _walk(self, starts_on: date, days: int) -> tuple[date, date]:
        """The cut-over and the end of a wave that starts on that day."""
        prepared, migrated = (days * 50 + 50) // 100, (days * 80 + 50) // 100
        day, cut_over = starts_on - _DAY, starts_on
        for worked in range(days):
            day = self._open(day + _DAY, migrating=prepared <= worked < migrated)
            if worked == migrated - 1:
                cut_over = day
        return cut_over, day

    def _open(self, day: date, *, migrating: bool = False) -> date:
        """The first day from then on that works, and on which things may move where they are to."""
        while (
            day.weekday() >= _SATURDAY
            or day in self.problem.calendar.holidays
            or (migrating and any(each.starts_on <= day <= each.ends_on for each in self.problem.blackouts))
        ):
            day += _DAY
        return day

    def _name(self, id: str) -> str:
        return self.names.get(id, id)

    def _names(self, ids: Sequence[str]) -> str:
        return ", ".join(self._name(id) for id in ids)
