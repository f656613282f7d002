"""Drafts to what the portfolio holds: typed fields, attributes, technologies and components."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from domain.application import Criticality, Environment, Technology
from domain.fact import FactType
from domain.facts import FACTS
from domain.flows.discovery.drafts import Draft
from domain.flows.discovery.findings import Decisions
from domain.flows.discovery.resolving import Resolved, normalized, resolve
from domain.natural_key import tidy

# Fact by fact: the field of Application that holds it.
FIELDS: Mapping[str, str] = MappingProxyType(
    {
        key: fact.field
        for key, fact in FACTS.items()
        if fact.field is not None and fact.field != "name" and fact.type is not FactType.TECHNOLOGY
    }
)
TYPED: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {"criticality": Criticality, "environment": Environment, "annual_cost": Decimal}
)
# Words of server lists; `application` itself is kept for the component that stands for all that is not known.
_KINDS = MappingProxyType(
    {"db": "database", "app": "application server", "application": "application server", "web": "web server"}
)
_WISH = "sixr_wish"
_LONE_SERVER = "server_without_application"
# Of the environments its servers run in, the one an application is judged by.
_MOST_TELLING = (
    Environment.PRODUCTION,
    Environment.DR,
    Environment.STAGING,
    Environment.TEST,
    Environment.DEVELOPMENT,
    Environment.OTHER,
)


@dataclass(frozen=True, slots=True)
class BuiltComponent:
    """A component as the import tells of it."""

    key: str
    name: str
    type: str
    technologies: tuple[Technology, ...]
    attributes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Built:
    """An application as the import tells of it; what it does not tell is not there."""

    key: str
    name: str
    fields: Mapping[str, Any]
    attributes: Mapping[str, Any]
    technologies: tuple[Technology, ...]
    components: tuple[BuiltComponent, ...]


def build(draft: Draft, decisions: Decisions) -> Built:
    """The application that a draft comes to."""
    resolved = resolve(draft)
    values = _settled(draft.key, draft, resolved, decisions)
    components = tuple(_component(draft.key, part, decisions) for part in draft.components.values())
    fields = {FIELDS[key]: value for key, value in values.items() if key in FIELDS}
    own = _technologies(resolved.technologies, decisions)
    told = [*own, *(found for component in components for found in component.technologies)]
    return Built(
        draft.key,
        decisions.spelling(draft),
        {**_from_components(components), **{name: TYPED.get(name, _same)(value) for name, value in fields.items()}},
        {
            **_wish(components),
            **{key: value for key, value in values.items() if key not in FIELDS},
            **_others(draft.key, draft, resolved, decisions),
            **({_LONE_SERVER: True} if draft.lone_server else {}),
        },
        distinct(told),
        components,
    )


def _same(value: Any) -> Any:
    return value


def _component(application_key: str, draft: Draft, decisions: Decisions) -> BuiltComponent:
    resolved = resolve(draft)
    values = _settled(application_key, draft, resolved, decisions)
    technologies = distinct(_technologies(resolved.technologies, decisions))
    told = values.pop("component_type", None)
    attributes = {**values, **_others(application_key, draft, resolved, decisions)}
    name = tidy(next(iter(draft.names)))
    return BuiltComponent(draft.key, name, _kind(told, technologies), technologies, attributes)


def _kind(told: str | None, technologies: Iterable[Technology]) -> str:
    if told:
        word = tidy(told).casefold()
        return _KINDS.get(word, word)
    categories = {technology.category for technology in technologies}
    return "database" if "database" in categories else "server"


def _settled(application_key: str, draft: Draft, resolved: Resolved, decisions: Decisions) -> dict[str, Any]:
    """The values without those that the source contradicts and nobody settled."""
    open_ = {
        told.key for told in resolved.contradictions if not decisions.settles(application_key, draft.key, told.key)
    }
    return {key: value for key, value in resolved.values.items() if key not in open_}


def _others(application_key: str, draft: Draft, resolved: Resolved, decisions: Decisions) -> dict[str, Any]:
    """What no fact holds, untouched: other columns, texts that are no value, and contradictions left open."""
    found: dict[str, Any] = {key: _one_or_all(list(mentions)) for key, mentions in draft.others.items()}
    for wrong in resolved.unreadable:
        if not decisions.drops(application_key, draft.key, wrong.key, wrong.text):
            found[_as_imported(wrong.key)] = wrong.text
    for told in resolved.contradictions:
        if not decisions.settles(application_key, draft.key, told.key):
            found[_as_imported(told.key)] = [told.chosen, *told.others]
    return found


def _as_imported(key: str) -> str:
    return f"{key} (as imported)"


def _one_or_all(texts: list[str]) -> str | list[str]:
    return texts[0] if len(texts) == 1 else texts


def _technologies(told: Iterable[tuple[str, str]], decisions: Decisions) -> Iterator[Technology]:
    for key, text in told:
        if decisions.keeps_product(key, text):
            yield Technology(tidy(text), None, FACTS[key].category)
        else:
            yield from normalized(key, text)


def distinct(technologies: Iterable[Technology]) -> tuple[Technology, ...]:
    """Each once, without those another one says more of: "Windows" beside "Windows Server 2016"."""
    found = list(dict.fromkeys(technologies))
    versioned = [technology for technology in found if technology.version is not None]
    return tuple(technology for technology in found if not any(_says_more(other, technology) for other in versioned))


def _says_more(other: Technology, technology: Technology) -> bool:
    return (
        technology.version is None
        and other.category == technology.category
        and other.name.casefold().startswith(technology.name.casefold())
    )


def _from_components(components: Iterable[BuiltComponent]) -> dict[str, Any]:
    """What an application's servers agree on, where no row tells it of the application itself."""
    found: dict[str, Any] = {}
    environments = {told for part in components if (told := part.attributes.get("environment"))}
    if environments:
        found["environment"] = next(one for one in _MOST_TELLING if one in environments)
    hosted = {told for part in components if (told := part.attributes.get("hosting"))}
    if len(hosted) == 1:
        found["hosting"] = hosted.pop()
    return found


def _wish(components: Iterable[BuiltComponent]) -> dict[str, Any]:
    """The strategy that an import names, where it names one for each server alike."""
    wishes = {part.attributes.get(_WISH) for part in components}
    return {_WISH: wish} if len(wishes) == 1 and (wish := wishes.pop()) else {}
