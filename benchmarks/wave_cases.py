"""Random portfolios for wave placement: the same for the same numbers and seed."""

from __future__ import annotations

import math
import random
from decimal import Decimal

from domain.planning.waves.dates import most_days
from domain.planning.waves.problem import (
    Candidate,
    HardDependency,
    PoolCapacity,
    SoftTie,
    WaveLimits,
    WaveProblem,
)

HARD_SHARE = 0.4
_APPLICATIONS_PER_DEPARTMENT = 12
_HOURS_PER_DAY = 8
_ROLES = {"architect": 15, "engineer": 50, "database": 15, "test": 15, "lead": 5}
_WEIGHTS = (50, 100, 150, 200)


def random_problem(applications: int, dependencies: int, seed: int, per_wave: int) -> WaveProblem:
    """Dependencies between any two; pools as the product proposes them where an engagement has none."""
    draw = random.Random(f"{applications}-{dependencies}-{seed}")  # noqa: S311 - reproducible, not secret
    ids = [f"app-{number:05d}" for number in range(applications)]
    pairs: dict[tuple[str, str], None] = {}
    while len(pairs) < dependencies:
        pairs[_pair(draw, ids)] = None
    hard = [HardDependency(*pair) for pair in list(pairs)[: round(HARD_SHARE * dependencies)]]
    soft = [SoftTie(pair, draw.choice(_WEIGHTS)) for pair in list(pairs)[len(hard) :]]
    degree = _degrees(pairs)
    candidates = tuple(_candidate(draw, id, degree.get(id, 0), applications) for id in ids)
    limits = WaveLimits(max_applications=per_wave)
    problem = WaveProblem(candidates, tuple(hard), tuple(soft), limits=limits)
    return WaveProblem(candidates, tuple(hard), tuple(soft), limits=limits, capacities=_capacities(problem))


def _pair(draw: random.Random, ids: list[str]) -> tuple[str, str]:
    one, other = draw.sample(ids, 2)
    return one, other


def _degrees(pairs: dict[tuple[str, str], None]) -> dict[str, int]:
    found: dict[str, int] = {}
    for pair in pairs:
        for id in pair:
            found[id] = found.get(id, 0) + 1
    return found


def _candidate(draw: random.Random, id: str, dependencies: int, applications: int) -> Candidate:
    hours = Decimal(draw.randint(16, 160))
    return Candidate(
        id=id,
        name=id,
        hours=tuple((role, hours * share / 100) for role, share in _ROLES.items()),
        risk=draw.randint(0, 100) / 100,
        priority=Decimal(draw.randint(120, 340)),
        dependencies=dependencies,
        department=f"department {draw.randrange(math.ceil(applications / _APPLICATIONS_PER_DEPARTMENT))}",
    )


def _capacities(problem: WaveProblem) -> tuple[PoolCapacity, ...]:
    waves = math.ceil(len(problem.candidates) / problem.limits.max_applications)
    given = waves * _HOURS_PER_DAY * most_days(problem)
    hours = {role: sum(dict(each.hours)[role] for each in problem.candidates) for role in _ROLES}
    return tuple(
        PoolCapacity(role, Decimal(_HOURS_PER_DAY * max(1, math.ceil(hours[role] / given)))) for role in _ROLES
    )
