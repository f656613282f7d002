"""What the import tells, laid over what the portfolio holds: persons' edits stay, what is not told stays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from domain.application import Application, Component
from domain.flows.discovery.building import Built, BuiltComponent
from domain.flows.discovery.results import DefaultFacts
from domain.readiness import PLACEHOLDER_TYPE, is_placeholder
from domain.source import Source

ASSUMED = "assumed"


def merged(base: Application, built: Built) -> Application:
    """The application with what the import tells of it."""
    told = {**built.fields, "name": built.name}
    if built.technologies:
        told["technologies"] = built.technologies
    fields = {name: value for name, value in told.items() if name not in base.edited}
    attributes = {key: value for key, value in built.attributes.items() if key not in base.edited}
    known = [key for key in base.attributes.get(ASSUMED, ()) if key not in fields]
    return _with_assumed(replace(base, **fields, attributes={**base.attributes, **attributes}, vanished=False), known)


def assume(application: Application, defaults: DefaultFacts) -> Application:
    """What a person said stands in, where nothing is known; marked as assumed."""
    given = {"criticality": defaults.criticality, "environment": defaults.environment}
    assumed: dict[str, Any] = {
        name: value
        for name, value in given.items()
        if value is not None and getattr(application, name) is None and name not in application.edited
    }
    if not assumed:
        return application
    known: Sequence[str] = application.attributes.get(ASSUMED, ())
    return _with_assumed(replace(application, **assumed), sorted({*known, *assumed}))


def _with_assumed(application: Application, assumed: Sequence[str]) -> Application:
    attributes: dict[str, Any] = {key: value for key, value in application.attributes.items() if key != ASSUMED}
    if assumed:
        attributes[ASSUMED] = list(assumed)
    return replace(application, attributes=attributes)


@dataclass(frozen=True, slots=True)
class Parts:
    """The components of one application after an import: all of them, those that changed, and those that are gone."""

    all: tuple[Component, ...]
    saved: tuple[Component, ...]
    removed: tuple[Component, ...] = ()
    made: tuple[str, ...] = ()


def merged_parts(
    application: Application,
    built: Iterable[BuiltComponent],
    held: Sequence[Component],
    made_before: frozenset[str],
    new_id: Callable[[], str],
) -> Parts:
    """The application's components; `made_before` are ids that an earlier run of the same flow made.

    The component that stands for all that is not known becomes the first one that is, so that what was decided about
    it is not lost.
    """
    told = {part.key: part for part in built}
    placeholder = next((part for part in held if is_placeholder(part)), None)
    kept = {part.key: part for part in held if part is not placeholder}
    found: dict[str, Component] = dict(kept)
    for key, part in told.items():
        base = kept.get(key)
        if base is None and placeholder is not None:
            base, placeholder = placeholder, None
        found[key] = _part(application, part, base, new_id)
    gone = [key for key, part in kept.items() if key not in told and part.id in made_before and _ours(part)]
    removed = [found.pop(key) for key in gone]
    if placeholder is not None and found:
        removed.append(placeholder)
    elif not found:
        stand_in = _stand_in(application, placeholder, new_id)
        found[stand_in.key] = stand_in
    before = {part.id: part for part in held}
    saved = tuple(part for part in found.values() if before.get(part.id) != part)
    made = {part.id for part in found.values() if part.id not in before} | made_before & {p.id for p in found.values()}
    return Parts(tuple(found.values()), saved, tuple(removed), tuple(sorted(made)))


def _ours(part: Component) -> bool:
    return part.source is not Source.USER


def _part(
    application: Application, told: BuiltComponent, base: Component | None, new_id: Callable[[], str]
) -> Component:
    if base is None:
        return Component(
            new_id(), application.id, told.key, told.name, told.type, told.technologies, attributes=told.attributes
        )
    if not _ours(base):
        return base
    attributes: Mapping[str, Any] = {**base.attributes, **told.attributes}
    return replace(
        base,
        key=told.key,
        name=told.name,
        type=told.type,
        technologies=told.technologies or base.technologies,
        attributes=attributes,
    )


def _stand_in(application: Application, held: Component | None, new_id: Callable[[], str]) -> Component:
    return Component(
        held.id if held else new_id(),
        application.id,
        application.key,
        application.name,
        PLACEHOLDER_TYPE,
        application.technologies,
        depends_on=held.depends_on if held else (),
        attributes=held.attributes if held else {},
    )
