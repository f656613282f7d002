"""The serial generation scheme: one activity after the other, each as early as links and pools let it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush

from solvers.levelling.board import Board

# Looking at so many days costs about as much as all else about placing an activity.
DAYS_A_STEP = 10
STEPS_OF_SPECIAL = 4
DAYS_A_COPY = 200


@dataclass(slots=True)
class Serial:
    """Places lists of activities; `placed` counts the work done, in steps."""

    board: Board
    placed: int = 0
    _needs_order: bool = field(init=False)
    _steps: int = field(init=False)

    def __post_init__(self) -> None:
        # Copying the horizon costs, too.
        dated = STEPS_OF_SPECIAL * sum(self.board.special) + self.board.horizon // DAYS_A_COPY
        self._steps = len(self.board.durations) + dated
        # A successor from finish to finish may start first; sorting by starts then breaks the order of links.
        self._needs_order = any(self.board.paced)

    def improved(self, order: Sequence[int]) -> tuple[list[int], list[int]] | None:
        """Forward, then from the end backward, then forward again: finishes, and the order of the starts.

        Going there and back packs a schedule more tightly (justification). None where a pin or a latest finish is
        missed, or a pool ends before the work does.
        """
        finishes = self.forward(order)
        if finishes is None:
            return None
        backward = self._backward(sorted(range(len(finishes)), key=lambda place: (-finishes[place], -place)))
        again = self.forward(self._legal(sorted(range(len(backward)), key=lambda place: (-backward[place], place))))
        best = finishes if again is None or max(again) > max(finishes) else again
        starts = [self.board.start(place, finish) for place, finish in enumerate(best)]
        return best, self._legal(sorted(range(len(starts)), key=lambda place: (starts[place], place)))

    def forward(self, order: Sequence[int]) -> list[int] | None:
        """Finishes by place; the order keeps every link."""
        finishes = [0] * len(order)
        try:
            looked_at = self._fill(order, finishes)
        except IndexError:
            # Some pool ends too early for work that is left.
            looked_at = None
        self.placed += self._steps + (self.board.horizon if looked_at is None else looked_at) // DAYS_A_STEP
        return None if looked_at is None else finishes

    def _fill(self, order: Sequence[int], finishes: list[int]) -> int | None:
        """How many days were looked at; None where a pin or a latest finish is missed."""
        before, durations, demands = self.board.before, self.board.durations, self.board.demands
        special, guard, room = self.board.special, self.board.guard, list(self.board.room)
        looked_at = 0
        for place in order:
            day = 0
            for other, lag in before[place]:
                reached = finishes[other] + lag
                if reached > day:  # noqa: PLR1730 - in the innermost loop a call costs more than the rest
                    day = reached
            if special[place]:
                finish = self._special(place, day, room, finishes)
                if finish is None:
                    return None
                looked_at += STEPS_OF_SPECIAL * (finish - day)
                finishes[place] = finish
                continue
            duration, demand, fitting = durations[place], demands[place], 0
            looked_at -= day
            while fitting < duration:
                fitting = fitting + 1 if (room[day] - demand) & guard == guard else 0
                day += 1
            looked_at += day
            finishes[place] = day
            for taken in range(day - duration, day):
                room[taken] -= demand
        return looked_at

    def _special(self, place: int, day: int, room: list[int], finishes: Sequence[int]) -> int | None:
        board, activity = self.board, self.board.activities[place]
        days = board.days[place]
        day = max(day, activity.not_before)
        for other, lag in board.paced[place]:
            day = max(day, days.earliest_start(finishes[other] + lag, activity.duration))
        if activity.pinned is not None:
            return days.finish(activity.pinned, activity.duration) if day <= activity.pinned else None
        worked = self._first_fit(place, days.first(day), room)
        for taken in worked:
            room[taken] -= board.demands[place]
        finish = worked[-1] + 1 if worked else days.first(day)
        return None if activity.finish_by is not None and finish > activity.finish_by else finish

    def _first_fit(self, place: int, day: int, room: Sequence[int]) -> list[int]:
        """The first days on which it fits without a break but for days on which nothing may move."""
        board, worked = self.board, list[int]()
        resting = board.activities[place].moving
        while len(worked) < board.durations[place]:
            if resting and board.shut[day]:
                day += 1
                continue
            if (room[day] - board.demands[place]) & board.guard == board.guard:
                worked.append(day)
            else:
                worked.clear()
            day += 1
        return worked

    def _backward(self, order: Sequence[int]) -> list[int]:
        """As if time ran the other way, all pools were always there and nothing had a date: it only gives an order."""
        board = self.board
        after, durations, demands, guard = board.after, board.durations, board.demands, board.guard
        room, finishes = [board.full] * board.horizon, [0] * len(durations)
        looked_at = 0
        for place in order:
            day = max([finishes[other] + lag for other, lag in after[place]], default=0)
            duration, demand, fitting = durations[place], demands[place], 0
            looked_at -= day
            while fitting < duration:
                fitting = fitting + 1 if (room[day] - demand) & guard == guard else 0
                day += 1
            looked_at += day
            finishes[place] = day
            for taken in range(day - duration, day):
                room[taken] -= demand
        self.placed += self._steps + looked_at // DAYS_A_STEP
        return finishes

    def _legal(self, order: list[int]) -> list[int]:
        return legal(self.board, order) if self._needs_order else order


def legal(board: Board, order: Sequence[int]) -> list[int]:
    """As near to that order as links allow."""
    rank = {place: position for position, place in enumerate(order)}
    waits = [len(before) + len(paced) for before, paced in zip(board.before, board.paced, strict=True)]
    followers: list[list[int]] = [[] for _ in waits]
    for place in range(len(waits)):
        for other, _ in (*board.before[place], *board.paced[place]):
            followers[other].append(place)
    ready = [(rank[place], place) for place, count in enumerate(waits) if not count]
    heapify(ready)
    found: list[int] = []
    while ready:
        _, place = heappop(ready)
        found.append(place)
        for follower in followers[place]:
            waits[follower] -= 1
            if not waits[follower]:
                heappush(ready, (rank[follower], follower))
    return found
