"""How risky an application is to move, and a wave of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from domain.application import Criticality
from domain.decision import RefactorDepth, Strategy
from domain.sixr.hours import Complexity

LOW_RISK = 0.35
FEW_DEPENDENCIES = 3
# Of an application of which nothing is known.
UNKNOWN_RISK = 0.5

_CRITICALITY: Mapping[Criticality, float] = MappingProxyType(
    {Criticality.LOW: 0.0, Criticality.MEDIUM: 1 / 3, Criticality.HIGH: 2 / 3, Criticality.MISSION_CRITICAL: 1.0}
)
_COMPLEXITY: Mapping[Complexity, float] = MappingProxyType(
    {Complexity.LOW: 0.0, Complexity.MEDIUM: 0.5, Complexity.HIGH: 1.0}
)
# How deep the change goes; a refactoring's own depth says more.
_STRATEGY: Mapping[Strategy, float] = MappingProxyType(
    {
        Strategy.RETIRE: 0.0,
        Strategy.RETAIN: 0.0,
        Strategy.REHOST: 0.0,
        Strategy.REPLATFORM: 0.25,
        Strategy.REPURCHASE: 0.25,
        Strategy.REFACTOR: 0.5,
    }
)
_DEPTH: Mapping[RefactorDepth, float] = MappingProxyType(
    {RefactorDepth.CODE: 0.5, RefactorDepth.ARCHITECTURE: 0.75, RefactorDepth.REWRITE: 1.0}
)
_WORST_DEBT = 10


@dataclass(frozen=True, slots=True)
class RiskInputs:
    """What is known of an application; None is unknown. `debt` is 0 to 10."""

    criticality: Criticality | None = None
    complexity: Complexity | None = None
    strategy: Strategy | None = None
    depth: RefactorDepth | None = None
    debt: float | None = None


def application_risk(inputs: RiskInputs) -> float:
    """0 to 1: the mean of what is known."""
    known = [part for part in _parts(inputs) if part is not None]
    return sum(known) / len(known) if known else UNKNOWN_RISK


def wave_risk(parts: Iterable[tuple[Decimal, float]]) -> float | None:
    """0 to 1: the mean of its applications' risks by their hours; plain where none has hours, None of an empty wave."""
    found = list(parts)
    if not found:
        return None
    hours = sum((hours for hours, _ in found), Decimal(0))
    if not hours:
        return sum(risk for _, risk in found) / len(found)
    return sum(float(own) * risk for own, risk in found) / float(hours)


def suits_pilot(risk: float, dependencies: int) -> bool:
    """Low risk and few dependencies."""
    return risk <= LOW_RISK and dependencies <= FEW_DEPENDENCIES


def _parts(inputs: RiskInputs) -> Iterable[float | None]:
    yield None if inputs.criticality is None else _CRITICALITY[inputs.criticality]
    yield None if inputs.complexity is None else _COMPLEXITY[inputs.complexity]
    yield _depth(inputs.strategy, inputs.depth)
    yield None if inputs.debt is None else inputs.debt / _WORST_DEBT


def _depth(strategy: Strategy | None, depth: RefactorDepth | None) -> float | None:
    if strategy is Strategy.REFACTOR and depth is not None:
        return _DEPTH[depth]
    return None if strategy is None else _STRATEGY[strategy]
