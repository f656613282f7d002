"""What an import brought: the file, its rows, how its columns map, and what cleansing found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from domain.source import Source


class RowKind(StrEnum):
    """What one row of an inventory tells of."""

    APPLICATION = "application"
    SERVER = "server"
    DEPENDENCY = "dependency"


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One good row: `line` is 1-based in the file, `values` are its cells by column name, as text, untouched."""

    line: int
    kind: RowKind
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """One row that was left out, with the reason in a sentence that says what would mend it."""

    line: int
    reason: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ImportRows:
    """Some of a flow's rows, good and rejected, in file order: what a rule gives in a batch to be saved."""

    flow_id: str
    accepted: tuple[ImportRow, ...] = ()
    rejected: tuple[RejectedRow, ...] = ()


@dataclass(frozen=True, slots=True)
class DataImport:
    """One file as one discovery read it. `columns` are its header's names in order; `sha256` is of its bytes."""

    id: str
    flow_id: str
    run_id: str
    file_name: str
    format: str
    sha256: str
    columns: tuple[str, ...]
    rows: int
    accepted: int
    rejected_count: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class AttributeMapping:
    """Which fact (a key of `domain/facts.py`) a column fills; None keeps it in `attributes`. Confidence is 0 to 1."""

    column: str
    target: str | None
    confidence: float
    source: Source
    samples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CleansingFinding:
    """Something in the data to change: what stood, what is proposed.

    `natural_key` lets a re-import remember what a person decided: `applied`, once it is `decided`.
    """

    id: str
    flow_id: str
    rule: str
    natural_key: str
    line: int | None = None
    application_key: str | None = None
    field: str | None = None
    before: str | None = None
    after: str | None = None
    applied: bool = False
    decided: bool = False


class DifferenceKind(StrEnum):
    """What one discovery did to one application."""

    CREATED = "created"
    CHANGED = "changed"
    VANISHED = "vanished"


@dataclass(frozen=True, slots=True)
class InventoryDifference:
    """What one application came to in one discovery; one per flow and application.

    `changes` holds each changed field or fact as [before, after], and under `components` the ids this flow made: with
    them a repeated run of the same flow takes back what the one before it did.
    """

    flow_id: str
    application_id: str
    kind: DifferenceKind
    changes: Mapping[str, Any] = field(default_factory=dict)
