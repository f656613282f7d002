"""The placer behind the domain's port: the search runs in a process of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from domain.errors import Refused
from domain.planning.waves.placing import Assignment, SearchBudget
from domain.planning.waves.problem import WaveProblem
from solvers.child import SolverProcesses

# For loading the solver, and for naming a conflict.
_BEYOND_SECONDS = 60.0
SEARCH = "solvers.waves.answering"


@dataclass(frozen=True, slots=True)
class ChildWavePlacer:
    """Places in a child process, which is killed when the caller cancels."""

    processes: SolverProcesses

    def place(
        self, problem: WaveProblem, budget: SearchBudget, cancelled: Callable[[], bool] = lambda: False
    ) -> Assignment:
        limit = budget.seconds + _BEYOND_SECONDS
        answer = self.processes.run(f"{SEARCH}:answer_of", (problem, budget), limit=limit, cancelled=cancelled)
        if isinstance(answer, Assignment):
            return answer
        raise Refused(answer)
