"""The table of applications with an architect's strategies, and what an import would make of them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import count
from pathlib import Path
from typing import Any

from domain.application import Application, Component, Readiness
from domain.decision import RefactorDepth, Strategy
from domain.dependency import Dependency, DependencyKind
from domain.facts import FACTS
from domain.flows.discovery.building import build
from domain.flows.discovery.drafts import gather
from domain.flows.discovery.findings import Decisions
from domain.flows.discovery.merging import merged, merged_parts
from domain.flows.discovery.told import Teller
from domain.inventory import AttributeMapping, ImportRow, RowKind
from domain.natural_key import natural_key
from domain.portfolio import Portfolio
from domain.source import Source

# The rows that tell nearly everything, in the order in which they were divided into halves, and those that tell little.
RICH = ("finance", "public", "health", "manufacturing", "retail", "networks")
SPARSE = ("sparse",)
GROUPS = ("identity", "use", "gates", "move", "platform", "change", "controls")
_TELLER = Teller(AttributeMapping(key, key, 1.0, Source.USER) for key in FACTS)


class Half(StrEnum):
    """What a row is for: to look at while rules are mended, or to be evaluated once."""

    DEVELOPMENT = "development"
    HOLDOUT = "holdout"


@dataclass(frozen=True, slots=True)
class Row:
    """One application as it stands in the table. `told` is everything an import would tell of it."""

    name: str
    industry: str
    as_of: date
    half: Half
    right: tuple[Strategy, ...]
    depths: tuple[RefactorDepth, ...]
    why: str
    told: Mapping[str, Any]

    @property
    def id(self) -> str:
        """What names it in a portfolio made of the table."""
        return natural_key(self.name)

    def agrees(self, strategy: Strategy, depth: RefactorDepth | None) -> bool:
        """True when the architect would choose that too."""
        return strategy in self.right and (strategy is not Strategy.REFACTOR or depth in self.depths)


def rows(files: Iterable[str] = RICH) -> tuple[Row, ...]:
    """All of those files, in their order."""
    return tuple(row for name in files for row in _read(Path(__file__).with_name(f"{name}.toml")))


def _read(file: Path) -> Iterator[Row]:
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    for told in table["application"]:
        yield Row(
            name=told["name"],
            industry=table["industry"],
            as_of=table["as_of"],
            half=Half(told["half"]),
            right=tuple(Strategy(each) for each in told["right"]),
            depths=tuple(RefactorDepth(each) for each in told.get("depths", ())),
            why=told["why"],
            told=told,
        )


def keys_of(groups: Iterable[str]) -> frozenset[str]:
    """The facts that rows tell under those groups."""
    wanted = tuple(groups)
    return frozenset(key for row in rows() for group in wanted for key in row.told.get(group, ()))


def portfolio(table: Iterable[Row], forgotten: frozenset[str] = frozenset()) -> Portfolio:
    """What a discovery would hold after these rows were imported, and the applications outside that need them.

    Facts of the keys `forgotten` are left out, of the whole and of its parts.
    """
    found = tuple(table)
    applications: list[Application] = []
    components: list[Component] = []
    for row in found:
        application, parts = _imported(row, forgotten)
        applications.append(application)
        components += parts
    outside, dependencies = _surroundings(found, {each.id for each in applications})
    return Portfolio(
        applications=(*applications, *outside), components=tuple(components), dependencies=tuple(dependencies)
    )


def facts_told(told: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The row's facts as the cells of an import."""
    return [(key, str(value)) for group in GROUPS for key, value in told.get(group, {}).items()]


def _imported(row: Row, forgotten: frozenset[str]) -> tuple[Application, tuple[Component, ...]]:
    sheet = (_without(line, forgotten) for line in _sheet(row))
    [draft] = gather(sheet, _TELLER, {}).drafts.values()
    built = build(draft, Decisions(()))
    application = merged(Application(row.id, row.id, row.name, readiness=Readiness.READY_FOR_ASSESSMENT), built)
    numbers = count(1)
    parts = merged_parts(application, built.components, (), frozenset(), lambda: f"{row.id}-{next(numbers)}").all
    return application, _wired(row, parts)


def _sheet(row: Row) -> Iterator[ImportRow]:
    """A line for the application and one for each of its parts, under columns that are named by the facts' keys."""
    yield ImportRow(1, RowKind.APPLICATION, {"name": row.name, **dict(facts_told(row.told))})
    for line, told in enumerate(row.told["components"], start=2):
        facts = {key: str(value) for key, value in told.get("facts", {}).items()}
        whose = {"name": row.name, "component_name": told["name"], "component_type": told["type"]}
        yield ImportRow(line, RowKind.SERVER, {**whose, **facts})


def _without(line: ImportRow, forgotten: frozenset[str]) -> ImportRow:
    return replace(line, values={key: text for key, text in line.values.items() if key not in forgotten})


def _wired(row: Row, parts: tuple[Component, ...]) -> tuple[Component, ...]:
    """The parts with what they need of each other, which no format of inventory tells."""
    ids = {part.key: part.id for part in parts}
    needs = {natural_key(told["name"]): told.get("needs", ()) for told in row.told["components"]}
    return tuple(replace(part, depends_on=tuple(ids[natural_key(each)] for each in needs[part.key])) for part in parts)


def _surroundings(table: Iterable[Row], known: set[str]) -> tuple[list[Application], list[Dependency]]:
    outside: dict[str, Application] = {}
    dependencies = []
    for row in table:
        for told in row.told.get("needed_by", ()):
            consumer = natural_key(told["application"])
            if consumer not in known:
                readiness = Readiness(told.get("readiness", Readiness.DISCOVERED))
                outside[consumer] = Application(consumer, consumer, told["application"], readiness=readiness)
            kind = DependencyKind(told["kind"])
            dependencies.append(Dependency(f"{consumer}>{row.id}", consumer, row.id, kind, "table"))
    return list(outside.values()), dependencies
