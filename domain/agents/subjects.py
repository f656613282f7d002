"""What a model is asked about: things of one phase under short keys, so that it never handles an id."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from domain.application import Application
from domain.definition import Outcome, PhaseCall


@dataclass(frozen=True)
class Subject:
    """One thing: `sort` is what permissions are about, `refs` are ids for whoever reads a warning about it.

    `facts` gives what a model is told of it. The smaller its `rank`, the sooner it is told; ranks decide nothing else.
    Keys come from what no proposal changes, so that they stay the same while a result is reviewed.
    """

    key: str
    sort: str
    name: str
    thing: Any
    facts: Callable[[], Mapping[str, Any]]
    rank: tuple[Any, ...] = ()
    refs: Mapping[str, str] = field(default_factory=dict)


Subjects = Mapping[str, Subject]


def always(facts: Mapping[str, Any]) -> Callable[[], Mapping[str, Any]]:
    """Facts that cost nothing to gather."""
    return lambda: facts


def keyed(subjects: Iterable[Subject]) -> dict[str, Subject]:
    """By their keys, in order."""
    return {each.key: each for each in subjects}


def applications_of(call: PhaseCall) -> Iterator[tuple[str, Application]]:
    """The applications in scope with their keys: A1, A2, … by name."""
    ordered = sorted(call.portfolio.applications, key=lambda each: (each.name, each.id))
    return ((f"A{number}", each) for number, each in enumerate(ordered, 1))


def saved(outcome: Outcome, type_: type) -> list[Any]:
    """What of that type the outcome saves."""
    return [each for each in outcome.saves if isinstance(each, type_)]


def resaved(outcome: Outcome, changed: Mapping[str, Any], type_: type) -> tuple[Any, ...]:
    """What the outcome saves, with those of that type as they are now; new ones come last."""
    left = dict(changed)
    kept: list[Any] = []
    for each in outcome.saves:
        value: Any = each
        kept.append(left.pop(value.id, value) if isinstance(each, type_) else value)
    return (*kept, *left.values())
