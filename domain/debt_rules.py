"""The rules of technical debt: each looks at one application in its surroundings and gives what it found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from domain.application import Application, Component, Technology
from domain.debt import DebtCategory, Severity
from domain.debt_finding import Finding
from domain.debt_severity import Exposure, single_point_severity, standard_severity, support_severity
from domain.end_of_life import end_of_life
from domain.known_facts import as_text, component_fact, fact_of, own_fact
from domain.reference_data import read_csv
from domain.standard import ArchitectureStandard, StandardCategory
from domain.technologies import normalize
from domain.versions import meets

FAN_IN = 8
_CERTAIN, _LIKELY, _UNCERTAIN = 0.95, 0.9, 0.5

CATEGORY: Mapping[StandardCategory, DebtCategory] = MappingProxyType(
    {
        StandardCategory.TECHNOLOGY_VERSION: DebtCategory.OBSOLESCENCE,
        StandardCategory.SECURITY: DebtCategory.SECURITY,
        StandardCategory.COMPLIANCE: DebtCategory.COMPLIANCE,
        StandardCategory.ARCHITECTURE_PATTERN: DebtCategory.ARCHITECTURE,
        StandardCategory.PERFORMANCE: DebtCategory.PERFORMANCE,
        StandardCategory.INDUSTRY: DebtCategory.COMPLIANCE,
    }
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """One application with what the rules weigh beside it.

    `needed_by` counts the applications that need it, shared services left out; `cycle` names those it needs and that
    need it, directly or through others; `standards` are those that hold for it.
    """

    application: Application
    components: tuple[Component, ...]
    as_of: date
    needed_by: int = 0
    cycle: tuple[str, ...] = ()
    standards: tuple[ArchitectureStandard, ...] = ()

    def places(self) -> Iterator[Component | None]:
        """Each component, and None for the application as a whole."""
        yield None
        yield from self.components

    def technologies(self, place: Component | None) -> tuple[Technology, ...]:
        """What runs there; what a component names is not said of the whole application again."""
        if place is not None:
            return place.technologies
        named = {(each.name, each.version) for part in self.components for each in part.technologies}
        return tuple(each for each in self.application.technologies if (each.name, each.version) not in named)

    def exposure(self, place: Component | None) -> Exposure:
        """How much harm a finding does there."""
        return Exposure(
            internet_facing=self.fact(place, "internet_facing") is True,
            regulated=self.fact(place, "regulated") is True,
            criticality=self.application.criticality,
        )

    def fact(self, place: Component | None, key: str) -> Any:
        """What is known there, or of the whole application."""
        return fact_of(self.application, key) if place is None else component_fact(self.application, place, key)

    def own_fact(self, place: Component | None, key: str) -> Any:
        """What is known of that very place."""
        return fact_of(self.application, key) if place is None else own_fact(place, key)

    def where(self, place: Component | None) -> str:
        """Its name."""
        return self.application.name if place is None else place.name


def find_past_support(around: Surroundings) -> Iterator[Finding]:
    """Versions whose support has ended, or ends within a year."""
    for place in around.places():
        for technology in around.technologies(place):
            finding = _past_support(around, place, technology)
            if finding:
                yield finding


def _past_support(around: Surroundings, place: Component | None, technology: Technology) -> Finding | None:
    row = end_of_life(technology)
    if row is None:
        return None
    severity = support_severity(row, around.exposure(place), around.as_of)
    if severity is None:
        return None
    ended = row.ends_on < around.as_of
    product = as_text(technology)
    doubt = "" if row.certain else " The date is not certain."
    return Finding(
        rule="end-of-support",
        key=f"end-of-support:{product}",
        application_id=around.application.id,
        category=DebtCategory.OBSOLESCENCE,
        severity=severity,
        title=f"{product} {'is past' if ended else 'nears'} its end of support",
        evidence=f"{around.where(place)} runs {product}; support of {row.product} {row.version} "
        f"{'ended' if ended else 'ends'} on {row.ends_on} (source: {row.source}).{doubt}",
        confidence=_CERTAIN if row.certain else _UNCERTAIN,
        subject=technology.category or "product",
        component_id=place.id if place else None,
    )


def find_below_standard(around: Surroundings) -> Iterator[Finding]:
    """Versions that do not meet a standard."""
    for standard in around.standards:
        wanted = {normalize(each.technology).name: each.specifier for each in standard.supported_versions}
        for place in around.places():
            for technology in around.technologies(place):
                specifier = wanted.get(technology.name)
                if specifier and technology.version and meets(technology.version, specifier) is False:
                    yield _below_standard(around, place, standard, technology, specifier)


def _below_standard(
    around: Surroundings,
    place: Component | None,
    standard: ArchitectureStandard,
    technology: Technology,
    specifier: str,
) -> Finding:
    product = as_text(technology)
    return Finding(
        rule="standard",
        key=f"standard:{standard.key}:{product}",
        application_id=around.application.id,
        category=CATEGORY[standard.category],
        severity=standard_severity(mandatory=standard.mandatory, exposure=around.exposure(place)),
        title=f"{product} does not meet the standard {standard.name}",
        evidence=f"{around.where(place)} runs {product}; {standard.name} asks for {technology.name} {specifier}.",
        confidence=_LIKELY,
        subject=StandardCategory.TECHNOLOGY_VERSION,
        component_id=place.id if place else None,
        standard_id=standard.id or None,
    )


def find_missing_controls(around: Surroundings) -> Iterator[Finding]:
    """Facts that say that a standard is not met; a fact nobody knows says nothing."""
    controls = {row["standard"]: row for row in read_csv("controls")}
    for standard in around.standards:
        control = controls.get(standard.key)
        for place in around.places() if control else ():
            if control and _fails(around, place, control):
                yield _missing_control(around, place, standard, control)


def _fails(around: Surroundings, place: Component | None, control: Mapping[str, str]) -> bool:
    condition = control["only_if"]
    if condition and around.fact(place, condition) is not True:
        return False
    value = around.own_fact(place, control["fact"])
    if value is None:
        return False
    if control["test"] == "below":
        return bool(value >= float(control["limit"]))
    return control["test"] == "absent" or value is False


def _missing_control(
    around: Surroundings, place: Component | None, standard: ArchitectureStandard, control: Mapping[str, str]
) -> Finding:
    value = as_text(around.own_fact(place, control["fact"]))
    return Finding(
        rule="control",
        key=f"control:{standard.key}",
        application_id=around.application.id,
        category=CATEGORY[standard.category],
        severity=standard_severity(mandatory=standard.mandatory, exposure=around.exposure(place)),
        title=control["finding"],
        evidence=f"{around.where(place)}: {control['fact']} is {value}; {standard.name} asks: {standard.requirement}",
        confidence=_LIKELY,
        subject=standard.category,
        component_id=place.id if place else None,
        standard_id=standard.id or None,
    )


def find_coupling(around: Surroundings) -> Iterator[Finding]:
    """Cycles, and an application that very many need."""
    if around.cycle:
        others = ", ".join(around.cycle)
        yield _of_application(
            around, "cycle", Severity.MEDIUM, "It is part of a dependency cycle",
            f"{around.application.name} needs {others} and is needed by them, directly or through others.",
        )  # fmt: skip
    if around.needed_by >= FAN_IN:
        yield _of_application(
            around, "fan-in", Severity.LOW, "Very many applications need it",
            f"{around.needed_by} applications need {around.application.name}.",
        )  # fmt: skip


def find_unowned(around: Surroundings) -> Iterator[Finding]:
    """Nobody to ask."""
    application = around.application
    if not application.business_owner and not application.technical_owner:
        yield _of_application(
            around, "ownership", Severity.LOW, "Its owner is unknown",
            f"{application.name} has neither a business nor a technical owner.", DebtCategory.MAINTAINABILITY,
        )  # fmt: skip


def find_single_points(around: Surroundings) -> Iterator[Finding]:
    """What runs once only."""
    for place in around.places():
        redundant = around.own_fact(place, "redundant")
        if redundant is False or (redundant is None and _one_server_for_many(around, place)):
            yield Finding(
                rule="single-point",
                key="single-point",
                application_id=around.application.id,
                category=DebtCategory.ARCHITECTURE,
                severity=single_point_severity(around.exposure(place)),
                title="It is a single point of failure",
                evidence=f"{around.where(place)} runs on one instance; {around.needed_by} applications need it.",
                confidence=_LIKELY,
                component_id=place.id if place else None,
            )


def _one_server_for_many(around: Surroundings, place: Component | None) -> bool:
    return place is None and around.needed_by > 0 and fact_of(around.application, "server_count") == 1


def _of_application(
    around: Surroundings,
    rule: str,
    severity: Severity,
    title: str,
    evidence: str,
    category: DebtCategory = DebtCategory.ARCHITECTURE,
) -> Finding:
    return Finding(rule, rule, around.application.id, category, severity, title, evidence, _CERTAIN)
