"""A genetic search over the orders in which activities are placed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from solvers.levelling.serial import Serial, legal

SIZE = 40
SWAPS = 0.03
# Generations without anything better after which the search starts anew.
PATIENCE = 12


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """A schedule, by the finishes of its activities, and the order that leads to it.

    Of two as long, the one whose activities finish earlier is better.
    """

    makespan: int
    total: int
    order: tuple[int, ...]
    finishes: tuple[int, ...] = field(compare=False)


@dataclass(slots=True)
class Evolution:
    """Goes on where it was left: `run` may be called again with more work."""

    serial: Serial
    random: Random
    best: Found | None = None
    _living: list[Found] = field(default_factory=list)
    _stale: int = 0

    def run(self, work: int, bound: int, out_of_time: Callable[[], bool]) -> Found | None:
        """Until so many steps are done, or nothing shorter can be; None while nothing was feasible.

        However late it is, the first schedules are made.
        """
        end = self.serial.placed + work
        while self.serial.placed < end and not (self._living and out_of_time()):
            before = self.best and self.best.makespan
            if len(self._living) < SIZE or self._stale >= PATIENCE:
                self._begin(end)
            else:
                self._breed()
            self._stale = self._stale + 1 if self.best and self.best.makespan == before else 0
            # Pins and dates may leave no schedule that this search can find.
            if self.best is None or self.best.makespan <= bound:
                break
        return self.best

    def welcome(self, starts: Mapping[str, int]) -> Found | None:
        """Take in a schedule that was found otherwise, and what comes of placing its activities in their order."""
        board = self.serial.board
        order = legal(board, sorted(range(len(starts)), key=lambda place: (starts[board.activities[place].id], place)))
        finishes = tuple(
            days.finish(starts[each.id], each.duration) for each, days in zip(board.activities, board.days, strict=True)
        )
        found = Found(max(finishes, default=0), sum(finishes), tuple(order), finishes)
        self._better(found)
        self._living = self._fittest([*self._living, found, *self._grown(order)])
        return self.best

    def _begin(self, end: int) -> None:
        """Everybody new, by priority of latest starts with more or less of chance; the first without any."""
        self._living, self._stale = [], 0
        chance = 1.0
        if self.best is None:
            # As they are numbered: of waves, one after the other.
            board = self.serial.board
            numbered = sorted(range(len(board.activities)), key=lambda place: board.activities[place].id)
            self._living += self._grown(legal(board, numbered))
            chance = 0.0
        for _ in range(2 * SIZE):
            self._living += self._grown(self._drawn(chance))
            chance = self.random.choice((0.3, 1.0, 3.0))
            if len(self._living) == SIZE or self.serial.placed >= end:
                break
        self._living.sort()

    def _drawn(self, chance: float) -> list[int]:
        path, activities = self.serial.board.path, self.serial.board.activities
        spread = chance * max(1, path.length) / 4
        keys = [path.times[each.id].latest_start + self.random.random() * spread for each in activities]
        return legal(self.serial.board, sorted(range(len(keys)), key=lambda place: (keys[place], place)))

    def _breed(self) -> None:
        """Each pair of parents has two children; the fittest of all live on."""
        children: list[Found] = []
        for _ in range(SIZE // 2):
            one, other = (min(self.random.sample(self._living, 2)) for _ in range(2))
            children += self._grown(self._mutated(self._crossed(one.order, other.order)))
            children += self._grown(self._mutated(self._crossed(other.order, one.order)))
        self._living = self._fittest([*self._living, *children])

    def _grown(self, order: Sequence[int]) -> list[Found]:
        grown = self.serial.improved(order)
        if grown is None:
            return []
        finishes, order = grown
        found = Found(max(finishes, default=0), sum(finishes), tuple(order), tuple(finishes))
        self._better(found)
        return [found]

    def _better(self, found: Found) -> None:
        if self.best is None or found < self.best:
            self.best = found

    def _fittest(self, all_of_them: Iterable[Found]) -> list[Found]:
        return sorted(set(all_of_them))[:SIZE]

    def _crossed(self, one: Sequence[int], other: Sequence[int]) -> list[int]:
        """One's order, with a middle part in the order of the other."""
        first, last = sorted(self.random.randrange(len(one) + 1) for _ in range(2))
        child = list(one[:first])
        there = set(child)
        for place in other:
            if len(child) >= last:
                break
            if place not in there:
                child.append(place)
                there.add(place)
        return child + [place for place in one if place not in there]

    def _mutated(self, order: list[int]) -> list[int]:
        """Neighbours change places here and there, where no link forbids it."""
        board, random = self.serial.board, self.random.random
        for position in range(len(order) - 1):
            if random() < SWAPS:
                one, other = order[position], order[position + 1]
                if all(before != one for before, _ in (*board.before[other], *board.paced[other])):
                    order[position], order[position + 1] = other, one
        return order
