"""Artifacts in their versions, and those still to be written, in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.artifact import Artifact, ArtifactRequest, RequestStatus
from domain.errors import NotFound
from persistence.mapping import columns, from_row, to_row
from persistence.tables import artifact_requests as requests
from persistence.tables import artifact_versions as versions
from persistence.tables import artifacts

# Characters of an artifact that can be found by a search: PostgreSQL bounds what it keeps of one text.
LONGEST_SEARCHED = 100_000
# Of one statement: more parameters make it no quicker.
CHUNK = 50

_newest = (versions.c.artifact_id == artifacts.c.id) & (versions.c.version == artifacts.c.version)
# An artifact as it stands: what it is, and its newest version.
CURRENT = artifacts.join(versions, _newest)
COLUMNS: tuple[ColumnElement[Any], ...] = (
    artifacts.c.id,
    artifacts.c.flow_id,
    artifacts.c.kind,
    artifacts.c.version,
    artifacts.c.created_by,
    artifacts.c.created_at,
    versions.c.step,
    versions.c.title,
    versions.c.content,
    versions.c.metadata,
    versions.c.source,
    versions.c.saved_by.label("updated_by"),
    versions.c.saved_at.label("updated_at"),
)


class Artifacts:
    """The artifacts of one engagement."""

    def __init__(self, connection: AsyncConnection, engagement_id: str) -> None:
        self._connection = connection
        self._engagement_id = engagement_id

    async def get(self, artifact_id: str) -> Artifact:
        """As it stands, locked until the transaction ends; NotFound where there is none for this tenant."""
        # In two statements: one alone would read the versions as they were before it waited for the lock.
        held = select(artifacts.c.id).where(artifacts.c.id == artifact_id, self._mine).with_for_update()
        await self._connection.execute(held)
        return await self._one(artifact_id)

    async def _one(self, artifact_id: str) -> Artifact:
        found = await self.find([artifact_id])
        if not found:
            raise NotFound("artifact", ("id",))
        return found[0]

    async def flow_of(self, artifact_id: str) -> str:
        """The flow it is in, held by nobody."""
        return (await self._one(artifact_id)).flow_id

    async def find(self, artifact_ids: Collection[str]) -> tuple[Artifact, ...]:
        """Those that are there, held by nobody, oldest first."""
        return await self._find(_query().where(artifacts.c.id.in_(sorted(set(artifact_ids)))))

    async def of_flow(self, flow_id: str) -> tuple[Artifact, ...]:
        """That flow's artifacts, oldest first."""
        return await self._find(_query().where(artifacts.c.flow_id == flow_id))

    async def _find(self, query: Select[Any]) -> tuple[Artifact, ...]:
        ordered = query.where(self._mine).order_by(artifacts.c.created_at, artifacts.c.id)
        return tuple(from_row(Artifact, row) for row in (await self._connection.execute(ordered)).mappings())

    async def save(self, *saved: Artifact) -> None:
        """Append the version of each, of which none is named twice; one that is there already stays as it is."""
        for some in _chunks(saved):
            statement = insert(artifacts).values([self._head(each) for each in some])
            newer = statement.excluded
            changed = {name: newer[name] for name in ("version", "text", "search")}
            older = artifacts.c.version < newer.version
            await self._connection.execute(
                statement.on_conflict_do_update(index_elements=["id"], set_=changed, where=older)
            )
            appended = insert(versions).values([self._version(each) for each in some])
            await self._connection.execute(appended.on_conflict_do_nothing(index_elements=["artifact_id", "version"]))

    def _head(self, artifact: Artifact) -> dict[str, Any]:
        words = artifact.text
        return {
            "engagement_id": self._engagement_id,
            "id": artifact.id,
            "flow_id": artifact.flow_id,
            "kind": artifact.kind,
            "version": artifact.version,
            "text": words,
            "search": _searchable(words[:LONGEST_SEARCHED]),
            "created_by": artifact.created_by,
            "created_at": artifact.created_at,
        }

    def _version(self, artifact: Artifact) -> dict[str, Any]:
        return {
            "engagement_id": self._engagement_id,
            "id": func.gen_random_uuid(),
            "artifact_id": artifact.id,
            "version": artifact.version,
            "step": artifact.step,
            "title": artifact.title,
            "content": artifact.content,
            "metadata": dict(artifact.metadata),
            "source": artifact.source,
            "saved_by": artifact.updated_by,
            "saved_at": artifact.updated_at,
        }

    async def remove(self, artifact: Artifact) -> None:
        """With its versions; tasks that were made of it stay."""
        await self._connection.execute(delete(artifacts).where(artifacts.c.id == artifact.id, self._mine))

    async def ask(self, request: ArtifactRequest) -> None:
        """Keep that somebody wants one written."""
        row = {"engagement_id": self._engagement_id, **to_row(request, requests)}
        await self._connection.execute(insert(requests), row)

    async def asked(self, request_id: str) -> ArtifactRequest:
        """Locked until the transaction ends; NotFound where its flow is gone."""
        query = select(*columns(ArtifactRequest)).where(requests.c.id == request_id, self._asked_here)
        row = (await self._connection.execute(query.with_for_update())).mappings().first()
        if row is None:
            raise NotFound("artifact", ("id",))
        return from_row(ArtifactRequest, row)

    async def waiting(self, flow_id: str) -> int:
        """How many of that flow are still to be written."""
        pending = requests.c.status == RequestStatus.PENDING
        query = select(func.count()).where(requests.c.flow_id == flow_id, pending, self._asked_here)
        return await self._connection.scalar(query) or 0

    async def settle(self, request: ArtifactRequest) -> None:
        """Keep what became of it."""
        settled = update(requests).where(requests.c.id == request.id, self._asked_here).values(status=request.status)
        await self._connection.execute(settled)

    async def start(self, request_id: str) -> int:
        """Count one more attempt at writing it: one that ends its worker is not tried for ever."""
        query = update(requests).where(requests.c.id == request_id, self._asked_here)
        query_ = query.values(starts=requests.c.starts + 1).returning(requests.c.starts)
        return await self._connection.scalar(query_) or 0

    @property
    def _mine(self) -> ColumnElement[bool]:
        return artifacts.c.engagement_id == self._engagement_id

    @property
    def _asked_here(self) -> ColumnElement[bool]:
        return requests.c.engagement_id == self._engagement_id


def _query() -> Select[Any]:
    return select(*COLUMNS).select_from(CURRENT)


def _searchable(words: str) -> ColumnElement[Any]:
    """By the words as they are written, and by their English stems."""
    plain: Any = func.to_tsvector("simple", words)
    return plain.op("||")(func.to_tsvector("english", words))  # type: ignore[no-any-return]


def _chunks(saved: Sequence[Artifact]) -> Iterator[Sequence[Artifact]]:
    return (saved[start : start + CHUNK] for start in range(0, len(saved), CHUNK))
