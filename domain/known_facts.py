"""What is known of an application and of its components: facts as values, wherever they are kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from domain.application import Application, Component, Technology
from domain.fact import Fact, FactLevel, FactType, Unreadable
from domain.fact_reading import read
from domain.facts import FACTS

# A program's language may be told as its runtime or framework.
_SAME_CATEGORY: Mapping[str, frozenset[str]] = {"language": frozenset({"language", "runtime", "framework"})}


def typed(fact: Fact, raw: Any) -> Any:
    """A stored value as the fact's type; None when it is unknown or no such value."""
    if raw is None or isinstance(raw, (Decimal, date)):
        return raw
    if isinstance(raw, bool):
        return raw if fact.type is FactType.BOOLEAN else None
    if isinstance(raw, (list, tuple)):
        return tuple(str(each) for each in raw) if fact.type is FactType.LIST else None
    if isinstance(raw, Mapping):
        return None
    value = read(fact, str(raw))
    return None if isinstance(value, Unreadable) else value


def stored(value: Any) -> Any:
    """A fact's value as it is kept among the attributes: JSON, money and dates as text."""
    if isinstance(value, (Decimal, date)):
        return str(value)
    return list(value) if isinstance(value, tuple) else value


def fact_of(application: Application, key: str) -> Any:
    """What is known of the application itself; None when it is unknown."""
    fact = FACTS[key]
    if fact.type is FactType.TECHNOLOGY:
        return of_category(application.technologies, key) or None
    if fact.field is not None:
        return getattr(application, fact.field)
    raw = application.attributes.get(key)
    return None if raw is None else typed(fact, raw)


def own_fact(component: Component, key: str) -> Any:
    """What is known of the component itself; None when it is unknown."""
    fact = FACTS[key]
    if fact.type is FactType.TECHNOLOGY:
        return of_category(component.technologies, key) or None
    raw = component.attributes.get(key)
    return None if raw is None else typed(fact, raw)


def component_fact(application: Application, component: Component, key: str) -> Any:
    """What is known of the component, else of its application: a part shares what is said of the whole."""
    fact = FACTS[key]
    if fact.level is not FactLevel.APPLICATION:
        own = own_fact(component, key)
        if own is not None:
            return own
    return None if fact.level is FactLevel.COMPONENT else fact_of(application, key)


def known_anywhere(application: Application, components: Sequence[Component], key: str) -> bool:
    """True when the application or one of its components has that fact."""
    if fact_of(application, key) is not None:
        return True
    if FACTS[key].level is FactLevel.APPLICATION:
        return False
    return any(own_fact(component, key) is not None for component in components)


def of_category(technologies: Iterable[Technology], key: str) -> tuple[Technology, ...]:
    """Those of the category that a technology fact stands for."""
    if key == "technologies":
        return tuple(technologies)
    categories = _SAME_CATEGORY.get(key, frozenset({key}))
    return tuple(each for each in technologies if each.category in categories)


def as_text(value: Any) -> str:
    """A fact's value as it is shown and compared: `yes`, `4.5`, `Java 8, Tomcat`; nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Technology):
        return f"{value.name} {value.version}" if value.version else value.name
    if isinstance(value, tuple):
        return ", ".join(as_text(each) for each in value)
    return f"{value:g}" if isinstance(value, float) else str(value)
