"""A person's changes to the architecture's standards, and what they come to in an assessment that measures by them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from domain.errors import ErrorCode, NotFound, StaleVersion, refuse, shown_time
from domain.flow_state import Stamp
from domain.given import LONGEST_TEXT, Checking
from domain.natural_key import natural_key
from domain.standard import ArchitectureStandard, StandardCategory, SupportedVersion
from domain.technologies import normalize
from domain.versions import readable

MOST_VERSIONS = 100


@dataclass(frozen=True, slots=True)
class SaveStandard:
    """What a person says of a standard: a new one, or the one of that id; what `given` does not name stays."""

    category: StandardCategory
    name: str
    requirement: str
    id: str | None = None
    flow_id: str | None = None
    given: Mapping[str, Any] = field(default_factory=dict)
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class StandardChange:
    """A standard before and after; `before` is None for a new one."""

    before: ArchitectureStandard | None
    after: ArchitectureStandard


def save(standards: Iterable[ArchitectureStandard], command: SaveStandard, stamp: Stamp) -> StandardChange:
    """The standard as the person says, or Refused with everything that is wrong with it."""
    held = {each.id: each for each in standards}
    before = find(held, command.id, command.expected_version) if command.id else None
    checking = Checking()
    wanted = _read(command, checking)
    checking.done()
    if before is None:
        return StandardChange(None, _made(held.values(), wanted, stamp))
    after = replace(before, **wanted)
    if after == before:
        return StandardChange(before, before)
    return StandardChange(before, replace(after, updated_by=stamp.by, updated_at=stamp.at, version=before.version + 1))


def find(
    standards: Mapping[str, ArchitectureStandard], standard_id: str, expected_version: int | None
) -> ArchitectureStandard:
    """The standard of that id as its caller knows it."""
    found = standards.get(standard_id)
    if found is None:
        raise NotFound("architecture standard", ("id",))
    if expected_version not in (None, found.version):
        details = {
            "expectedVersion": expected_version,
            "currentVersion": found.version,
            "changedBy": found.updated_by or found.created_by,
            "changedAt": shown_time(found.updated_at),
            "changed": ["standard"],
        }
        raise StaleVersion("architecture standard", details)
    return found


def _made(standards: Iterable[ArchitectureStandard], wanted: Mapping[str, Any], stamp: Stamp) -> ArchitectureStandard:
    key = "-".join(natural_key(wanted["name"]).split())
    if any(each.key == key or natural_key(each.name) == natural_key(wanted["name"]) for each in standards):
        message = "There is a standard of this name already; save that one by its id."
        raise refuse(ErrorCode.ALREADY_EXISTS, message, "name")
    values = {"mandatory": True, **wanted}
    return ArchitectureStandard(id=stamp.new_id(), key=key, created_by=stamp.by, updated_at=stamp.at, **values)


def _read(command: SaveStandard, checking: Checking) -> dict[str, Any]:
    wanted: dict[str, Any] = {
        "category": command.category,
        "name": checking.needed(command.name, "name"),
        "requirement": checking.needed(command.requirement, "requirement", longest=LONGEST_TEXT),
    }
    if command.given.get("mandatory") is not None:
        wanted["mandatory"] = command.given["mandatory"]
    if "supported_versions" in command.given:
        versions = command.given["supported_versions"] or ()
        wanted["supported_versions"] = read_versions(versions, checking, "supportedVersions")
    return wanted


def read_versions(given: Sequence[SupportedVersion], checking: Checking, *path: str) -> tuple[SupportedVersion, ...]:
    """The versions that meet a standard, each technology once and by its own name."""
    if len(given) > MOST_VERSIONS:
        checking.wrong(f"A standard names at most {MOST_VERSIONS} technologies.", *path)
    found: dict[str, SupportedVersion] = {}
    for index, each in enumerate(given):
        own = (*path, str(index))
        name = normalize(checking.needed(each.technology, *own, "technology")).name
        if not readable(each.specifier):
            message = "A specifier is clauses with a version, such as `>=17` or `>=8,<12`."
            checking.wrong(message, *own, "specifier")
        if name in found:
            checking.wrong(f"{name} is named twice; join its clauses with a comma.", *own, "technology")
        found[name] = SupportedVersion(name, each.specifier.strip())
    return tuple(found.values())


def told(standard: ArchitectureStandard | None) -> dict[str, Any] | None:
    """What of a standard an override tells: a JSON value."""
    if standard is None:
        return None
    return {
        "name": standard.name,
        "category": str(standard.category),
        "requirement": standard.requirement,
        "mandatory": standard.mandatory,
        "supportedVersions": [
            {"technology": each.technology, "specifier": each.specifier} for each in standard.supported_versions
        ],
        "version": standard.version,
    }
