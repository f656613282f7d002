"""What is wrong with a placement problem before anything is placed: everything at once, each where it stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from domain.errors import ErrorCode, Problem, Refused
from domain.planning.waves.problem import GivenGroup, Move, WaveProblem, WaveSetting

LEAST_DURATION_DAYS = 30
# Beside one for each application: a wave of a higher number is a slip.
SPARE_WAVES = 1_000


def check(problem: WaveProblem) -> None:
    """Refused with all that is wrong."""
    found = tuple(find_problems(problem))
    if found:
        raise Refused(found)


def find_problems(problem: WaveProblem) -> Iterator[Problem]:
    """All that is wrong, in the order of the problem's parts."""
    given = _Input(problem)
    yield from given.limits()
    yield from given.candidates()
    yield from given.dependencies()
    yield from given.groups()
    yield from given.capacities()
    yield from given.settings()
    yield from given.moves(problem.moves)


@dataclass(slots=True)
class _Input:
    problem: WaveProblem
    known: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self.known = frozenset(each.id for each in self.problem.candidates)

    def limits(self) -> Iterator[Problem]:
        limits = self.problem.limits
        if limits.max_applications < 1:
            yield _wrong("A wave takes at least 1 application.", "maxAppsPerWave")
        if limits.duration_days < LEAST_DURATION_DAYS:
            yield _wrong(f"A wave may last at least {LEAST_DURATION_DAYS} days.", "waveDurationLimitDays")
        if limits.parallel_waves < 1:
            yield _wrong("At least 1 wave runs at a time.", "maxParallelWaves")

    def candidates(self) -> Iterator[Problem]:
        if not self.problem.candidates:
            yield _wrong("A plan has at least 1 application.", "applicationIds")
        yield from self._twice((each.id for each in self.problem.candidates), "applicationIds")
        for index, each in enumerate(self.problem.candidates):
            path = ("applications", str(index))
            if any(hours < 0 for _, hours in each.hours):
                yield _wrong(f"{each.name} takes less than no hours.", *path, "hours")
            if not 0 <= each.risk <= 1:
                yield _wrong(f"The risk of {each.name} is not between 0 and 1.", *path, "risk")

    def dependencies(self) -> Iterator[Problem]:
        for index, each in enumerate(self.problem.hard):
            ends = (each.consumer_id, each.provider_id)
            yield from self._foreign(ends, "hardDependencies", str(index))
            if each.consumer_id == each.provider_id:
                yield _wrong("An application does not depend on itself.", "hardDependencies", str(index))
        for index, tie in enumerate(self.problem.soft):
            yield from self._foreign(tie.application_ids, "softDependencies", str(index))
            if tie.weight < 0:
                yield _wrong("A weight is not negative.", "softDependencies", str(index), "weight")

    def groups(self) -> Iterator[Problem]:
        group_of: dict[str, int] = {}
        for index, group in enumerate(self.problem.groups):
            path = ("moveGroups", str(index))
            yield from self._foreign(group.application_ids, *path, "applicationIds")
            yield from self._twice(group.application_ids, *path, "applicationIds")
            for place, id in enumerate(group.application_ids):
                if group_of.setdefault(id, index) != index:
                    message = f"{id} is in {_called(self.problem.groups[group_of[id]], group_of[id])} already."
                    yield _wrong(message, *path, "applicationIds", str(place))
            yield from self._too_large(group, index)

    def capacities(self) -> Iterator[Problem]:
        yield from self._twice((each.pool for each in self.problem.capacities), "pools")
        for index, each in enumerate(self.problem.capacities):
            if each.hours_per_day <= 0:
                yield _wrong(f"{each.pool} gives no hours.", "pools", str(index), "hoursPerDay")

    def settings(self) -> Iterator[Problem]:
        yield from self._twice((str(each.number) for each in self.problem.settings), "waves")
        locked: dict[str, int] = {}
        for index, each in enumerate(self.problem.settings):
            path = ("waves", str(index))
            yield from self._numbered(each.number, *path, "number")
            if each.max_applications is not None and each.max_applications < 1:
                yield _wrong("A wave takes at least 1 application.", *path, "maxApplications")
            yield from self._locked(each, locked, path)

    def moves(self, moves: Sequence[Move]) -> Iterator[Problem]:
        yield from self._twice((each.application_id for each in moves), "moves", field="applicationId")
        for index, each in enumerate(moves):
            if each.application_id not in self.known:
                yield _unknown(each.application_id, "moves", str(index), "applicationId")
            if each.number is not None:
                yield from self._numbered(each.number, "moves", str(index), "to")

    def _locked(self, setting: WaveSetting, locked: dict[str, int], path: tuple[str, ...]) -> Iterator[Problem]:
        ids = setting.locked_ids or ()
        yield from self._foreign(ids, *path, "applicationIds")
        for place, id in enumerate(ids):
            if locked.setdefault(id, setting.number) != setting.number:
                yield _wrong(f"{id} is locked in wave {locked[id]}, too.", *path, "applicationIds", str(place))

    def _too_large(self, group: GivenGroup, index: int) -> Iterator[Problem]:
        """Where a person has put none of it anywhere, and has given no wave more room."""
        settings = self.problem.settings
        settled = {each.application_id for each in self.problem.moves}
        settled.update(id for each in settings for id in each.locked_ids or ())
        size, limit = len(set(group.application_ids)), self.problem.limits.max_applications
        most = max(limit, *(each.max_applications or 0 for each in settings), 0)
        if 0 < most < size and settled.isdisjoint(group.application_ids):
            message = f"{_called(group, index)} has {size} applications; a wave takes at most {most}."
            yield Problem(ErrorCode.INFEASIBLE, message[0].upper() + message[1:], ("moveGroups", str(index)))

    def _numbered(self, number: int, *path: str) -> Iterator[Problem]:
        most = SPARE_WAVES + len(self.problem.candidates)
        if not 1 <= number <= most:
            yield _wrong(f"Waves are numbered from 1 to {most:,}.", *path)

    def _foreign(self, ids: Iterable[str], *path: str) -> Iterator[Problem]:
        for place, id in enumerate(ids):
            if id not in self.known:
                yield _unknown(id, *path, str(place))

    def _twice(self, keys: Iterable[str], *path: str, field: str | None = None) -> Iterator[Problem]:
        seen: Counter[str] = Counter()
        for place, key in enumerate(keys):
            seen[key] += 1
            if seen[key] > 1:
                yield _wrong(f"{key} is named twice.", *path, str(place), *([field] if field else []))


def _called(group: GivenGroup, index: int) -> str:
    return f"the move group {group.name or index + 1}"


def _unknown(id: str, *path: str) -> Problem:
    return _wrong(f"{id} is not an application of this plan.", *path)


def _wrong(message: str, *path: str) -> Problem:
    return Problem(ErrorCode.INVALID_INPUT, message, path)
