"""Counts the work of a search, so that it ends at the same point on every machine; the clock is only a guard."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ortools.sat.python import cp_model

from domain.planning.waves.placing import SearchBudget

# In seconds of an ordinary machine: the solver's own unit on models as small as these, and what building them takes.
_PER_UNIT, _PER_MODEL, _PER_PLACE, _PER_NUMBER = 3.0, 0.005, 0.00006, 0.000006
_SEED = 1


class Searchable(Protocol):
    """A model that starts from an answer and can say another."""

    cp: cp_model.CpModel
    numbers: Sequence[int]
    x: dict[tuple[int, int], cp_model.IntVar]

    def keep_filled(self) -> None: ...

    def hint(self) -> None: ...

    def answer(self, solver: cp_model.CpSolver) -> list[int]: ...


@dataclass(frozen=True, slots=True)
class Solved:
    """An answer, if one was found; what the objective cannot come below; and whether there is no more to find."""

    numbers: list[int] | None
    bound: float
    finished: bool


@dataclass(slots=True)
class Work:
    """What is left of a budget. `ended` says that the clock has ended the search."""

    budget: SearchBudget
    done: float = 0.0
    ended: bool = False
    _begun: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._begun

    def left(self, share: float = 1.0) -> float:
        """Until that share of the budget is done."""
        if self.seconds >= self.budget.seconds:
            self.ended = True
        return 0.0 if self.ended else max(0.0, self.budget.work * share - self.done)

    def solve(self, model: Searchable, most: float, *, thorough: bool = False) -> Solved:
        """Spend at most so much; a thorough solve prepares the model longer than a small one is worth."""
        solver = cp_model.CpSolver()
        parameters = solver.parameters
        parameters.num_workers = 1
        parameters.random_seed = _SEED
        # The relaxation is what finds and proves much in models of this kind.
        parameters.linearization_level = 2
        parameters.max_deterministic_time = most / _PER_UNIT
        parameters.max_time_in_seconds = max(0.1, self.budget.seconds - self.seconds)
        if not thorough:
            parameters.cp_model_probing_level = 0
            parameters.symmetry_level = 0
            parameters.max_presolve_iterations = 1
        status = solver.solve(model.cp)
        took = solver.response_proto.deterministic_time
        self.done += _PER_MODEL + _PER_PLACE * len(model.x) + _PER_NUMBER * len(model.numbers) + _PER_UNIT * took
        numbers = model.answer(solver) if status in {cp_model.OPTIMAL, cp_model.FEASIBLE} else None
        return Solved(numbers, solver.best_objective_bound, status in {cp_model.OPTIMAL, cp_model.INFEASIBLE})
