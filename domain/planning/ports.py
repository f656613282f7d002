"""What planning's rules ask of solvers: protocols that `solvers/` implements without inheriting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from domain.planning.levelling import Budget, Levelled
    from domain.planning.project import Project
    from domain.planning.waves.placing import WavePlacer


class Leveller(Protocol):
    """Finds schedules that over-book no pool."""

    def level(self, project: Project, budget: Budget, cancelled: Callable[[], bool]) -> Levelled:
        """The same for the same project and budget, in whatever order it comes; Refused INFEASIBLE says what collides.

        `cancelled` is asked now and then; once it is true the search is killed and SolveCancelled raised.
        """


def _nothing() -> None:
    """There is nothing to load or to end."""


@dataclass(frozen=True, slots=True)
class Solvers:
    """What places applications and levels timelines; a worker's alone.

    `load` gets ready in the background what takes seconds, `close` ends all that they have started.
    """

    placer: WavePlacer
    leveller: Leveller
    load: Callable[[], None] = _nothing
    close: Callable[[], None] = _nothing


class SolveCancelled(Exception):
    """The run that asked is no longer wanted."""


class SolveFailed(Exception):
    """The solver's process ended, or went on far beyond its limit, without an answer."""
