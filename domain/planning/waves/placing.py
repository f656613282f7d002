"""The port of wave placement: what a placer is given beside the problem, and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from domain.planning.waves.problem import WaveProblem

# How much longer than its work should take a search may run before the clock ends it.
_GUARD = 3


class Level(StrEnum):
    """The objective, in order: less of an earlier one is worth any amount of a later one."""

    WAVES = "waves"
    SPLIT = "split"
    PILOT = "pilot"
    RISING = "rising"
    SPREAD = "spread"
    DEPARTMENTS = "departments"
    PRIORITY = "priority"


@dataclass(frozen=True, slots=True)
class LevelReport:
    """What a level came to, and what nothing can come below while the earlier levels stay as they are.

    WAVES: the highest number. SPLIT: weight of soft ties, once for each further wave a tie is spread over. PILOT: how
    many applications too few, too many or unsuited its first wave has. RISING: sum of the drops of risk from wave to
    wave. SPREAD: the highest risk of a wave. DEPARTMENTS: further waves that departments are spread over. PRIORITY: sum
    of priority times wave number.
    """

    level: Level
    value: float
    bound: float

    @property
    def proven(self) -> bool:
        return self.value <= self.bound

    @property
    def gap(self) -> float:
        """The share of the value that is not proven to be needed, 0 to 1."""
        return 0.0 if self.proven else (self.value - self.bound) / self.value


@dataclass(frozen=True, slots=True)
class SearchBudget:
    """`work` is counted the same on every machine, about a second each; the clock is only a guard."""

    work: float

    @property
    def seconds(self) -> float:
        return _GUARD * self.work


@dataclass(frozen=True, slots=True)
class Assignment:
    """The wave of each placed application, by id. `time_limited` says that the clock ended the search.

    `waived` holds, in words, the constraints that a person's moves left no room for.
    """

    numbers: tuple[tuple[str, int], ...]
    levels: tuple[LevelReport, ...]
    time_limited: bool = False
    waived: tuple[str, ...] = ()
    seconds: float = field(default=0.0, compare=False)

    @property
    def gap(self) -> float:
        """That of the first level that is not proven; 0 where all are."""
        return next((report.gap for report in self.levels if not report.proven), 0.0)


class WavePlacer(Protocol):
    """Places applications, the same for the same problem and budget in whatever order it comes.

    Refused INFEASIBLE names constraints of which none can be left out; once `cancelled`, SolveCancelled is raised.
    """

    def place(
        self, problem: WaveProblem, budget: SearchBudget, cancelled: Callable[[], bool] = lambda: False
    ) -> Assignment: ...
