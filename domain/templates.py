"""Templates of architecture standards that ship with the product."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
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
    template: ArchitectureTemplate, existing: Collection[str], *, new_id: Ids, by: str, at: datetime
) -> tuple[ArchitectureStandard, ...]:
    """The template's standards for an engagement; those whose keys exist are left as people have them."""
    return tuple(
        ArchitectureStandard(
            id=new_id(),
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
        for standard in template.standards
        if standard.key not in existing
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
