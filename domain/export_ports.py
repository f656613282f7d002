"""Where exports are kept, and what writes their files."""

from __future__ import annotations

from typing import BinaryIO, Protocol

from domain.document import Document
from domain.export import Export, ExportFormat


class ExportRepository(Protocol):
    """The exports of flows."""

    async def get(self, export_id: str) -> Export:
        """Locked until the unit of work ends."""

    async def of_file(self, file_id: str) -> Export | None:
        """The export whose file it is; None where it is no export's."""

    async def open(self, flow_id: str) -> int:
        """How many of that flow's there are that have neither failed nor expired."""

    async def save(self, export: Export) -> None: ...

    async def start(self, export_id: str) -> int:
        """Count one more attempt at writing it; how many there were."""


class DocumentWriter(Protocol):
    """Writes documents as files; `target` is binary and seekable."""

    def write(self, document: Document, format: ExportFormat, target: BinaryIO) -> None: ...
