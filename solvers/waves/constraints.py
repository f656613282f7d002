"""The constraints of a problem one by one: the problem that only some of them make, and each in words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

from domain.planning.waves.problem import GivenGroup, WaveProblem, WaveSetting

_BOUNDLESS_SIZE, _BOUNDLESS_DAYS = 10**6, 36_500
# A sentence names at most so many applications.
_NAMED = 8
_Item = TypeVar("_Item")


class Kind(StrEnum):
    """What a constraint is; those of a person's moves give way to nothing, locks and limits only to moves."""

    HARD = "hard dependency"
    GROUP = "move group"
    MOVE = "move"
    LOCK = "locked wave"
    OWN_LIMIT = "limit of a wave"
    LIMIT = "applications per wave"
    DURATION = "wave duration"


@dataclass(frozen=True, slots=True, order=True)
class Constraint:
    """One constraint: `index` is its place among those of its kind in the problem."""

    kind: Kind
    index: int = 0


def constraints(problem: WaveProblem) -> list[Constraint]:
    """All that there are."""
    found = [Constraint(Kind.HARD, index) for index in range(len(problem.hard))]
    found += [Constraint(Kind.GROUP, index) for index in range(len(problem.groups))]
    found += [Constraint(Kind.MOVE, index) for index in range(len(problem.moves))]
    for index, setting in enumerate(problem.settings):
        if setting.locked_ids is not None:
            found.append(Constraint(Kind.LOCK, index))
        if setting.max_applications is not None:
            found.append(Constraint(Kind.OWN_LIMIT, index))
    return [*found, Constraint(Kind.LIMIT), Constraint(Kind.DURATION)]


def only(problem: WaveProblem, kept: Collection[Constraint]) -> WaveProblem:
    """The problem of these constraints and of the applications that they name; nothing else can be in their way."""
    hard = tuple(_kept(problem.hard, Kind.HARD, kept))
    groups = tuple(_kept(problem.groups, Kind.GROUP, kept))
    moves = tuple(_kept(problem.moves, Kind.MOVE, kept))
    settings = tuple(_setting(each, index, kept) for index, each in enumerate(problem.settings))
    named = {id for each in hard for id in (each.consumer_id, each.provider_id)}
    named.update(id for group in groups for id in group.application_ids)
    named.update(id for setting in settings for id in setting.locked_ids or ())
    named.update(move.application_id for move in moves)
    limits = problem.limits
    if Constraint(Kind.LIMIT) not in kept:
        limits = replace(limits, max_applications=_BOUNDLESS_SIZE)
    if Constraint(Kind.DURATION) not in kept:
        limits = replace(limits, duration_days=_BOUNDLESS_DAYS)
    candidates = tuple(each for each in problem.candidates if each.id in named)
    return replace(
        problem,
        candidates=candidates,
        hard=hard,
        soft=(),
        groups=groups,
        moves=moves,
        settings=settings,
        limits=limits,
    )


def words(problem: WaveProblem, found: Sequence[Constraint]) -> list[str]:
    """Each of them in words."""
    names = {each.id: each.name for each in problem.candidates}
    return [_words(problem, each, names) for each in found]


def named(ids: Iterable[str], names: dict[str, str]) -> str:
    """The names of applications, not all of many."""
    known = sorted(names[id] for id in ids)
    rest = f" and {len(known) - _NAMED} more" if len(known) > _NAMED else ""
    return f"{', '.join(known[:_NAMED])}{rest}"


def group_name(group: GivenGroup, names: dict[str, str]) -> str:
    return f"the move group {group.name}" if group.name else f"the group of {named(group.application_ids, names)}"


def _kept(items: Sequence[_Item], kind: Kind, kept: Collection[Constraint]) -> Iterator[_Item]:
    return (item for index, item in enumerate(items) if Constraint(kind, index) in kept)


def _setting(setting: WaveSetting, index: int, kept: Collection[Constraint]) -> WaveSetting:
    if Constraint(Kind.LOCK, index) not in kept:
        setting = replace(setting, locked_ids=None)
    if setting.max_applications is not None and Constraint(Kind.OWN_LIMIT, index) not in kept:
        setting = replace(setting, max_applications=_BOUNDLESS_SIZE)
    return setting


def _words(problem: WaveProblem, constraint: Constraint, names: dict[str, str]) -> str:
    limits = problem.limits
    match constraint.kind:
        case Kind.HARD:
            edge = problem.hard[constraint.index]
            return f"{names[edge.consumer_id]} needs {names[edge.provider_id]}, which cuts over no later"
        case Kind.GROUP:
            group = problem.groups[constraint.index]
            return f"{group_name(group, names)} moves together ({_counted(len(set(group.application_ids)))})"
        case Kind.MOVE:
            move = problem.moves[constraint.index]
            return f"a person put {names[move.application_id]} into wave {move.number}"
        case Kind.LOCK:
            setting = problem.settings[constraint.index]
            inside = f"nothing but {named(setting.locked_ids, names)}" if setting.locked_ids else "nothing"
            return f"wave {setting.number} is locked with {inside} in it"
        case Kind.OWN_LIMIT:
            setting = problem.settings[constraint.index]
            return f"wave {setting.number} takes at most {_counted(setting.max_applications or 0)}"
        case Kind.LIMIT:
            return f"a wave takes at most {_counted(limits.max_applications)}"
        case Kind.DURATION:
            return f"a wave lasts at most {limits.duration_days} calendar days"


def _counted(applications: int) -> str:
    return "1 application" if applications == 1 else f"{applications} applications"
