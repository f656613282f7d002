"""Large-neighbourhood search: most of a schedule keeps its order, and the solver shortens it by what is left free."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random

from domain.planning.project import Project
from domain.planning.resource_links import with_resource_links
from solvers.levelling.board import Board, lay_out
from solvers.levelling.genetic import Evolution
from solvers.levelling.model import Effort, prove

# Deterministic work of one try, and of building its model.
TRY, BUILDING = 0.03, 0.004
SMALLEST = 8
# How often the free ones lie together in time; else they are drawn from all.
TOGETHER = 0.6


@dataclass(slots=True)
class Neighbourhood:
    """Frees more where nothing shorter was there, less where the solver did not come to an end."""

    board: Board
    evolution: Evolution
    random: Random
    _size: int = field(init=False)

    def __post_init__(self) -> None:
        self._size = max(SMALLEST, len(self.board.durations) // 4)

    def run(self, work: float, bound: int, seconds: Callable[[], float]) -> bool:
        """Until that work is done or nothing shorter can be; whether the clock ended a try."""
        while work > 0 and self.evolution.best is not None and self.evolution.best.makespan > bound:
            left = seconds()
            if left <= 0:
                return True
            used, limited = self._try(Effort(min(TRY, work), left))
            if limited:
                return True
            work -= used + BUILDING
        return False

    def _try(self, effort: Effort) -> tuple[float, bool]:
        best = self.evolution.best
        if best is None:
            return effort.work, False
        limit = best.makespan - 1
        near = lay_out(self._kept(self.board.starts(best.finishes)))
        if near.path.length > limit:
            self._grow(1)
            return 0.0, False
        proof = prove(near, limit, effort)
        if proof.starts is not None:
            self.evolution.welcome(proof.starts)
        else:
            self._grow(1 if proof.bound > limit else -2)
        return proof.work, proof.time_limited

    def _grow(self, step: int) -> None:
        self._size = min(len(self.board.durations), max(SMALLEST, self._size + step))

    def _kept(self, starts: dict[str, int]) -> Project:
        """The project with the order in which all but the free ones follow each other in the pools."""
        project, free = self.board.project, self._free(starts)
        own = set(project.links)
        return replace(
            project,
            links=tuple(
                link
                for link in with_resource_links(project, starts).links
                if link in own or free.isdisjoint((link.predecessor, link.successor))
            ),
        )

    def _free(self, starts: dict[str, int]) -> set[str]:
        ids = [activity.id for activity in self.board.activities]
        if self.random.random() > TOGETHER:
            return set(self.random.sample(ids, min(self._size, len(ids))))
        middle = {
            each.id: 2 * starts[each.id] + duration
            for each, duration in zip(self.board.activities, self.board.durations, strict=True)
        }
        around = middle[self.random.choice(ids)]
        return set(sorted(ids, key=lambda id: (abs(middle[id] - around), id))[: self._size])
