"""What ties applications: hard dependencies, soft ones by their weight, and hinted move groups by their strength."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from domain.application import Criticality
from domain.decision import MoveGroupHint
from domain.dependency import Dependency, DependencyKind
from domain.planning.waves.problem import ORDINARY_WEIGHT, HardDependency, SoftTie

# How often an ordinary soft dependency's weight counts, by what depends on it.
_TIMES: Mapping[Criticality | None, float] = MappingProxyType(
    {
        Criticality.LOW: 0.5,
        None: 1.0,
        Criticality.MEDIUM: 1.0,
        Criticality.HIGH: 1.5,
        Criticality.MISSION_CRITICAL: 2.0,
    }
)


@dataclass(frozen=True, slots=True)
class Ties:
    hard: tuple[HardDependency, ...]
    soft: tuple[SoftTie, ...]


def ties(dependencies: Iterable[Dependency], hints: Iterable[MoveGroupHint], application_ids: Collection[str]) -> Ties:
    """What ties these applications; shared services and what leads outside tie nobody."""
    hard: dict[HardDependency, None] = {}
    soft: list[SoftTie] = []
    for each in dependencies:
        if each.from_id == each.to_id or not {each.from_id, each.to_id}.issubset(application_ids):
            continue
        if each.kind is DependencyKind.HARD:
            hard[HardDependency(each.from_id, each.to_id)] = None
        elif each.kind is DependencyKind.SOFT:
            soft.append(SoftTie((each.from_id, each.to_id), soft_weight(each)))
    soft.extend(_hinted(hints, application_ids))
    return Ties(tuple(hard), tuple(soft))


def soft_weight(dependency: Dependency) -> int:
    """How much it costs to split a soft dependency: an ordinary one's weight by its criticality and its confidence."""
    return max(1, round(ORDINARY_WEIGHT * _TIMES[dependency.criticality] * dependency.confidence))


def _hinted(hints: Iterable[MoveGroupHint], application_ids: Collection[str]) -> Iterator[SoftTie]:
    for hint in hints:
        members = tuple(dict.fromkeys(each for each in hint.application_ids if each in application_ids))
        weight = round(ORDINARY_WEIGHT * hint.strength)
        if len(members) > 1 and weight > 0:
            yield SoftTie(members, weight, hint.group)
