"""Instances in the manner of ProGen (Kolisch, Sprecher, Drexl 1995): complexity, resource factor and strength."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import product
from random import Random

from domain.planning.critical_path import critical_path
from domain.planning.project import Activity, Demand, Link, Pool, Project

POOLS, LONGEST, MOST_UNITS = 4, 10, 10
ENDS, MOST_LINKS = 3, 3
COMPLEXITIES = (1.5, 1.8, 2.1)
FACTORS = (0.25, 0.5, 0.75, 1.0)
# The strengths of PSPLIB's own sets: those of 120 jobs are scarcer.
STRENGTHS = {60: (0.2, 0.5, 0.7, 1.0), 120: (0.1, 0.2, 0.3, 0.4, 0.5)}


@dataclass(frozen=True, slots=True)
class Recipe:
    """Links a job, share of the pools that a job draws on, and how far pools are from their least (0) to plenty (1)."""

    jobs: int
    complexity: float
    factor: float
    strength: float

    @property
    def name(self) -> str:
        return f"g{self.jobs}-{self.complexity}-{self.factor}-{self.strength}"


def recipes(jobs: int) -> Iterator[Recipe]:
    """Every mixture of PSPLIB's parameters for that many jobs."""
    for complexity, factor, strength in product(COMPLEXITIES, FACTORS, STRENGTHS[jobs]):
        yield Recipe(jobs, complexity, factor, strength)


def generate(recipe: Recipe, seed: int) -> Project:
    """The same project for the same recipe and seed."""
    random = Random(f"{recipe.name}-{seed}")  # noqa: S311 - reproducible, nothing to guess
    width = len(str(recipe.jobs))
    activities = tuple(
        Activity(f"{number + 1:0{width}}", random.randint(1, LONGEST), _demands(recipe, random))
        for number in range(recipe.jobs)
    )
    links = tuple(Link(activities[before].id, activities[after].id) for before, after in _Links(recipe, random).drawn())
    project = Project(activities, links)
    return replace(project, pools=_pools(project, recipe.strength))


def _demands(recipe: Recipe, random: Random) -> tuple[Demand, ...]:
    drawn = random.sample(range(POOLS), round(recipe.factor * POOLS))
    return tuple(Demand(f"R{pool + 1}", random.randint(1, MOST_UNITS)) for pool in sorted(drawn))


def _pools(project: Project, strength: float) -> tuple[Pool, ...]:
    """From the largest single demand to the peak of the earliest schedule."""
    times = critical_path(project).times
    pools: list[Pool] = []
    for number in range(POOLS):
        id, single, used = f"R{number + 1}", 0, dict[int, int]()
        for activity in project.activities:
            units = sum(demand.units for demand in activity.demands if demand.pool == id)
            single = max(single, units)
            for day in range(times[activity.id].earliest_start, times[activity.id].earliest_finish):
                used[day] = used.get(day, 0) + units
        peak = max(used.values(), default=0)
        pools.append(Pool(id, single + round(strength * (peak - single))))
    return tuple(pools)


@dataclass(slots=True)
class _Links:
    """Draws links that none of the others implies, from lower to higher numbers."""

    recipe: Recipe
    random: Random
    _links: list[tuple[int, int]] = field(default_factory=list)
    _after: list[set[int]] = field(default_factory=list)
    _before: list[set[int]] = field(default_factory=list)

    def drawn(self) -> list[tuple[int, int]]:
        jobs = self.recipe.jobs
        self._after, self._before = ([{job} for job in range(jobs)] for _ in range(2))
        for job in range(ENDS, jobs):
            self._draw([(other, job) for other in range(min(job, jobs - ENDS))])
        for job in range(jobs - ENDS):
            if not any(before == job for before, _ in self._links):
                self._draw([(job, other) for other in range(max(job + 1, ENDS), jobs)])
        # ProGen counts the links of the two dummy jobs, and the dummies, too.
        wanted = round(self.recipe.complexity * (jobs + 2)) - 2 * ENDS
        candidates = [(one, other) for one in range(jobs - ENDS) for other in range(max(one + 1, ENDS), jobs)]
        self.random.shuffle(candidates)
        for pair in candidates:
            if len(self._links) < wanted and self._fits(*pair):
                self._add(*pair)
        return sorted(self._links)

    def _draw(self, candidates: list[tuple[int, int]]) -> None:
        fitting = [pair for pair in candidates if self._fits(*pair)]
        if fitting:
            self._add(*self.random.choice(fitting))

    def _fits(self, one: int, other: int) -> bool:
        """Neither end has enough links, and with it no link is implied by others."""
        ends = [before for before, _ in self._links].count(one), [after for _, after in self._links].count(other)
        if max(ends) >= MOST_LINKS or other in self._after[one]:
            return False
        return not any(before in self._before[one] and after in self._after[other] for before, after in self._links)

    def _add(self, one: int, other: int) -> None:
        self._links.append((one, other))
        for before in self._before[one]:
            self._after[before] |= self._after[other]
        for after in self._after[other]:
            self._before[after] |= self._before[one]
