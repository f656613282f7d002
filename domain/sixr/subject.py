"""What a 6R decision is about: an application with its parts and what surrounds it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from domain.application import Application, Component, Technology
from domain.debt import TechDebtItem
from domain.debt_severity import relieved_standards, score
from domain.dependency import Dependency
from domain.end_of_life import end_of_life
from domain.known_facts import component_fact, fact_of, own_fact
from domain.portfolio import Portfolio
from domain.tech_debt import components_of, live_dependencies


@dataclass(frozen=True, slots=True)
class Subject:
    """One application to decide about.

    `dependents` are names of running applications that need it, `dependencies` counts those at either end. `debt` are
    its items that count.
    """

    application: Application
    components: tuple[Component, ...]
    as_of: date
    dependents: tuple[str, ...] = ()
    dependencies: int = 0
    debt: tuple[TechDebtItem, ...] = ()
    debt_score: float = 0.0

    def fact(self, component: Component, key: str) -> Any:
        """What is known of the component, or of the whole."""
        return component_fact(self.application, component, key)

    def technologies(self, component: Component) -> tuple[Technology, ...]:
        """What the component runs on; where it names nothing, what the application does."""
        return component.technologies or self.application.technologies

    @property
    def debt_is_known(self) -> bool:
        """False while nobody knows enough of its technologies to say whether it has any debt."""
        return bool(self.debt) or any(
            end_of_life(technology)
            for technologies in (self.application.technologies, *(part.technologies for part in self.components))
            for technology in technologies
        )


def subjects(portfolio: Portfolio, flow_id: str, as_of: date, application_id: str | None = None) -> Iterator[Subject]:
    """The applications in scope, by name; or the one."""
    components = components_of(portfolio)
    edges = tuple(live_dependencies(portfolio))
    names = {each.id: each.name for each in (*portfolio.applications, *portfolio.neighbours)}
    debt: defaultdict[str, list[TechDebtItem]] = defaultdict(list)
    for item in portfolio.debt:
        if item.flow_id == flow_id and not item.dismissed:
            debt[item.application_id].append(item)
    for application in sorted(portfolio.applications, key=lambda each: (each.name, each.id)):
        if application_id not in (None, application.id):
            continue
        relieved = relieved_standards(portfolio.exceptions, application.id, as_of)
        yield Subject(
            application=application,
            components=components[application.id],
            as_of=as_of,
            dependents=tuple(sorted(names.get(each, each) for each in _needing(edges, application.id))),
            dependencies=len(_beside(edges, application.id)),
            debt=tuple(debt[application.id]),
            debt_score=score(debt[application.id], relieved),
        )


def _needing(edges: Iterable[Dependency], application_id: str) -> set[str]:
    return {edge.from_id for edge in edges if edge.to_id == application_id}


def _beside(edges: Iterable[Dependency], application_id: str) -> set[str]:
    ends = {(edge.from_id, edge.to_id) for edge in edges if application_id in (edge.from_id, edge.to_id)}
    return {end for pair in ends for end in pair} - {application_id}


def distributed(application: Application, components: Sequence[Component], key: str) -> dict[str, Fraction | None]:
    """A count of the whole shared among its parts: what parts do not say themselves is spread evenly over them."""
    own = {part.id: _positive(own_fact(part, key)) for part in components}
    silent = [part_id for part_id, count in own.items() if count is None]
    whole = _positive(fact_of(application, key))
    if whole is None or not silent:
        return own
    rest = whole - sum((count for count in own.values() if count is not None), Fraction(0))
    share = rest / len(silent) if rest > 0 else None
    return {part_id: share if count is None else count for part_id, count in own.items()}


def _positive(count: float | None) -> Fraction | None:
    return Fraction(str(count)) if count else None
