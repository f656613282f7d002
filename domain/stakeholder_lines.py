"""Reporting lines among the people at a customer's, straight and dotted: nobody answers to himself, however far up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from domain.customer import RelationKind, Stakeholder
from domain.graph import cycles, reached


def above(person: Stakeholder, *, straight: bool = True) -> tuple[str, ...]:
    """The ids of those to whom he answers; without the straight line those to whom a dotted one leads."""
    dotted = (line.to_id for line in person.relations if line.kind is RelationKind.REPORTS_TO)
    line = (person.reports_to_id,) if straight and person.reports_to_id else ()
    return tuple(dict.fromkeys([*line, *dotted]))


def closes_a_circle(lines: Mapping[str, Sequence[str]], from_id: str, to_id: str) -> bool:
    """Whether who stands at `from_id` would answer to himself once he answers to `to_id`. `lines` lead upwards."""
    return from_id == to_id or from_id in reached(lines, to_id)


def in_circles(people: Iterable[Stakeholder]) -> frozenset[str]:
    """The ids of those who answer to themselves in the end."""
    edges = [(each.id, to) for each in people for to in above(each)]
    return frozenset(id for component in cycles(edges) for id in component)
