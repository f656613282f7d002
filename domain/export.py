"""Exports: a flow's document written to a file, kept for a while for those who may read the flow."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

from domain.document import Document
from domain.errors import ErrorCode, refuse
from domain.event import Event, EventKind, WriteExport

if TYPE_CHECKING:
    from domain.engagement import Engagement
    from domain.flow import Flow
    from domain.flow_state import Stamp
    from domain.need import Need
    from domain.portfolio import Portfolio

LONGEST_NAME = 80


class ExportFormat(StrEnum):
    """What an export is written as. CSV and PARQUET are archives of one file a table."""

    JSON = "JSON"
    CSV = "CSV"
    XLSX = "XLSX"
    PDF = "PDF"
    JIRA_CSV = "JIRA_CSV"
    PARQUET = "PARQUET"


EXTENSIONS: Mapping[ExportFormat, str] = MappingProxyType(
    {
        ExportFormat.JSON: "json",
        ExportFormat.CSV: "zip",
        ExportFormat.XLSX: "xlsx",
        ExportFormat.PDF: "pdf",
        ExportFormat.JIRA_CSV: "csv",
        ExportFormat.PARQUET: "zip",
    }
)
MEDIA_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "json": "application/json",
        "zip": "application/zip",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "pdf": "application/pdf",
        "csv": "text/csv; charset=utf-8",
    }
)


class ExportStatus(StrEnum):
    """Asked for, there to be fetched, come to nothing, or gone by its age."""

    PENDING = "PENDING"
    READY = "READY"
    FAILED = "FAILED"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True, slots=True)
class ExportCall:
    """What a document may be made of: the flow with its typed results, and the part of the portfolio it asked for."""

    flow: Flow
    results: Mapping[str, Any]
    portfolio: Portfolio
    engagement: Engagement
    now: datetime

    @property
    def as_of(self) -> date:
        """The engagement's today."""
        return self.engagement.today(self.now)

    def heading(self, format: str) -> Mapping[str, Any]:
        """What every document's data begin with: what they are, of when, and of which flow."""
        flow, engagement = self.flow, self.engagement
        return {
            "format": format,
            "version": 1,
            "generatedAt": self.now,
            "asOf": self.as_of.isoformat(),
            "engagement": {"id": engagement.id, "name": engagement.name, "currency": engagement.currency},
            "flow": {
                "id": flow.id,
                "name": flow.name,
                "iteration": flow.iteration,
                "status": str(flow.status),
                "createdBy": flow.created_by,
                "createdAt": flow.created_at,
                "completedAt": flow.completed_at,
            },
        }


def _nothing(call: ExportCall) -> Document:
    raise LookupError(f"{call.flow.kind} has no document.")


@dataclass(frozen=True, slots=True)
class Exporting:
    """What a flow type offers: its formats, and its document with the needs it is made of.

    `name` is the first part of the file names. `compose` is a pure function; writers make the formats of what it gives.
    """

    formats: tuple[ExportFormat, ...] = ()
    needs: frozenset[Need] = frozenset()
    compose: Callable[[ExportCall], Document] = _nothing
    name: str = "export"


@dataclass(frozen=True, slots=True)
class Export:
    """One file of one flow. `size_bytes` and `file_id` once it is READY, `failure` a sentence once it has FAILED."""

    id: str
    flow_id: str
    format: ExportFormat
    file_name: str
    requested_by: str
    created_at: datetime
    status: ExportStatus = ExportStatus.PENDING
    file_id: str | None = None
    size_bytes: float | None = None
    failure: str | None = None
    expires_at: datetime | None = None

    @classmethod
    def request(cls, flow: Flow, format: ExportFormat, stamp: Stamp, today: date) -> Self:
        """A new one; UNSUPPORTED_FORMAT names the formats that the flow's type does offer."""
        offered = flow.definition.exporting.formats
        if format not in offered:
            instead = f"Formats: {', '.join(offered)}." if offered else "It has no exports in this release."
            message = f"A flow of the type {flow.definition.title} is not exported as {format}. {instead}"
            raise refuse(ErrorCode.UNSUPPORTED_FORMAT, message, "format")
        name = file_name(flow.definition.exporting.name, flow.name, today, EXTENSIONS[format])
        return cls(stamp.new_id(), flow.id, format, name, stamp.by, stamp.at)

    @property
    def media_type(self) -> str:
        """What the file is, for whoever fetches it."""
        return MEDIA_TYPES[EXTENSIONS[self.format]]

    def written(self, file_id: str, size: int, expires_at: datetime) -> Self:
        """There, until that time."""
        return replace(self, status=ExportStatus.READY, file_id=file_id, size_bytes=float(size), expires_at=expires_at)

    def failed(self, why: str) -> Self:
        """Come to nothing."""
        return replace(self, status=ExportStatus.FAILED, failure=why)

    def expired(self) -> Self:
        """Its file is gone; that there was one stays."""
        return replace(self, status=ExportStatus.EXPIRED, file_id=None)


def requested(flow: Flow, export: Export) -> Flow:
    """The flow with the job that writes the export."""
    return told(replace(flow, jobs=(*flow.jobs, WriteExport(flow.id, export.id))), export, export.created_at)


def told(flow: Flow, export: Export, at: datetime) -> Flow:
    """The flow with the event that says the export has changed."""
    event = Event(EventKind.CHILD_CHANGED, at, None, {"changed": [["Export", export.id]]})
    return replace(flow, events=(*flow.events, event))


def file_name(kind: str, flow_name: str, day: date, extension: str) -> str:
    """`assessment-report-Core systems-2026-11-21.pdf`: safe on every file system, whatever the flow is called."""
    plain = "".join(" " if _unsafe(mark) else mark for mark in unicodedata.normalize("NFC", flow_name))
    name = re.sub(r"\s+", " ", plain)[:LONGEST_NAME].strip(" .-") or "flow"
    return f"{kind}-{name}-{day:%Y-%m-%d}.{extension}"


def _unsafe(mark: str) -> bool:
    """Control and format characters (also those that turn text around), and what paths and shells give a meaning."""
    return unicodedata.category(mark)[0] == "C" or mark in "<>:\"/\\|?*'`$%;&#"
