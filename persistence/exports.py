"""The exports of flows, in one transaction."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.errors import NotFound
from domain.export import Export, ExportStatus
from persistence.mapping import columns, from_row, to_row
from persistence.tables import exports

_OPEN = (ExportStatus.PENDING, ExportStatus.READY)


class Exports:
    """The exports of one engagement."""

    def __init__(self, connection: AsyncConnection, engagement_id: str) -> None:
        self._connection = connection
        self._engagement_id = engagement_id

    async def get(self, export_id: str) -> Export:
        """The export, locked until the transaction ends; NotFound where there is none for this tenant."""
        found = await self._one(select(*columns(Export)).where(exports.c.id == export_id).with_for_update())
        if found is None:
            raise NotFound("export")
        return found

    async def of_file(self, file_id: str) -> Export | None:
        """The export whose file it is, locked; None where it is no export's."""
        return await self._one(select(*columns(Export)).where(exports.c.file_id == file_id).with_for_update())

    async def _one(self, query: Select[tuple[object, ...]]) -> Export | None:
        row = (await self._connection.execute(query.where(self._mine))).mappings().first()
        return None if row is None else from_row(Export, row)

    async def open(self, flow_id: str) -> int:
        """How many of that flow's there are that have neither failed nor expired."""
        query = select(func.count()).where(exports.c.flow_id == flow_id, exports.c.status.in_(_OPEN), self._mine)
        return await self._connection.scalar(query) or 0

    async def save(self, export: Export) -> None:
        """Insert or replace it."""
        row = {"engagement_id": self._engagement_id, **to_row(export, exports)}
        changed = {name: row[name] for name in ("status", "file_id", "size_bytes", "failure", "expires_at")}
        await self._connection.execute(insert(exports).on_conflict_do_update(index_elements=["id"], set_=changed), row)

    async def start(self, export_id: str) -> int:
        """Count one more attempt at writing it: one that ends its worker is not tried for ever."""
        query = update(exports).where(exports.c.id == export_id, self._mine).values(starts=exports.c.starts + 1)
        return await self._connection.scalar(query.returning(exports.c.starts)) or 0

    @property
    def _mine(self) -> ColumnElement[bool]:
        return exports.c.engagement_id == self._engagement_id
