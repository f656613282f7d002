"""The levelling as a constraint model: it proves bounds, and finds what orders of placing do not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ortools.sat.python import cp_model

from domain.planning.days import OpenDays
from domain.planning.project import Activity, Pool
from solvers.levelling.board import Board
from solvers.levelling.bounds import tails_of
from solvers.levelling.stretches import Stretch, stretches

SEED = 1
Linear = cp_model.LinearExpr | int


@dataclass(frozen=True, slots=True)
class Effort:
    """How long the solver may work, in its deterministic measure and, as a guard, in seconds."""

    work: float
    seconds: float
    # Raise the bound from below; else look for shorter schedules.
    proving: bool = False


@dataclass(frozen=True, slots=True)
class Proof:
    """Starts, where some were found that end by the limit; no schedule ends before `bound`."""

    starts: Mapping[str, int] | None
    bound: int
    work: float
    time_limited: bool


def prove(board: Board, limit: int, effort: Effort) -> Proof:
    """Look for a schedule that ends by the limit, and for a proof that there is none."""
    model = LevellingModel(board, limit)
    solver = _solver(effort)
    if effort.proving:
        solver.parameters.optimize_with_core = True
    else:
        solver.parameters.linearization_level = 0
    status = solver.solve(model.model)
    work = solver.response_proto.deterministic_time
    if status == cp_model.INFEASIBLE:
        return Proof(None, limit + 1, work, time_limited=False)
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    starts = {activity.id: solver.value(start) for activity, start in model.starts} if found else None
    bound = max(board.path.length, round(solver.best_objective_bound))
    stopped = status != cp_model.OPTIMAL and solver.wall_time >= effort.seconds
    return Proof(starts, min(bound, limit + 1), work, stopped)


def possible(board: Board, effort: Effort) -> bool | None:
    """Whether there is any schedule at all; None where that was not found out."""
    solver = _solver(effort)
    solver.parameters.stop_after_first_solution = True
    status = solver.solve(LevellingModel(board, board.horizon).model)
    if status == cp_model.INFEASIBLE:
        return False
    return True if status in (cp_model.OPTIMAL, cp_model.FEASIBLE) else None


def _solver(effort: Effort) -> cp_model.CpSolver:
    """One worker, one seed, a limit on work: the same input comes to the same end."""
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = SEED
    solver.parameters.max_deterministic_time = effort.work
    solver.parameters.max_time_in_seconds = effort.seconds
    return solver


def _open(days: OpenDays, first: int, last: int) -> list[tuple[int, int]]:
    """Ranges of open days from the first to the last: what takes no time rests over nothing, but needs such a day."""
    ends = [first, *(end for _, end in days.closed)]
    begins = [*(begin - 1 for begin, _ in days.closed), last]
    return [(max(first, end), min(last, begin)) for end, begin in zip(ends, begins, strict=True)]


@dataclass(slots=True)
class LevellingModel:
    """Every schedule that ends by the limit."""

    board: Board
    limit: int
    model: cp_model.CpModel = field(default_factory=cp_model.CpModel)
    starts: list[tuple[Activity, cp_model.IntVar]] = field(default_factory=list)
    _finishes: list[Linear] = field(default_factory=list)
    # Of each activity, the intervals in which it works.
    _worked: list[list[cp_model.IntervalVar]] = field(default_factory=list)

    def __post_init__(self) -> None:
        end = self.model.new_int_var(min(self.board.path.length, self.limit), self.limit, "end")
        for activity, tail in zip(self.board.activities, tails_of(self.board), strict=True):
            self._place(activity, self.limit - tail)
        for place, activity in enumerate(self.board.activities):
            self._link(place)
            if not self.board.network.after[activity.id]:
                self.model.add(end >= self._finishes[place])
        for pool in self.board.pools:
            self._hold(pool)
        self.model.minimize(end)

    def _place(self, activity: Activity, last: int) -> None:
        days = self.board.project.days(activity)
        first = self.board.path.times[activity.id].earliest_start
        last = last if activity.finish_by is None else min(last, activity.finish_by)
        if activity.pinned is not None:
            start: cp_model.IntVar = self.model.new_constant(activity.pinned)
            finish: Linear = days.finish(activity.pinned, activity.duration)
            pieces = days.pieces(activity.pinned, activity.duration)
            worked = [self.model.new_fixed_size_interval_var(one, end - one, "") for one, end in pieces]
        elif activity.duration and days.closed:
            start, finish, worked = self._resting(activity, first, last)
        else:
            start = self._start(_open(days, first, last - activity.duration), activity)
            finish = start + activity.duration
            worked = [self.model.new_fixed_size_interval_var(start, activity.duration, "")]
        self.starts.append((activity, start))
        self._finishes.append(finish)
        self._worked.append(worked)

    def _start(self, ranges: list[tuple[int, int]], activity: Activity) -> cp_model.IntVar:
        possible = [[first, last] for first, last in ranges if first <= last]
        if not possible:
            # No day is left for it: the model says so by having no solution.
            self.model.add_bool_or([])
            possible = [[0, 0]]
        return self.model.new_int_var_from_domain(cp_model.Domain.from_intervals(possible), activity.id)

    def _resting(
        self, activity: Activity, first: int, last: int
    ) -> tuple[cp_model.IntVar, cp_model.IntVar, list[cp_model.IntervalVar]]:
        """Exactly one of the stretches is where it starts; its pieces are there only then."""
        days = self.board.project.days(activity)
        groups = [
            group
            for group in stretches(days, activity.duration, first, last - activity.duration)
            if group.first + group.length <= last
        ]
        start = self._start([(group.first, group.last) for group in groups], activity)
        finish = self.model.new_int_var(0, last, "")
        worked: list[cp_model.IntervalVar] = []
        chosen: list[cp_model.IntVar] = []
        for group in groups:
            there = self.model.new_bool_var("")
            chosen.append(there)
            inside = cp_model.Domain(group.first, group.last)
            self.model.add_linear_expression_in_domain(start, inside).only_enforce_if(there)
            self.model.add(finish == start + group.length).only_enforce_if(there)
            worked += self._pieces(group, start, finish, there)
        self.model.add_exactly_one(chosen)
        return start, finish, worked

    def _pieces(
        self, group: Stretch, start: cp_model.IntVar, finish: cp_model.IntVar, there: cp_model.IntVar
    ) -> list[cp_model.IntervalVar]:
        if not group.over:
            return [self.model.new_optional_fixed_size_interval_var(start, group.length, there, "")]
        begins: list[Linear] = [start, *(end for _, end in group.over)]
        ends: list[Linear] = [*(begin for begin, _ in group.over), finish]
        return [
            self.model.new_optional_interval_var(begin, end - begin, end, there, "")
            for begin, end in zip(begins, ends, strict=True)
        ]

    def _link(self, place: int) -> None:
        _, start = self.starts[place]
        for before, lag in self.board.before[place]:
            self.model.add(start >= self._finishes[before] + lag)
        for before, lag in self.board.paced[place]:
            self.model.add(self._finishes[place] >= self._finishes[before] + lag)

    def _hold(self, pool: Pool) -> None:
        """What lies outside the pool's time is as if taken."""
        intervals, units = [], []
        for place, taken in enumerate(self.board.units):
            if pool.id in taken:
                intervals += self._worked[place]
                units += [taken[pool.id]] * len(self._worked[place])
        absent = [(0, pool.available_from or 0), (self._until(pool), self.limit)]
        for first, end in absent:
            if first < end:
                intervals.append(self.model.new_fixed_size_interval_var(first, end - first, ""))
                units.append(pool.units)
        self.model.add_cumulative(intervals, units, pool.units)

    def _until(self, pool: Pool) -> int:
        return self.limit if pool.available_until is None else max(0, pool.available_until)
