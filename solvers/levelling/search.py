"""One levelling from beginning to end, in the process that is there for it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from random import Random

from domain.errors import Problem, Refused
from domain.planning.levelling import Budget, Levelled
from domain.planning.project import Project
from solvers.levelling.board import Board, lay_out
from solvers.levelling.bounds import lower_bound
from solvers.levelling.genetic import Evolution, Found
from solvers.levelling.serial import Serial

SEED = 1
# What a core does in a second: steps of placing, and CP-SAT's deterministic measure.
STEPS_A_SECOND = 450_000
WORK_A_SECOND = 0.09


@dataclass(frozen=True, slots=True)
class Step:
    """A share of the budget for one of the searches."""

    search: str
    share: float


EVOLVE, PROVE, NEAR, FIRST = "evolve", "prove", "near", "first"
# Many are proven at the first try, and small ones at once.
STEPS = (
    Step(EVOLVE, 0.05),
    Step(PROVE, 0.05),
    Step(EVOLVE, 0.25),
    Step(FIRST, 0.2),
    Step(PROVE, 0.15),
    Step(NEAR, 0.4),
    Step(EVOLVE, 0.1),
)


def solve(request: tuple[Project, Budget]) -> Levelled | tuple[Problem, ...]:
    """The schedule, or why there is none."""
    project, budget = request
    begun = time.monotonic()
    try:
        board = lay_out(project)
    except Refused as refused:
        return refused.problems
    return Search(board, budget, begun).run()


@dataclass(slots=True)
class Search:
    """Searches in turn until one of them proves that nothing is shorter, or the budget's work is done."""

    board: Board
    budget: Budget
    begun: float
    bound: int = 0
    best: Found | None = None
    time_limited: bool = False
    evolution: Evolution = field(init=False)

    def __post_init__(self) -> None:
        self.evolution = Evolution(Serial(self.board), Random(SEED))  # noqa: S311 - reproducible, nothing to guess
        self.bound = lower_bound(self.board)

    def run(self) -> Levelled | tuple[Problem, ...]:
        for step in STEPS:
            if self._settled() or (self.best is not None and self._out_of_time()):
                break
            self._run(step)
        if self.best is None:
            return self._nothing()
        starts = self.board.starts(self.best.finishes)
        seconds = time.monotonic() - self.begun
        return Levelled(starts, self.best.makespan, self.bound, seconds, self.time_limited)

    def _nothing(self) -> tuple[Problem, ...]:
        """Why there is none; nothing where that is not known either."""
        if self.bound <= self.board.horizon:
            return ()
        from solvers.levelling.conflict import conflict  # noqa: PLC0415 - loads the same

        return (conflict(self.board.project),)

    def _settled(self) -> bool:
        return self.bound > (self.board.horizon if self.best is None else self.best.makespan - 1)

    def _run(self, step: Step) -> None:
        if step.search == EVOLVE:
            self._evolve(step.share)
        elif step.search == NEAR:
            self._look_near(step.share)
        elif step.search == PROVE or self.best is None:
            self._prove(step.share, proving=step.search == PROVE)

    def _evolve(self, share: float) -> None:
        work = round(share * self.budget.seconds * STEPS_A_SECOND)
        self.best = self.evolution.run(work, self.bound, self._out_of_time) or self.best

    def _look_near(self, share: float) -> None:
        from solvers.levelling.neighbourhood import Neighbourhood  # noqa: PLC0415 - loads the same

        near = Neighbourhood(self.board, self.evolution, Random(SEED))  # noqa: S311 - as above
        self.time_limited |= near.run(share * self.budget.seconds * WORK_A_SECOND, self.bound, self._left)
        self.best = self.evolution.best

    def _prove(self, share: float, *, proving: bool) -> None:
        # Loading it takes longer than many a levelling that needs no proof.
        from solvers.levelling.model import Effort, prove  # noqa: PLC0415

        limit = self.board.horizon if self.best is None else self.best.makespan - 1
        effort = Effort(share * self.budget.seconds * WORK_A_SECOND, max(0.1, self._left()), proving=proving)
        proof = prove(self.board, limit, effort)
        self.time_limited |= proof.time_limited
        self.bound = max(self.bound, proof.bound)
        if proof.starts is not None:
            self.best = self.evolution.welcome(proof.starts)

    def _left(self) -> float:
        return self.budget.guard - (time.monotonic() - self.begun)

    def _out_of_time(self) -> bool:
        self.time_limited |= self._left() < 0
        return self.time_limited
