"""The priority sum: what had better move early, by the prioritization table of AWS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from domain.application import Criticality, Environment
from domain.decision import Strategy
from domain.reference_data import read_toml


@dataclass(frozen=True, slots=True)
class PriorityInputs:
    """What is known of an application; None is unknown. `dependencies` counts those it needs and those that need it."""

    environment: Environment | None
    criticality: Criticality | None
    regulated: bool
    servers: int
    dependencies: int
    strategy: Strategy | None


def priority(inputs: PriorityInputs) -> Decimal:
    """The sum of its points, each attribute by its weight; more is earlier."""
    table = read_toml("wave_priority")
    return (
        _named(table["environment"], inputs.environment)
        + _named(table["criticality"], inputs.criticality)
        + _named(table["regulated"], "YES" if inputs.regulated else "NO")
        + _counted(table["servers"], inputs.servers)
        + _counted(table["dependencies"], inputs.dependencies)
        + _named(table["strategy"], inputs.strategy)
    )


def _named(attribute: Mapping[str, Any], value: str | None) -> Decimal:
    points = {**attribute["points"], **attribute.get("ours", {}).get("points", {})}
    return Decimal(points[value or "UNKNOWN"]) * Decimal(attribute["weight"])


def _counted(attribute: Mapping[str, Any], number: int) -> Decimal:
    points = next((points for most, points in attribute["ranges"] if number <= most), attribute["beyond"])
    return Decimal(points) * Decimal(attribute["weight"])
