"""How short no schedule can be, from the critical path and from each pool's work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from solvers.levelling.board import Board


@dataclass(frozen=True, slots=True)
class _Work:
    """An activity as one pool sees it, with the shortest way to it and the shortest way on from it."""

    head: int
    tail: int
    duration: int
    units: int


def lower_bound(board: Board) -> int:
    """The most that any of these shows."""
    tails = tails_of(board)
    return max([board.path.length, *(_pool_bound(_works(board, pool.id, tails), pool.units) for pool in board.pools)])


def tails_of(board: Board) -> list[int]:
    """The work that follows each activity at the least; days on which nothing may move are not counted on."""
    tails = [0] * len(board.durations)
    for place in reversed(range(len(tails))):
        tails[place] = max(
            [lag + board.durations[after] + tails[after] for after, lag in board.after[place]], default=0
        )
    return tails


def _works(board: Board, pool: str, tails: Sequence[int]) -> list[_Work]:
    works = []
    for place, taken in enumerate(board.units):
        if pool in taken:
            times = board.path.times[board.activities[place].id]
            works.append(_Work(times.earliest_start, tails[place], board.durations[place], taken[pool]))
    return works


def _pool_bound(works: Sequence[_Work], capacity: int) -> int:
    """Over all sets of what starts late and all ways of counting units."""
    ordered = sorted(works, key=lambda work: -work.head)
    best = 0
    for threshold in _thresholds(ordered, capacity):
        energy, tail = 0, max((work.tail for work in ordered), default=0)
        for work in ordered:
            counted = _counted(work.units, threshold, capacity)
            if counted:
                energy += counted * work.duration
                tail = min(tail, work.tail)
                best = max(best, work.head - (-energy // capacity) + tail)
    return best


def _thresholds(works: Sequence[_Work], capacity: int) -> Iterator[int]:
    yield 0
    for units in sorted({work.units for work in works} | {capacity - work.units + 1 for work in works}):
        if 0 < units <= capacity / 2:
            yield units


def _counted(units: int, threshold: int, capacity: int) -> int:
    """Beside what leaves less than the threshold, nothing that takes as much finds room: it counts as all there is.

    What takes less than the threshold is left out (a dual feasible function; Fekete and Schepers 2001).
    """
    if threshold and units < threshold:
        return 0
    return capacity if threshold and units > capacity - threshold else units
