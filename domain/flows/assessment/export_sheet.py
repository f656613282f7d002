"""An assessment as its exports see it: what belongs together, found once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from domain.application import Application, Component
from domain.debt import TechDebtItem
from domain.decision import Decision
from domain.dependency import Dependency
from domain.export import ExportCall
from domain.flows.assessment.results import (
    ApplicationDebt,
    ArchitectureMinimums,
    Finalization,
    Handoff,
    Report,
    TechDebtAnalysis,
)
from domain.page import AppOnPage
from domain.standard import ArchitectureStandard, StandardException

T = TypeVar("T")


@dataclass(frozen=True)
class Assessed:
    """What an assessment knows so far; before a phase has run, its part is empty."""

    call: ExportCall

    @cached_property
    def applications(self) -> tuple[Application, ...]:
        """Those in its scope, by name."""
        return tuple(sorted(self.call.portfolio.applications, key=lambda each: (each.name.casefold(), each.id)))

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Names of applications by their ids, those outside that a dependency names among them."""
        return {each.id: each.name for each in (*self.call.portfolio.applications, *self.call.portfolio.neighbours)}

    @cached_property
    def components(self) -> Mapping[str, list[Component]]:
        """By application."""
        return _grouped(self.call.portfolio.components)

    @cached_property
    def component_names(self) -> Mapping[str, str]:
        """By id."""
        return {each.id: each.name for each in self.call.portfolio.components}

    @cached_property
    def debt(self) -> Mapping[str, list[TechDebtItem]]:
        """This assessment's own items, by application."""
        return _grouped(each for each in self.call.portfolio.debt if each.flow_id == self.call.flow.id)

    @cached_property
    def debt_sums(self) -> Mapping[str, ApplicationDebt]:
        """By application."""
        analysis: TechDebtAnalysis | None = self.call.results.get("tech_debt_analysis")
        return {each.application_id: each for each in analysis.applications} if analysis else {}

    @cached_property
    def decisions(self) -> Mapping[str, Decision]:
        """By application."""
        return {each.application_id: each for each in self.call.portfolio.decisions}

    @cached_property
    def pages(self) -> Mapping[str, AppOnPage]:
        """By application."""
        return {each.application_id: each for each in self.call.portfolio.pages}

    @cached_property
    def exceptions(self) -> tuple[StandardException, ...]:
        """Those of its applications, whichever assessment they were asked for in."""
        own = {each.id for each in self.applications}
        return tuple(each for each in self.call.portfolio.exceptions if each.application_id in own)

    @cached_property
    def standards(self) -> tuple[ArchitectureStandard, ...]:
        """Those it measures by."""
        chosen: ArchitectureMinimums | None = self.call.results.get("architecture_minimums")
        ids = set(chosen.standard_ids if chosen else ())
        return tuple(each for each in self.call.portfolio.standards if each.id in ids)

    @cached_property
    def dependencies(self) -> tuple[Dependency, ...]:
        """Those at one end of which one of its applications is, by name."""
        return tuple(sorted(self.call.portfolio.dependencies, key=lambda each: (self.ends(each), each.id)))

    def ends(self, dependency: Dependency) -> tuple[str, str]:
        """The names of who needs and who is needed."""
        return (self.named(dependency.from_id), self.named(dependency.to_id))

    def named(self, application_id: str) -> str:
        """What that application is called."""
        return self.names.get(application_id, application_id)

    @property
    def report(self) -> Report | None:
        """As it was written for finalization."""
        result: Finalization | None = self.call.results.get("finalization")
        return result.report if result else None

    @property
    def handoff(self) -> Handoff | None:
        """None until it is finalized."""
        result: Finalization | None = self.call.results.get("finalization")
        return result.handoff if result else None

    @property
    def mean_debt(self) -> float | None:
        """The mean of the applications' scores."""
        analysis: TechDebtAnalysis | None = self.call.results.get("tech_debt_analysis")
        return analysis.score if analysis else None


def _grouped(values: Iterable[Any]) -> Mapping[str, list[Any]]:
    groups: dict[str, list[Any]] = defaultdict(list)
    for value in values:
        groups[value.application_id].append(value)
    return groups
