"""A person's changes to an application: what is known of it, kept against every later import, with its history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from typing import Any

from domain.application import Application, ApplicationChange, Component
from domain.errors import StaleVersion
from domain.fact import FactLevel
from domain.flow_state import Stamp
from domain.given import LONGEST_TEXT, Checking
from domain.known_facts import as_text
from domain.readiness import checked

_TEXTS = {
    "description": LONGEST_TEXT,
    "business_owner": 200,
    "technical_owner": 200,
    "department": 200,
    "hosting": 200,
}
_MOST_COST = Decimal(10) ** 15


@dataclass(frozen=True, slots=True)
class UpdateApplication:
    """What a person says of an application: a field that `given` does not name stays, one that is None is cleared."""

    id: str
    given: Mapping[str, Any] = field(default_factory=dict)
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class EditedApplication:
    """The application after an edit, and the lines of its history; no lines where nothing changed."""

    application: Application
    changes: tuple[ApplicationChange, ...] = ()


def expect_version(application: Application, version: int | None) -> None:
    """Raise StaleVersion when somebody else changed it since that version."""
    if version in (None, application.version):
        return
    details = {"expectedVersion": version, "currentVersion": application.version, "changed": ["facts"]}
    raise StaleVersion("application", details)


def edit(
    application: Application, components: Sequence[Component], command: UpdateApplication, stamp: Stamp
) -> EditedApplication:
    """The application as the person says, checked again; or Refused with everything that is wrong."""
    expect_version(application, command.expected_version)
    checking = Checking()
    wanted = dict(_read(application, command.given, checking))
    checking.done()
    after = replace(application, **wanted)
    if after == application:
        return EditedApplication(application)
    told = tuple(_told(application, after))
    kept = dict.fromkeys((*application.edited, *(name for name, _, _ in told)))
    after = checked(replace(after, edited=tuple(kept)), components)
    lines = [*told, *_readiness(application, after)]
    changes = tuple(
        ApplicationChange(stamp.new_id(), application.id, name, before, now, stamp.by) for name, before, now in lines
    )
    return EditedApplication(replace(after, version=application.version + 1), changes)


def _read(application: Application, given: Mapping[str, Any], checking: Checking) -> Iterator[tuple[str, Any]]:
    if "name" in given:
        yield "name", checking.needed(given["name"], "name")
    for name, longest in _TEXTS.items():
        if name in given:
            yield name, checking.text(given[name], _camel(name), longest=longest)
    if "criticality" in given:
        yield "criticality", given["criticality"]
    if "environment" in given:
        text = given["environment"]
        yield "environment", None if text is None else checking.fact("environment", text, "environment")
    for name, most in (("user_count", None), ("annual_cost", _MOST_COST)):
        if name in given:
            yield name, _number(given[name], most, checking, _camel(name))
    if "technologies" in given:
        yield "technologies", checking.technologies(given["technologies"], "technologies")
    if "attributes" in given:
        held = application.attributes
        yield "attributes", checking.attributes(held, given["attributes"], FactLevel.COMPONENT, "attributes")


def _number(value: Any, most: Decimal | None, checking: Checking, *path: str) -> Any:
    if value is not None and (value < 0 or (most is not None and value >= most)):
        checking.wrong("This must be nought or more, and less than a quadrillion.", *path)
    return value


def _told(before: Application, after: Application) -> Iterator[tuple[str, str | None, str | None]]:
    """Each field and attribute that differs, as a person reads it."""
    for each in fields(Application):
        old, new = getattr(before, each.name), getattr(after, each.name)
        if old == new:
            continue
        if each.name != "attributes":
            yield each.name, _shown(old), _shown(new)
            continue
        for key in sorted({*old, *new}):
            if old.get(key) != new.get(key):
                yield key, _shown(old.get(key)), _shown(new.get(key))


def _readiness(before: Application, after: Application) -> Iterator[tuple[str, str | None, str | None]]:
    if before.readiness is not after.readiness:
        yield "readiness", str(before.readiness), str(after.readiness)


def _shown(value: Any) -> str | None:
    if isinstance(value, list):
        value = tuple(str(each) for each in value)
    return as_text(value) or None


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
