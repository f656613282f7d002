"""Templates of architecture standards that ship with the product."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import Any

from domain.ports import Ids
from domain.reference_data import read_toml
from domain.standard import ArchitectureStandard, StandardCategory, SupportedVersion

GENERAL = "general"


@dataclass(frozen=True, slots=True)
class TemplateStandard:
    """One standard as a template has it. `key` becomes its natural key in the engagement."""

    key: str
    category: StandardCategory
    name: str
    requirement: str
    mandatory: bool
    supported_versions: tuple[SupportedVersion, ...] = ()


@dataclass(frozen=True, slots=True)
class ArchitectureTemplate:
    """Standards that belong together, of one domain. `source` says where they are from."""

    key: str
    domain: str
    name: str
    summary: str
    technologies: tuple[str, ...]
    standards: tuple[TemplateStandard, ...]
    source: str


@cache
def templates() -> Mapping[str, ArchitectureTemplate]:
    """All templates by key."""
    return MappingProxyType({row["key"]: _template(row) for row in read_toml("standards")["template"]})


def applied(
    template: ArchitectureTemplate,
    existing: Iterable[ArchitectureStandard],
    *,
    new_id: Ids,
    by: str,
    at: datetime,
) -> tuple[ArchitectureStandard, ...]:
    """The template's standards that are new or changed for an engagement.

    What a person wrote or changed is left as it is. What another template gave and nobody has changed becomes this
    one's, and stays mandatory where it was.
    """
    held = {standard.key: standard for standard in existing}
    made = []
    for standard in template.standards:
        old = held.get(standard.key)
        if old is None:
            made.append(_made(template, standard, new_id(), by, at))
        elif old.updated_by is None and old.template not in (None, template.key):
            fresh = _made(template, standard, old.id, old.created_by, at)
            mandatory = old.mandatory or fresh.mandatory
            made.append(replace(fresh, mandatory=mandatory, version=old.version + 1))
    return tuple(made)


def _made(
    template: ArchitectureTemplate, standard: TemplateStandard, standard_id: str, by: str, at: datetime
) -> ArchitectureStandard:
    return ArchitectureStandard(
        id=standard_id,
        key=standard.key,
        category=standard.category,
        name=standard.name,
        requirement=standard.requirement,
        mandatory=standard.mandatory,
        created_by=by,
        updated_at=at,
        supported_versions=standard.supported_versions,
        template=template.key,
    )


def _template(row: Mapping[str, Any]) -> ArchitectureTemplate:
    return ArchitectureTemplate(
        key=row["key"],
        domain=row["domain"],
        name=row["name"],
        summary=row["summary"],
        technologies=tuple(row["technologies"]),
        standards=tuple(_standard(standard) for standard in row["standard"]),
        source=row["source"],
    )


def _standard(row: Mapping[str, Any]) -> TemplateStandard:
    return TemplateStandard(
        key=row["key"],
        category=StandardCategory(row["category"]),
        name=row["name"],
        requirement=row["requirement"],
        mandatory=row["mandatory"],
        supported_versions=tuple(SupportedVersion(*pair) for pair in row.get("versions", {}).items()),
    )
