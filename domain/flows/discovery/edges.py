"""Dependencies as the import tells of them: names resolved to applications, the rest left out with a finding."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from domain.application import Application, Component, Criticality
from domain.fact_reading import read
from domain.facts import FACTS
from domain.flows.discovery.told import ToldDependency
from domain.natural_key import natural_key


class DependencyRule(StrEnum):
    """Why a dependency of the import was left out."""

    UNKNOWN_APPLICATION = "unknown-application"
    SELF_DEPENDENCY = "self-dependency"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A dependency that is none, and why."""

    rule: DependencyRule
    line: int
    natural_key: str
    application_key: str | None
    before: str


@dataclass(slots=True)
class Edge:
    """One application needs another; the first thing told of it counts."""

    from_id: str
    to_id: str
    kind: str | None = None
    protocol: str | None = None
    criticality: Criticality | None = None

    def add(self, told: ToldDependency) -> None:
        self.kind = self.kind or told.kind
        self.protocol = self.protocol or told.protocol
        self.criticality = self.criticality or _criticality(told.criticality)


@dataclass(slots=True)
class Resolution:
    """The import's dependencies by their ends, and what was left out, each once."""

    edges: dict[tuple[str, str], Edge] = field(default_factory=dict)
    left_out: dict[str, LeftOut] = field(default_factory=dict)


class Names:
    """Applications by what a list of dependencies may call them: their name, or that of a server only they have."""

    def __init__(
        self, applications: Iterable[Application], components: Iterable[Component], aliases: Mapping[str, str]
    ) -> None:
        self._aliases = aliases
        self._ids = {application.key: application.id for application in applications}
        owners: dict[str, set[str]] = {}
        for component in components:
            owners.setdefault(component.key, set()).add(component.application_id)
        self._servers = {key: next(iter(ids)) for key, ids in owners.items() if len(ids) == 1}

    def find(self, name: str) -> str | None:
        """The application's id."""
        key = natural_key(name)
        key = self._aliases.get(key, key)
        return self._ids.get(key) or self._servers.get(key)


def resolve_edges(told: Iterable[ToldDependency], names: Names) -> Resolution:
    """What the rows tell, by application."""
    found = Resolution()
    for one in told:
        consumer, provider = names.find(one.consumer), names.find(one.provider)
        if consumer is None or provider is None:
            unknown = one.consumer if consumer is None else one.provider
            _leave_out(found, DependencyRule.UNKNOWN_APPLICATION, one, unknown)
        elif consumer == provider:
            _leave_out(found, DependencyRule.SELF_DEPENDENCY, one, one.consumer)
        else:
            found.edges.setdefault((consumer, provider), Edge(consumer, provider)).add(one)
    return found


def _leave_out(found: Resolution, rule: DependencyRule, told: ToldDependency, name: str) -> None:
    ends = (natural_key(told.consumer), natural_key(told.provider))
    key = "|".join(part.replace("|", "/") for part in (rule, *ends))
    before = f"{told.consumer} needs {told.provider}"
    found.left_out.setdefault(key, LeftOut(rule, told.line, key, natural_key(name), before))


def _criticality(text: str | None) -> Criticality | None:
    value = read(FACTS["criticality"], text) if text else None
    return Criticality(value) if isinstance(value, str) else None
