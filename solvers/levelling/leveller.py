"""The domain's port for levelling: it solves in a process of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from domain.errors import Refused
from domain.planning.levelling import Budget, Levelled
from domain.planning.ports import SolveFailed
from domain.planning.project import Project
from solvers.child import SolverProcesses

# To start the process and load what solves, beyond what the search itself may take.
GRACE_SECONDS = 30.0
SEARCH = "solvers.levelling.search"
# What the search loads only when it needs it, and which takes seconds.
MODEL = "solvers.levelling.model"


@dataclass(frozen=True, slots=True)
class CpSatLeveller:
    """Satisfies the port Leveller."""

    processes: SolverProcesses

    def level(self, project: Project, budget: Budget, cancelled: Callable[[], bool]) -> Levelled:
        limit = budget.guard + GRACE_SECONDS
        answer = self.processes.run(f"{SEARCH}:solve", (project, budget), limit=limit, cancelled=cancelled)
        if isinstance(answer, Levelled):
            return answer
        if not answer:
            raise SolveFailed(
                "No schedule was found in the time that levelling has; the engagement's levellingSeconds may give more."
            )
        raise Refused(answer)
