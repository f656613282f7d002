"""Artifacts: what a flow's work came to, kept in versions that are never edited."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from domain.source import Source


class ArtifactKind(StrEnum):
    """What an artifact is. The first six have contents of one shape each, told by a JSON Schema."""

    ASSESSMENT_FORM = "ASSESSMENT_FORM"
    OPEN_TASKS = "OPEN_TASKS"
    CONTRACT_ANALYSIS = "CONTRACT_ANALYSIS"
    PRICING_TABLE = "PRICING_TABLE"
    STAKEHOLDER_MAP = "STAKEHOLDER_MAP"
    RECOMMENDATIONS = "RECOMMENDATIONS"
    EMAIL_DRAFT = "EMAIL_DRAFT"
    PLAN = "PLAN"
    REPORT = "REPORT"
    CONFIGURATION = "CONFIGURATION"
    CODE = "CODE"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True)
class Artifact:
    """An artifact of a flow as it stands: its newest version.

    `content` and `metadata` are JSON values; ids in them are bare. `created_by` and `created_at` are of the first
    version, `updated_by` and `updated_at` of this one.
    """

    id: str
    flow_id: str
    kind: ArtifactKind
    title: str
    content: Any
    source: Source
    created_by: str
    created_at: datetime
    updated_by: str
    updated_at: datetime
    step: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict, hash=False)
    version: int = 1

    @property
    def text(self) -> str:
        """All its words, for whoever searches: the title, then every text of the content that is no id."""
        return "\n".join((self.title, *_words(self.content)))


@dataclass(frozen=True, slots=True)
class KnownArtifact:
    """The same without its content, which may be large: for lists."""

    id: str
    flow_id: str
    kind: ArtifactKind
    title: str
    source: Source
    created_by: str
    created_at: datetime
    updated_by: str
    updated_at: datetime
    step: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict, hash=False)
    version: int = 1


@dataclass(frozen=True, slots=True)
class KnownVersion:
    """One version of an artifact without its content."""

    id: str
    artifact_id: str
    version: int
    title: str
    metadata: Mapping[str, Any]
    source: Source
    saved_by: str
    saved_at: datetime
    step: str | None = None


@dataclass(frozen=True, slots=True)
class ArtifactVersion:
    """One version of an artifact, as it was saved."""

    id: str
    artifact_id: str
    version: int
    title: str
    content: Any
    metadata: Mapping[str, Any]
    source: Source
    saved_by: str
    saved_at: datetime
    step: str | None = None


class RequestStatus(StrEnum):
    """Whether what was asked for is still to be written."""

    PENDING = "PENDING"
    WRITTEN = "WRITTEN"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class ArtifactRequest:
    """An artifact that somebody asked to have written; `id` is the one it will have."""

    id: str
    flow_id: str
    kind: ArtifactKind
    requested_by: str
    requested_at: datetime
    step: str | None = None
    instructions: str | None = None
    status: RequestStatus = RequestStatus.PENDING


# What these name is found by itself.
_NAMING = ("Id", "Ids", "key")


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            if not key.endswith(_NAMING):
                yield from _words(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _words(each)
