"""Whether enough is known of an application to assess it, and how much of all there is to know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from domain.application import Application, Component, Readiness
from domain.fact import Fact
from domain.facts import FACTS
from domain.known_facts import fact_of, known_anywhere, own_fact
from domain.source import Source

PLACEHOLDER_TYPE = "application"
_BY_RULES = frozenset({Readiness.DISCOVERED, Readiness.NOT_READY, Readiness.READY_FOR_ASSESSMENT})
_NEEDED = tuple(fact for fact in FACTS.values() if fact.needed_for_assessment)


def readiness_gaps(application: Application, components: Sequence[Component]) -> tuple[str, ...]:
    """What keeps it from being assessed, one sentence each; none when it is ready."""
    checks = (
        (bool(application.name.strip()), "It has no name."),
        # The component that stands for all that is not known of an application counts: it can be assessed as one.
        (bool(components or application.technologies), "It has neither a component nor a technology."),
        (application.criticality is not None, "Its criticality is unknown."),
        (application.environment is not None, "Its environment is unknown."),
    )
    return tuple(gap for holds, gap in checks if not holds)


def is_placeholder(component: Component) -> bool:
    """True for the component that discovery gives an application of which it knows no part."""
    return component.type == PLACEHOLDER_TYPE and component.source is Source.RULES


def applicable_facts(application: Application, components: Sequence[Component]) -> tuple[Fact, ...]:
    """The facts an assessment needs of this one: what is known to be commercial needs no source code."""
    return tuple(fact for fact in _NEEDED if _applies(fact, application, components))


def _applies(fact: Fact, application: Application, components: Sequence[Component]) -> bool:
    if fact.only_if is None:
        return True
    key, wanted = fact.only_if
    known = [fact_of(application, key), *(own_fact(component, key) for component in components)]
    told = [value for value in known if value is not None]
    return not told or wanted in told


def missing_facts(application: Application, components: Sequence[Component]) -> tuple[str, ...]:
    """Keys of the needed facts that nobody knows."""
    return _missing(applicable_facts(application, components), application, components)


def _missing(applicable: Sequence[Fact], application: Application, components: Sequence[Component]) -> tuple[str, ...]:
    return tuple(fact.key for fact in applicable if not known_anywhere(application, components, fact.key))


def completeness(application: Application, components: Sequence[Component]) -> float:
    """Known facts over applicable ones, 0 to 1."""
    applicable = applicable_facts(application, components)
    missing = _missing(applicable, application, components)
    return round(1 - len(missing) / len(applicable), 4)


def checked(application: Application, components: Sequence[Component]) -> Application:
    """The application with its gaps and completeness; ready or not where the rules may say so and no person has."""
    gaps = readiness_gaps(application, components)
    readiness = application.readiness
    if readiness in _BY_RULES and "readiness" not in application.edited:
        readiness = Readiness.NOT_READY if gaps else Readiness.READY_FOR_ASSESSMENT
    return replace(
        application,
        readiness=readiness,
        readiness_gaps=gaps,
        completeness=completeness(application, components),
    )
