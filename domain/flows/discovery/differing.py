"""Two states of one application: what differs between them, and how to go back from one to the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

from domain.application import Application, Technology
from domain.flows.discovery.building import FIELDS, TYPED
from domain.inventory import DifferenceKind, InventoryDifference
from domain.known_facts import as_text

COMPONENTS = "components"
_IN_ATTRIBUTES = "attributes."
# What an import may change of an application, by field.
IMPORTED = ("name", *dict.fromkeys(FIELDS.values()), "technologies")

Changes = dict[str, list[Any]]


def changes(before: Application, after: Application) -> Changes:
    """Each field and attribute that differs, as [before, after] in JSON values."""
    found: Changes = {}
    for name in IMPORTED:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            found[name] = [_plain(old), _plain(new)]
    if before.attributes != after.attributes:
        for key in sorted({*before.attributes, *after.attributes}):
            old, new = before.attributes.get(key), after.attributes.get(key)
            if old != new:
                found[_IN_ATTRIBUTES + key] = [old, new]
    return found


def undone(application: Application, difference: InventoryDifference) -> Application:
    """The application as it stood before that difference, with what persons set since."""
    if difference.kind is DifferenceKind.CREATED:
        return blank(application)
    found: dict[str, Any] = {"vanished": False} if difference.kind is DifferenceKind.VANISHED else {}
    attributes = dict(application.attributes)
    for name, change in difference.changes.items():
        key = name.removeprefix(_IN_ATTRIBUTES)
        if name == COMPONENTS or key in application.edited:
            continue
        before, after = change
        if key != name:
            _put_back(attributes, key, before, after)
        elif _plain(getattr(application, name)) == after:
            found[name] = _typed(name, before)
    return replace(application, **found, attributes=attributes)


def _put_back(attributes: dict[str, Any], key: str, before: Any, after: Any) -> None:
    if attributes.get(key) != after:
        return
    if before is None:
        attributes.pop(key, None)
    else:
        attributes[key] = before


def blank(application: Application) -> Application:
    """The application without anything an import said: what persons set and where it stands stay."""
    defaults = {field.name: field.default for field in fields(Application)}
    cleared: dict[str, Any] = {
        name: defaults[name] for name in IMPORTED if name != "name" and name not in application.edited
    }
    kept = {key: value for key, value in application.attributes.items() if key in application.edited}
    return replace(application, **cleared, attributes=kept)


def shown(change: Iterable[Any]) -> tuple[str | None, str | None]:
    """A change as a person reads it."""
    before, after = (_shown(value) for value in change)
    return before, after


def _shown(value: Any) -> str | None:
    if value is None or value == []:
        return None
    if isinstance(value, list):
        return ", ".join(_technology_text(each) if isinstance(each, Mapping) else str(each) for each in value)
    return as_text(value)


def _technology_text(told: Mapping[str, Any]) -> str:
    return f"{told['name']} {told['version']}" if told["version"] else str(told["name"])


def label(name: str) -> str:
    """A field's or fact's key as the history names it."""
    return name.removeprefix(_IN_ATTRIBUTES)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [{"name": each.name, "version": each.version, "category": each.category} for each in value]
    if isinstance(value, Decimal):
        # Money comes back from the database with trailing zeros.
        return f"{value.normalize():f}"
    return value if value is None or isinstance(value, int) else str(value)


def _typed(name: str, value: Any) -> Any:
    if name == "technologies":
        return tuple(Technology(**each) for each in value or ())
    return value if value is None else TYPED.get(name, lambda same: same)(value)
