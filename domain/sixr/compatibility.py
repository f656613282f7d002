"""Whether what happens to one thing fits what happens to the things it needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from types import MappingProxyType

from domain.application import Component
from domain.debt import Severity
from domain.decision import Risk, Strategy
from domain.dependency import Dependency, DependencyKind
from domain.reference_data import read_csv

_PREFIX = "Does not fit "


def issue(consumer: Strategy, provider: Strategy, kind: DependencyKind) -> str | None:
    """Why the two do not fit; None when they do."""
    return _table()[consumer, provider, kind]


def component_issues(components: Sequence[Component], strategies: Mapping[str, Strategy]) -> dict[str, tuple[str, ...]]:
    """What does not fit between components of one application, by the one that needs the other.

    Parts of one application call each other synchronously or share data.
    """
    names = {part.id: part.name for part in components}
    return {
        part.id: tuple(
            f"{names[other]}: {why}"
            for other in part.depends_on
            if other in strategies and (why := issue(strategies[part.id], strategies[other], DependencyKind.HARD))
        )
        for part in components
    }


def neighbour_risks(
    strategies: Mapping[str, Strategy], dependencies: Iterable[Dependency], names: Mapping[str, str]
) -> dict[str, tuple[Risk, ...]]:
    """What does not fit between applications of which the strategy is decided, by the id of the one that needs."""
    found: dict[str, list[Risk]] = {application_id: [] for application_id in strategies}
    for each in dependencies:
        if each.from_id not in strategies or each.to_id not in strategies or each.from_id == each.to_id:
            continue
        why = issue(strategies[each.from_id], strategies[each.to_id], each.kind)
        if why:
            found[each.from_id].append(_risk(names.get(each.to_id, each.to_id), each.kind, why))
    return {
        application_id: tuple(sorted(risks, key=lambda risk: risk.title)) for application_id, risks in found.items()
    }


def is_neighbour_risk(risk: Risk) -> bool:
    """True for a risk that `neighbour_risks` made."""
    return risk.title.startswith(_PREFIX)


def _risk(name: str, kind: DependencyKind, why: str) -> Risk:
    severity = Severity.HIGH if kind is DependencyKind.HARD else Severity.MEDIUM
    return Risk(f"{_PREFIX}{name}", severity, f"{why} Decide about both together, or agree on an interim solution.")


@cache
def _table() -> Mapping[tuple[Strategy, Strategy, DependencyKind], str | None]:
    return MappingProxyType(
        {
            (Strategy(row["consumer"]), Strategy(row["provider"]), DependencyKind(row["kind"])): row["why"] or None
            for row in read_csv("strategy_compatibility")
        }
    )
