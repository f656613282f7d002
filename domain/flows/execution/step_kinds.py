"""What is done to move an application: a table of the product's, by strategy."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from domain.application import Component
from domain.decision import Strategy
from domain.flows.execution.facts import Moving
from domain.known_facts import own_fact
from domain.planning.roles import WorkRole
from domain.reference_data import read_toml

STORES_DATA = ("database", "databases", "db", "dbms", "datastore", "warehouse", "storage")


@dataclass(frozen=True, slots=True)
class StepKind:
    """One row of the table. `each` makes it for each component that moves so, else it is one of the application.

    `hold` waits for the providers to have been switched over, `turn` is what their consumers wait for.
    """

    kind: str
    title: str
    role: WorkRole
    minutes: int
    rollback: str
    after: tuple[str, ...] = ()
    strategies: frozenset[Strategy] = frozenset()
    each: frozenset[Strategy] = frozenset()
    data: bool = False
    changed: bool = False
    hold: bool = False
    turn: bool = False

    def minutes_of(self, moving: Moving, component: Component | None) -> int:
        """For that component, or for the whole: what the data take added, whole minutes up."""
        gigabytes = _gigabytes(moving, component)
        if self.changed:
            gigabytes *= _number("changed_share")
        elif not self.data:
            return self.minutes
        return self.minutes + math.ceil(gigabytes / _number("gigabytes_per_minute"))


def _gigabytes(moving: Moving, component: Component | None) -> Decimal:
    """Of the whole, or the component's own; what nobody knows of it is its part of the whole."""
    known = moving.gigabytes()
    whole = Decimal(str(known)) if known is not None else _number("unknown_gigabytes")
    if component is None:
        return whole
    own = own_fact(component, "data_volume_gb")
    if own is not None:
        return Decimal(str(own))
    holding = [part for part in moving.components if _stores(part)] or list(moving.components)
    return whole / len(holding) if component in holding else Decimal(0)


def _stores(component: Component) -> bool:
    return any(word in STORES_DATA for word in component.type.casefold().split())


def _number(name: str) -> Decimal:
    return Decimal(read_toml("runbooks")["data"][name])


@cache
def step_kinds() -> tuple[StepKind, ...]:
    """In order: what is named in `after` stands before."""
    return tuple(_kind(row) for row in read_toml("runbooks")["step"])


@cache
def run_kinds() -> tuple[StepKind, StepKind]:
    """What is done once, before everything and after it."""
    opening, closing = (_kind(row) for row in read_toml("runbooks")["run"])
    return opening, closing


def _kind(row: Mapping[str, Any]) -> StepKind:
    return StepKind(
        kind=row["kind"],
        title=row["title"],
        role=WorkRole(row["role"]),
        minutes=row["minutes"],
        rollback=row["rollback"],
        after=tuple(row.get("after", ())),
        strategies=frozenset(Strategy(each) for each in row.get("strategies", ())),
        each=frozenset(Strategy(each) for each in row.get("each", ())),
        data=row.get("data", False),
        changed=row.get("changed", False),
        hold=row.get("hold", False),
        turn=row.get("turn", False),
    )
