"""Stored files, in chunks of 1 MiB."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from datetime import datetime

from sqlalchemy import ColumnElement, Table, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.access import Tenant
from domain.errors import ErrorCode, NotFound, refuse
from domain.ports import Ids, StoredFile
from persistence.tables import expiries, file_chunks, files

CHUNK_BYTES = 1 << 20


class StoredFiles:
    """The files of one engagement, in one transaction."""

    def __init__(self, connection: AsyncConnection, tenant: Tenant, ids: Ids) -> None:
        self._connection = connection
        self._tenant = tenant
        self._engagement_id = tenant.engagement_id
        self._ids = ids

    async def save(self, name: str, media_type: str | None, chunks: AsyncIterator[bytes], limit: int) -> StoredFile:
        """Stores all of it, or raises Refused LIMIT_EXCEEDED; the transaction then stores nothing."""
        file_id = self._ids()
        digest = hashlib.sha256()
        size = 0
        owner = {"engagement_id": self._engagement_id}
        row = {"id": file_id, "name": name, "media_type": media_type, "size": 0, "sha256": "", **owner}
        await self._connection.execute(insert(files), row)
        number = 0
        async for data in _regrouped(chunks):
            size += len(data)
            if size > limit:
                message = (
                    f"The file is larger than {limit / (1 << 20):g} MiB. Split it, or leave out what is not needed."
                )
                raise refuse(ErrorCode.LIMIT_EXCEEDED, message, "source")
            digest.update(data)
            chunk = {"file_id": file_id, "number": number, "data": data, **owner}
            await self._connection.execute(insert(file_chunks), chunk)
            number += 1
        values = {"size": size, "sha256": digest.hexdigest()}
        await self._connection.execute(update(files).where(files.c.id == file_id).values(values))
        return StoredFile(file_id, name, media_type, size, digest.hexdigest())

    async def get(self, file_id: str) -> StoredFile:
        """What is known of the file, or NotFound."""
        query = select(files.c.id, files.c.name, files.c.media_type, files.c.size, files.c.sha256)
        row = (await self._connection.execute(query.where(files.c.id == file_id, self._mine(files)))).first()
        if row is None:
            raise NotFound("file")
        return StoredFile(*row)

    async def read(self, file_id: str) -> AsyncIterator[bytes]:
        """Its bytes, a chunk at a time."""
        number = 0
        while (data := await self.chunk(file_id, number)) is not None:
            yield data
            number += 1

    async def chunk(self, file_id: str, number: int) -> bytes | None:
        """One piece of it, counted from 0; None behind the last."""
        place = (file_chunks.c.file_id == file_id) & (file_chunks.c.number == number)
        query = select(file_chunks.c.data).where(place, self._mine(file_chunks))
        data: bytes | None = await self._connection.scalar(query)
        return data

    async def expire(self, file_id: str, flow_id: str, at: datetime) -> None:
        """Let it go at that time, or with the flow it belongs to; a later wish replaces an earlier one."""
        mine = update(files).where(files.c.id == file_id, self._mine(files))
        await self._connection.execute(mine.values(expires_at=at))
        row = {
            "file_id": file_id,
            "flow_id": flow_id,
            "engagement_id": self._engagement_id,
            "client_account_id": self._tenant.client_account_id,
            "at": at,
        }
        later = upsert(expiries).on_conflict_do_update(index_elements=["file_id"], set_={"at": at})
        await self._connection.execute(later, row)

    async def remove(self, file_id: str) -> None:
        """Its bytes, its row, and the wish to let it go."""
        await self._connection.execute(delete(files).where(files.c.id == file_id, self._mine(files)))
        await self._connection.execute(delete(expiries).where(expiries.c.file_id == file_id))

    def _mine(self, table: Table) -> ColumnElement[bool]:
        return table.c.engagement_id == self._engagement_id


async def _regrouped(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same bytes in pieces of CHUNK_BYTES, the last one shorter."""
    held = bytearray()
    async for piece in chunks:
        held += piece
        while len(held) >= CHUNK_BYTES:
            yield bytes(held[:CHUNK_BYTES])
            del held[:CHUNK_BYTES]
    if held:
        yield bytes(held)
