"""From a template's document, which its JSON Schema has passed, to the template, and to the versions that ship."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any
from uuid import UUID, uuid5

from domain.access import SYSTEM
from domain.customer_success.kinds import RenewalStage, WorkflowKind
from domain.customer_success.template import (
    Branch,
    BranchKind,
    Field,
    FieldKind,
    Notification,
    Route,
    TemplateStep,
    TemplateVersion,
    WorkflowTemplate,
)

# What the ids of shipped versions are made under: the same in every installation.
_SHIPPED = UUID("c5a3b1de-33a0-5f0e-9d0a-3f1f7f2f6d11")
_SHIPPED_AT = datetime(2026, 11, 21, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Saved:
    """Under which id a version is kept, who saved it and when, and what he said of it."""

    id: str
    by: str
    at: datetime
    description: str | None = None


def template_of(saved: TemplateVersion) -> WorkflowTemplate:
    """What that version's document says."""
    return read_template(saved.document, saved.key, saved.version, core=saved.core)


def read_template(document: Mapping[str, Any], key: str, version: int, *, core: bool = False) -> WorkflowTemplate:
    """What the document says."""
    trigger = document["trigger"]
    return WorkflowTemplate(
        key=key,
        name=document["name"],
        kind=WorkflowKind(trigger["kind"]),
        stage=_stage(trigger),
        version=version,
        summary=document.get("summary", ""),
        trigger=trigger,
        context=document.get("context", {}),
        steps=tuple(_step(each) for each in document["steps"]),
        notifications=tuple(_notification(each) for each in document.get("notifications", ())),
        outcome=document.get("outcome"),
        core=core,
    )


def version_of(
    document: Mapping[str, Any],
    key: str,
    version: int,
    saved: Saved,
    *,
    core: bool = False,
) -> TemplateVersion:
    """That document as a version to be kept."""
    trigger = document["trigger"]
    return TemplateVersion(
        id=saved.id,
        key=key,
        version=version,
        name=document["name"],
        kind=WorkflowKind(trigger["kind"]),
        stage=_stage(trigger),
        core=core,
        document=document,
        changed_by=saved.by,
        changed_at=saved.at,
        description=saved.description,
    )


@cache
def shipped() -> tuple[TemplateVersion, ...]:
    """The templates that come with the product, in the order of their keys."""
    folder = files("domain") / "data" / "workflow_templates"
    names = sorted(each.name for each in folder.iterdir() if each.name.endswith(".json"))
    return tuple(_shipped(json.loads((folder / name).read_text(encoding="utf-8"))) for name in names)


def _shipped(file: Mapping[str, Any]) -> TemplateVersion:
    key, version = file["key"], file["version"]
    saved = Saved(str(uuid5(_SHIPPED, f"{key}/{version}")), SYSTEM, _SHIPPED_AT, file["description"])
    return version_of(file["document"], key, version, saved, core=True)


def _stage(trigger: Mapping[str, Any]) -> RenewalStage | None:
    return RenewalStage(trigger["stage"]) if trigger.get("stage") else None


def _step(data: Mapping[str, Any]) -> TemplateStep:
    return TemplateStep(
        key=data["key"],
        title=data["title"],
        description=data["description"],
        prompts=tuple(data.get("prompts", ())),
        fields=tuple(_field(each) for each in data.get("fields", ())),
        branches=tuple(_branch(each) for each in data.get("branches", ())),
        next=tuple(Route(each["to"], each.get("when")) for each in data.get("next", ())),
        artifacts=tuple(data.get("artifacts", ())),
        required=data.get("required", False),
    )


def _field(data: Mapping[str, Any]) -> Field:
    return Field(
        key=data["key"],
        label=data["label"],
        kind=FieldKind(data["kind"]),
        required=data.get("required", False),
        choices=tuple(data.get("choices", ())),
        proposed=data.get("proposed"),
    )


def _branch(data: Mapping[str, Any]) -> Branch:
    return Branch(
        key=data["key"],
        label=data["label"],
        kind=BranchKind(data["kind"]),
        prompts=tuple(data.get("prompts", ())),
        response=data.get("response"),
        next_step=data.get("nextStep"),
        action_key=data.get("action"),
        allows_off_script=data.get("allowsOffScript", False),
        return_to_step=data.get("returnToStep"),
    )


def _notification(data: Mapping[str, Any]) -> Notification:
    return Notification(data["key"], data["when"], data["message"], data.get("at"))
