"""Small placement problems, and the best of all their placements by trying every one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from itertools import pairwise, product

from hypothesis import strategies as st

from domain.planning.checking.waves import check_waves
from domain.planning.waves.placement import arranged
from domain.planning.waves.placing import Assignment, SearchBudget
from domain.planning.waves.problem import (
    Candidate,
    GivenGroup,
    HardDependency,
    PoolCapacity,
    SoftTie,
    WaveLimits,
    WaveProblem,
)
from solvers.waves.answering import place

# Far more than such small problems take.
IDS = "abcdef"
PLENTY = SearchBudget(20)


class InProcess:
    """The search without its process."""

    def place(
        self, problem: WaveProblem, budget: SearchBudget, cancelled: Callable[[], bool] = lambda: False
    ) -> Assignment:
        assert not cancelled()
        return place(problem, budget)


def app(
    id: str,
    *,
    hours: int = 10,
    risk: float = 0.5,
    department: str | None = None,
    priority: int = 0,
    dependencies: int = 0,
) -> Candidate:
    return Candidate(id, id.upper(), (("engineer", Decimal(hours)),), risk, Decimal(priority), dependencies, department)


def apps(ids: Iterable[str]) -> tuple[Candidate, ...]:
    return tuple(app(id) for id in ids)


def needs(*pairs: str) -> tuple[HardDependency, ...]:
    """`needs("ab")`: a needs b."""
    return tuple(HardDependency(pair[0], pair[1]) for pair in pairs)


def tied(*pairs: str, weight: int = 100) -> tuple[SoftTie, ...]:
    return tuple(SoftTie(tuple(pair), weight) for pair in pairs)


def numbers(problem: WaveProblem) -> dict[str, int]:
    return dict(place(problem, PLENTY).numbers)


def best_by_trying(problem: WaveProblem) -> tuple[float, ...]:
    """The best values of all levels, in order, of all lawful placements."""
    ids = [each.id for each in problem.candidates]
    for waves in range(1, len(ids) + 1):
        tried = (dict(zip(ids, found, strict=True)) for found in product(range(1, waves + 1), repeat=len(ids)))
        values = [
            levels(problem, each)
            for each in tried
            if set(each.values()) == set(range(1, waves + 1)) and _lawful(problem, each)
        ]
        if values:
            return (waves, *min(values))
    raise AssertionError("there is always a wave for each")


def levels(problem: WaveProblem, placed: dict[str, int]) -> tuple[float, ...]:
    """Split, pilot, rising, spread, departments and priority of a placement, by the words of the domain."""
    by_id = {each.id: each for each in problem.candidates}
    split = sum(tie.weight * (len({placed[id] for id in tie.application_ids}) - 1) for tie in problem.soft)
    departments: dict[str, set[int]] = {}
    for each in problem.candidates:
        if each.department:
            departments.setdefault(each.department, set()).add(placed[each.id])
    risks = list(_risks(problem, placed))
    first = [by_id[id] for id, wave in placed.items() if wave == 1]
    least, most = (min(each, problem.limits.max_applications, len(by_id)) for each in (3, 5))
    unsuited = sum(each.risk > 0.35 or each.dependencies > 3 for each in first)
    return (
        split,
        max(0, least - len(first)) + max(0, len(first) - most) + unsuited if problem.limits.pilot else 0,
        sum(max(0, before - after) for before, after in pairwise(risks)) / 1000,
        max(risks) / 1000,
        sum(len(waves) - 1 for waves in departments.values()),
        float(sum(each.priority * placed[each.id] for each in problem.candidates)),
    )


def _risks(problem: WaveProblem, placed: dict[str, int]) -> Iterator[int]:
    """In thousandths, rounded down as the search does."""
    for wave in sorted(set(placed.values())):
        there = [each for each in problem.candidates if placed[each.id] == wave]
        hours = [max(1, round(each.total_hours)) for each in there]
        weighted = sum(own * round(each.risk * 1000) for own, each in zip(hours, there, strict=True))
        yield weighted // sum(hours)


def _lawful(problem: WaveProblem, placed: dict[str, int]) -> bool:
    return not check_waves(problem, arranged(problem, placed))


@st.composite
def small_problems(draw: st.DrawFn, most: int = 6) -> WaveProblem:
    """Dependencies without circles, hints, departments, hours that fill waves; what moves as one always fits."""
    ids = IDS[: draw(st.integers(1, most))]
    per_wave = draw(st.integers(2, 3))
    candidates = tuple(
        Candidate(
            id,
            id.upper(),
            (("engineer", Decimal(draw(st.integers(1, 260)))),),
            draw(st.integers(0, 10)) / 10,
            Decimal(draw(st.integers(100, 300))),
            draw(st.integers(0, 5)),
            draw(st.sampled_from([None, "red", "blue"])),
        )
        for id in ids
    )
    pairs = [(one, other) for number, one in enumerate(ids) for other in ids[:number]]
    hard = draw(st.lists(st.sampled_from(pairs), max_size=4, unique=True)) if pairs else []
    soft = draw(st.lists(st.sampled_from(pairs), max_size=5)) if pairs else []
    hints = (
        draw(st.lists(st.lists(st.sampled_from(ids), min_size=2, max_size=4, unique=True), max_size=1)) if pairs else []
    )
    together = draw(st.sampled_from([(), (GivenGroup((ids[0], ids[-1]), "G"),)])) if len(ids) == 2 else ()
    return WaveProblem(
        candidates,
        tuple(HardDependency(*pair) for pair in hard),
        (
            *(SoftTie(pair, draw(st.sampled_from([50, 100, 200]))) for pair in soft),
            *(SoftTie(tuple(hint), 70, "hint") for hint in hints),
        ),
        together,
        WaveLimits(per_wave, 30, pilot=draw(st.booleans())),
        (PoolCapacity("engineer", Decimal(24)),),
    )
