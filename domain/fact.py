"""What a fact is: one thing that may be known of an application or a component, and who reads it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class FactType(StrEnum):
    """How the text of a cell becomes a value."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    MONEY = "money"
    PERCENT = "percent"
    BOOLEAN = "boolean"
    DATE = "date"
    CHOICE = "choice"
    LIST = "list"
    TECHNOLOGY = "technology"
    STRATEGY = "strategy"


class FactLevel(StrEnum):
    """Whether a fact is told of an application, of a component, or of either."""

    APPLICATION = "application"
    COMPONENT = "component"
    BOTH = "both"


class Level(StrEnum):
    """How much of something there is; `share` makes it a number from 0 to 1."""

    NONE = "NONE"
    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"


LEVEL_SHARE: Mapping[str, float] = MappingProxyType(
    {Level.NONE: 0.0, Level.LOW: 0.25, Level.MEDIUM: 0.5, Level.HIGH: 1.0}
)


class Reader(StrEnum):
    """The rules that read facts."""

    READINESS = "readiness"
    RETAIN_HARD = "RETAIN-HARD"
    RETIRE = "RETIRE"
    REPURCHASE = "REPURCHASE"
    FACTORS = "factors"
    SEVERITY = "severity"
    CONTROLS = "controls"
    IMPACT = "business impact"
    EFFORT = "effort"
    DECOMMISSION = "decommission"
    ALTERNATIVES = "alternatives"
    INVENTORY = "inventory"


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact.

    `field` is the field of Application that holds it; without one it lives in `attributes` under its key. `headers` are
    column names of real inventories, as `header_key` gives them. `only_if` names another fact and its value: while that
    one is known to be different, this one does not apply. `category` is that of the technologies it gives.
    """

    key: str
    title: str
    type: FactType
    level: FactLevel
    readers: tuple[Reader, ...]
    headers: tuple[str, ...] = ()
    field: str | None = None
    unit: str | None = None
    needed_for_assessment: bool = False
    choices: tuple[str, ...] = ()
    aliases: Mapping[str, str] = dataclasses.field(default_factory=dict)
    category: str | None = None
    only_if: tuple[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Text that is no value of its fact, and why, in a sentence."""

    text: str
    reason: str
