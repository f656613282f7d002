"""A person's list of an application's components."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from domain.application import Component
from domain.errors import ErrorCode
from domain.fact import FactLevel
from domain.flow_state import Stamp
from domain.given import Checking
from domain.known_facts import as_text
from domain.natural_key import natural_key
from domain.source import Source

MOST_COMPONENTS = 500


@dataclass(frozen=True, slots=True)
class ComponentGiven:
    """One component as a person has it: a new one, or the one of that id; what `given` does not name stays."""

    name: str
    type: str
    id: str | None = None
    given: Mapping[str, Any] = field(default_factory=dict)


def listed(
    application_id: str, held: Sequence[Component], wanted: Sequence[ComponentGiven], stamp: Stamp
) -> tuple[Component, ...]:
    """The components that take the place of those held, or Refused with everything that is wrong with them.

    What a person makes or changes is his: later imports leave it alone.
    """
    checking = Checking()
    if not 1 <= len(wanted) <= MOST_COMPONENTS:
        checking.wrong(f"An application has 1 to {MOST_COMPONENTS} components.", "components")
    before = {part.id: part for part in held}
    parts = [_read(application_id, before, each, index, checking, stamp) for index, each in enumerate(wanted)]
    _check_names(parts, checking)
    _check_ids(wanted, checking)
    linked = [
        _linked(part, each, parts, index, checking)
        for index, (part, each) in enumerate(zip(parts, wanted, strict=True))
    ]
    checking.done()
    return tuple(_owned(part, before.get(part.id)) for part in _keyed(linked, before))


def _read(
    application_id: str,
    before: Mapping[str, Component],
    each: ComponentGiven,
    index: int,
    checking: Checking,
    stamp: Stamp,
) -> Component:
    path = ("components", str(index))
    name, type_ = checking.needed(each.name, *path, "name"), checking.needed(each.type, *path, "type").lower()
    if each.id is not None and each.id not in before:
        checking.wrong("There is no such component.", *path, "id", code=ErrorCode.NOT_FOUND)
    base = before.get(each.id or "") or Component(stamp.new_id(), application_id, "", name, type_)
    changes: dict[str, Any] = {"name": name, "type": type_}
    if "technologies" in each.given:
        changes["technologies"] = checking.technologies(each.given["technologies"], *path, "technologies")
    if "attributes" in each.given:
        given = each.given["attributes"]
        changes["attributes"] = checking.attributes(base.attributes, given, FactLevel.APPLICATION, *path, "attributes")
    return replace(base, **changes)


def _check_names(parts: Sequence[Component], checking: Checking) -> None:
    seen: set[str] = set()
    for index, part in enumerate(parts):
        key = natural_key(part.name)
        if key in seen:
            path = ("components", str(index), "name")
            checking.wrong(f"Two components are named {part.name}.", *path, code=ErrorCode.ALREADY_EXISTS)
        seen.add(key)


def _check_ids(wanted: Sequence[ComponentGiven], checking: Checking) -> None:
    named = [each.id for each in wanted if each.id is not None]
    if len(named) != len(set(named)):
        checking.wrong("Name each component once.", "components")


def _linked(
    part: Component, each: ComponentGiven, parts: Sequence[Component], index: int, checking: Checking
) -> Component:
    """With the components it depends on, by their names or ids; those that go are depended on no longer."""
    ids = {other.id for other in parts}
    if "depends_on" not in each.given:
        return replace(part, depends_on=tuple(id for id in part.depends_on if id in ids))
    by_name = {natural_key(other.name): other.id for other in parts}
    found = []
    for place, told in enumerate(each.given["depends_on"] or ()):
        other = told if told in ids else by_name.get(natural_key(told))
        path = ("components", str(index), "dependsOn", str(place))
        if other is None:
            checking.wrong(f"There is no component {told!r} in this list.", *path, code=ErrorCode.NOT_FOUND)
        elif other == part.id:
            checking.wrong("A component does not depend on itself.", *path)
        else:
            found.append(other)
    return replace(part, depends_on=tuple(dict.fromkeys(found)))


def _keyed(parts: Sequence[Component], before: Mapping[str, Component]) -> Iterator[Component]:
    """New ones get a key that no other part has: a renamed one keeps the name that imports know it by."""
    taken = {part.key for part in before.values()}
    for part in parts:
        if part.key:
            yield part
            continue
        key, number = natural_key(part.name), 2
        while key in taken:
            key, number = f"{natural_key(part.name)} ({number})", number + 1
        taken.add(key)
        yield replace(part, key=key)


def _owned(part: Component, before: Component | None) -> Component:
    return part if part == before else replace(part, source=Source.USER)


def told(parts: Sequence[Component]) -> list[dict[str, Any]]:
    """What of components an override tells: JSON values."""
    return [
        {
            "componentId": part.id,
            "name": part.name,
            "type": part.type,
            "technologies": [as_text(each) for each in part.technologies],
            "dependsOn": list(part.depends_on),
        }
        for part in parts
    ]
