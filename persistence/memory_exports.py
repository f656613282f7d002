"""Exports in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.errors import NotFound
from domain.export import Export, ExportStatus

if TYPE_CHECKING:
    from persistence.memory import MemoryState


class MemoryExports:
    """Exports by their ids."""

    def __init__(self, state: MemoryState) -> None:
        self._state = state

    async def get(self, export_id: str) -> Export:
        if export_id not in self._state.exports:
            raise NotFound("export")
        return self._state.exports[export_id]

    async def of_file(self, file_id: str) -> Export | None:
        return next((each for each in self._state.exports.values() if each.file_id == file_id), None)

    async def open(self, flow_id: str) -> int:
        ended = (ExportStatus.FAILED, ExportStatus.EXPIRED)
        return sum(each.flow_id == flow_id and each.status not in ended for each in self._state.exports.values())

    async def save(self, export: Export) -> None:
        self._state.exports[export.id] = export

    async def start(self, export_id: str) -> int:
        self._state.starts[export_id] += 1
        return self._state.starts[export_id]
