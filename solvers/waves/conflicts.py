"""Why there is no placement: constraints of which none can be left out, found by deletion."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from domain.errors import ErrorCode, Problem
from domain.planning.waves.problem import WaveProblem
from solvers.waves.condensing import Contradiction, condense
from solvers.waves.constraints import Constraint, Kind, constraints, group_name, named, only, words
from solvers.waves.settling import Undecided, settle

_SECONDS = 10.0
_WORK_PER_CHECK = 1.0
# So many conflicts are told at once.
_MOST = 5
_GIVES_WAY = (Kind.HARD, Kind.GROUP)


def possible(problem: WaveProblem) -> bool:
    """Whether anything keeps all constraints; True also where that takes too long to say."""
    try:
        settle(condense(problem), _WORK_PER_CHECK)
    except Contradiction:
        return False
    except Undecided:
        return True
    return True


def conflict(problem: WaveProblem, deadline: float | None = None) -> tuple[Constraint, ...]:
    """Constraints that are in conflict, none of which can be left out; all when time runs out before."""
    deadline = deadline or time.monotonic() + _SECONDS

    def impossible(kept: Sequence[Constraint]) -> bool:
        return time.monotonic() < deadline and not possible(only(problem, set(kept)))

    return tuple(irreducible(constraints(problem), impossible))


def irreducible(found: Sequence[Constraint], impossible: Callable[[Sequence[Constraint]], bool]) -> list[Constraint]:
    """Leave out what is not needed, first half of all at once, at last one by one."""
    kept, size = list(found), max(1, len(found) // 2)
    while True:
        start = 0
        while start < len(kept):
            rest = kept[:start] + kept[start + size :]
            if rest and impossible(rest):
                kept = rest
            else:
                start += size
        if size == 1:
            return kept
        size = max(1, size // 2)


def relax(problem: WaveProblem) -> tuple[WaveProblem, tuple[str, ...]]:
    """The problem without what a person's moves leave no room for, and what that is in words.

    A conflict in which no move takes part stays; the problem is then impossible.
    """
    waived: list[str] = []
    problem, clear = _contradicted(problem)
    waived.extend(clear)
    deadline = time.monotonic() + _SECONDS
    while problem.moves and not possible(problem) and time.monotonic() < deadline:
        found = conflict(problem, deadline)
        giving = next((each for kind in _GIVES_WAY for each in found if each.kind is kind), None)
        if giving is None or not any(each.kind is Kind.MOVE for each in found):
            break
        waived.extend(words(problem, [giving]))
        problem = _without(problem, {giving})
    return problem, tuple(waived)


def problems(problem: WaveProblem) -> tuple[Problem, ...]:
    """The conflicts of an impossible problem, each a sentence; further ones where leaving out one is not enough."""
    told: list[Problem] = []
    deadline = time.monotonic() + _SECONDS
    while len(told) < _MOST and not (told and (time.monotonic() > deadline or possible(problem))):
        found = conflict(problem, deadline)
        told.append(_told(problem, found))
        owned = {each for each in found if each.kind not in {Kind.LIMIT, Kind.DURATION}}
        if not owned:
            break
        problem = _without(problem, owned)
    return tuple(told)


def _contradicted(problem: WaveProblem) -> tuple[WaveProblem, list[str]]:
    """What two settled applications break by themselves, at least one of them moved: many at once, without a search."""
    settled = {id: each.number for each in problem.settings for id in each.locked_ids or ()}
    moved = {each.application_id: each.number for each in problem.moves if each.number is not None}
    at = settled | moved
    broken = set()
    for index, edge in enumerate(problem.hard):
        ends = (edge.consumer_id, edge.provider_id)
        if moved.keys() & ends and all(id in at for id in ends) and at[ends[1]] > at[ends[0]]:
            broken.add(Constraint(Kind.HARD, index))
    for index, group in enumerate(problem.groups):
        waves = {at[id] for id in group.application_ids if id in at}
        if len(waves) > 1 and moved.keys() & group.application_ids:
            broken.add(Constraint(Kind.GROUP, index))
    return _without(problem, broken), words(problem, sorted(broken))


def _without(problem: WaveProblem, left_out: set[Constraint]) -> WaveProblem:
    """The problem without constraints of its own applications; it keeps all applications."""
    rest = only(problem, [each for each in constraints(problem) if each not in left_out])
    return replace(rest, candidates=problem.candidates, soft=problem.soft)


def _told(problem: WaveProblem, found: Sequence[Constraint]) -> Problem:
    said = words(problem, found)
    ids = sorted(_ids(problem, found))
    details = {"constraints": said, "applicationIds": ids}
    return Problem(ErrorCode.INFEASIBLE, _too_large(problem, found, ids) or _all(said), details=details)


def _all(said: Sequence[str]) -> str:
    return f"These cannot all hold: {'; '.join(said)}."


def _too_large(problem: WaveProblem, found: Sequence[Constraint], ids: Sequence[str]) -> str | None:
    """In the usual case: what moves as one is larger than a wave."""
    kinds = {each.kind for each in found}
    names = {each.id: each.name for each in problem.candidates}
    limit = f"a wave takes at most {problem.limits.max_applications}"
    if kinds == {Kind.GROUP, Kind.LIMIT} and len(found) == 2:  # noqa: PLR2004
        name = group_name(problem.groups[found[0].index], names)
        return f"{name[0].upper()}{name[1:]} has {len(ids)} applications; {limit}."
    if kinds == {Kind.HARD, Kind.LIMIT}:
        return f"{named(ids, names)} need each other and move together, {len(ids)} applications; {limit}."
    return None


def _ids(problem: WaveProblem, found: Sequence[Constraint]) -> set[str]:
    """The applications that the constraints name."""
    return {each.id for each in only(problem, set(found)).candidates}
