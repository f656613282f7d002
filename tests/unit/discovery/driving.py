"""Drives discovery's phases directly: an engagement in memory, values through JSON as storage has them."""

from __future__ import annotations

import io
import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, BinaryIO

from pydantic import TypeAdapter

from domain.application import Application, ApplicationChange, Component
from domain.debt import TechDebtItem
from domain.definition import Outcome, Pattern, Phase, PhaseCall
from domain.dependency import Dependency
from domain.flow import Stamp
from domain.flows.discovery import DEFINITION
from domain.flows.discovery.results import ColumnTarget, DiscoveryConfiguration
from domain.inventory import (
    CleansingFinding,
    DataImport,
    ImportRow,
    ImportRows,
    InventoryDifference,
    RejectedRow,
)
from domain.learning import LearningPattern, Lesson
from domain.need import Need
from domain.planning.ports import Solvers
from domain.portfolio import Portfolio
from domain.ports import InventoryReader
from readers import reader

FIXTURES = Path(__file__).parents[2] / "fixtures"
SAMPLE = Path(__file__).parents[3] / "server" / "sample" / "portfolio.csv"
REFERENCE = Path(__file__).parents[3].parent / "shared" / "data"
KONVEYOR_DATA = REFERENCE / "konveyor"
FACTORY_DATA = REFERENCE / "aws-cmf"
RVTOOLS_DATA = REFERENCE / "rvtools"
GOVUK_DATA = REFERENCE / "govuk"
TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
PERSON = "user-1"


_ADAPTERS: dict[type, TypeAdapter[Any]] = {}


def through_json(value: Any) -> Any:
    type_ = type(value)
    if type_ not in _ADAPTERS:
        _ADAPTERS[type_] = TypeAdapter(type_)
    adapter = _ADAPTERS[type_]
    return adapter.validate_python(json.loads(json.dumps(adapter.dump_python(value, mode="json"))))


@dataclass
class Ports:
    """What a rule reaches: the file, and the rows that were saved."""

    data: bytes
    engagement: Engagement
    reader: InventoryReader = field(default_factory=reader)

    def source(self, file_id: str) -> BinaryIO:
        assert file_id == "file-1"
        return io.BytesIO(self.data)

    def rows(self, flow_id: str) -> Iterator[ImportRow]:
        return iter(self.engagement.rows.get(flow_id, []))

    def cancelled(self) -> bool:
        return False

    @property
    def solvers(self) -> Solvers:
        raise LookupError("Discovery needs no solver.")


@dataclass
class Engagement:
    """What is stored: values by their id."""

    values: dict[type, dict[Any, Any]] = field(default_factory=dict)
    rows: dict[str, list[ImportRow]] = field(default_factory=dict)
    rejected: dict[str, list[RejectedRow]] = field(default_factory=dict)
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def new_id(self) -> str:
        return f"00000000-0000-7000-8000-{next(self.ids):012d}"

    def of(self, type_: type) -> tuple[Any, ...]:
        return tuple(self.values.get(type_, {}).values())

    def _learn(self, lesson: Lesson, flow_id: str) -> None:
        known = next(
            (each for each in self.of(LearningPattern) if (each.kind, each.key) == (lesson.kind, lesson.key)), None
        )
        pattern = lesson.learned(known, Stamp(PERSON, NOW, self.new_id), flow_id)
        self.values.setdefault(LearningPattern, {})[pattern.id] = through_json(pattern)

    def keep(self, outcome_saves: tuple[Any, ...], flow_id: str = "") -> None:
        for value in outcome_saves:
            if isinstance(value, Lesson):
                self._learn(value, flow_id)
            elif isinstance(value, ImportRows):
                self.rows.setdefault(value.flow_id, []).extend(value.accepted)
                self.rejected.setdefault(value.flow_id, []).extend(value.rejected)
            else:
                self.values.setdefault(type(value), {})[_key(value)] = through_json(value)

    def remove(self, gone: tuple[Any, ...]) -> None:
        for value in gone:
            del self.values[type(value)][_key(value)]
            if isinstance(value, DataImport):
                self.rows.pop(value.flow_id, None)
                self.rejected.pop(value.flow_id, None)

    def names(self) -> dict[str, Application]:
        return {found.name: found for found in self.of(Application)}

    def application(self, name: str) -> Application:
        return self.names()[name]

    def components(self, name: str) -> dict[str, Component]:
        own = self.application(name).id
        return {found.name: found for found in self.of(Component) if found.application_id == own}

    def edges(self) -> dict[tuple[str, str], Dependency]:
        names = {found.id: found.name for found in self.of(Application)}
        return {(names[found.from_id], names[found.to_id]): found for found in self.of(Dependency)}


def _key(value: Any) -> Any:
    if isinstance(value, InventoryDifference):
        return value.flow_id, value.application_id
    return value.id


@dataclass
class Discovery:
    """One discovery of one file in an engagement."""

    engagement: Engagement
    data: bytes
    file_name: str = "portfolio.csv"
    flow_id: str = "flow-1"
    mappings: tuple[ColumnTarget, ...] = ()
    results: dict[str, Any] = field(default_factory=dict)
    saved: dict[str, list[Any]] = field(default_factory=dict)
    warnings: dict[str, tuple[str, ...]] = field(default_factory=dict)
    used: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def run(self, key: str) -> Any:
        """A phase's rules, saved as the engine saves them; the result."""
        phase = DEFINITION.phase(key)
        given = phase.rules(self.call(phase))
        parts = [given] if isinstance(given, Outcome) else list(given)
        outcome = parts[-1]
        assert isinstance(outcome, Outcome)
        self.engagement.remove(outcome.removes)
        for part in parts:
            self.engagement.keep(part.saves, self.flow_id)
        self.saved[key] = [value for part in parts for value in part.saves]
        return self._end(key, outcome)

    def propose(self, key: str) -> Any:
        phase = DEFINITION.phase(key)
        assert phase.pause
        return through_json(phase.pause.propose(self.call(phase, phase.pause.needs, ports=False)))

    def answer(self, key: str, answer: Any) -> Any:
        """A person's answer; the result."""
        phase = DEFINITION.phase(key)
        assert phase.pause
        outcome = phase.pause.decide(self.call(phase, phase.pause.needs, given=answer, ports=False))
        self.engagement.remove(outcome.removes)
        self.engagement.keep(outcome.saves, self.flow_id)
        self.saved[f"{key} answer"] = list(outcome.saves)
        return self._end(f"{key} answer", outcome)

    def _end(self, key: str, outcome: Outcome) -> Any:
        phase = key.removesuffix(" answer")
        self.results[phase] = through_json(outcome.result)
        self.warnings[key] = tuple(warning.code for warning in outcome.warnings)
        self.used[key] = outcome.used
        return self.results[phase]

    def drive(self, *, until: str = "tech_debt", skip: tuple[str, ...] = ()) -> dict[str, Any]:
        """Every phase up to that one, each pause answered as proposed."""
        for phase in DEFINITION.phases:
            if phase.key not in skip:
                self.run(phase.key)
                if phase.pause:
                    self.answer(phase.key, self.propose(phase.key))
            if phase.key == until:
                break
        return self.results

    def call(
        self, phase: Phase, needs: frozenset[Need] | None = None, *, given: Any = None, ports: bool = True
    ) -> PhaseCall:
        return PhaseCall(
            flow_id=self.flow_id,
            run_id=f"run-{phase.key}",
            phase=phase.key,
            configuration=DiscoveryConfiguration("file-1", self.file_name, None, self.mappings),
            results=dict(self.results),
            portfolio=self._portfolio(phase.needs if needs is None else needs),
            as_of=TODAY,
            now=NOW,
            by=PERSON,
            new_id=self.engagement.new_id,
            ports=Ports(self.data, self.engagement) if ports else None,
            input=given,
            patterns=tuple(self._patterns(phase)),
        )

    def _portfolio(self, needs: frozenset[Need]) -> Portfolio:
        held = self.engagement
        own = [found for found in held.of(DataImport) if found.flow_id == self.flow_id]
        loaded: Mapping[Need, tuple[str, Any]] = {
            Need.APPLICATIONS: ("applications", held.of(Application)),
            Need.COMPONENTS: ("components", held.of(Component)),
            Need.DEPENDENCIES: ("dependencies", held.of(Dependency)),
            Need.IMPORT: ("data_import", own[-1] if own else None),
            Need.FINDINGS: ("findings", tuple(filter(self._sees, held.of(CleansingFinding)))),
            Need.DIFFERENCES: ("differences", tuple(filter(self._is_own, held.of(InventoryDifference)))),
            Need.DEBT: ("debt", tuple(filter(self._is_own, held.of(TechDebtItem)))),
        }
        return Portfolio(**dict(loaded[need] for need in needs - {Need.PATTERNS}))

    def _is_own(self, value: Any) -> bool:
        return bool(value.flow_id == self.flow_id)

    def _sees(self, finding: CleansingFinding) -> bool:
        return finding.decided or self._is_own(finding)

    def _patterns(self, phase: Phase) -> Iterator[Pattern]:
        for learned in self.engagement.of(LearningPattern):
            if learned.kind == f"discovery.{phase.key}":
                yield Pattern(learned.kind, learned.summary, learned.data, learned.confidence, learned.id, learned.key)


def discover(data: bytes | str, engagement: Engagement | None = None, **changes: Any) -> Discovery:
    raw = data.encode() if isinstance(data, str) else data
    return Discovery(engagement or Engagement(), raw, **changes)


PORTFOLIO_TYPES = (Application, ApplicationChange, Component, Dependency, InventoryDifference)
