"""Asking the schema as the server does, without HTTP: a context of its own for each operation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, cast

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.access import Role, Tenant
from domain.event_ports import EventStream
from domain.flows import DEFINITIONS
from domain.ports import Work
from persistence.reads import PostgresReads
from readers import Limits
from readers.contracts import ContractFiles
from readers.customers import CustomerFiles
from resolvers.context import Context
from schema.root import schema
from server.documents import Documents
from server.execution import Execution
from tests.toy import caller

_documents = Documents(schema._schema)


@dataclass
class Graph:
    """The schema over one database, for one tenant; for none where its ids are empty."""

    engine: AsyncEngine
    work: Work
    tenant: Tenant
    platform: bool = False
    statements: list[str] = field(default_factory=list)

    async def ask(self, text: str, *roles: Role, user: str = "alice", **variables: Any) -> dict[str, Any]:
        """The whole answer, with the SQL statements it took in `statements`."""
        asking = replace(caller(self.work, self.tenant, *roles, user=user), platform=self.platform)
        tenant = self.tenant if self.tenant.engagement_id else None
        execution = Execution(schema._schema, _documents.operation(text, None), variables)
        with self._listening():
            async with PostgresReads(self.engine, tenant, user, DEFINITIONS) as reads:
                # Queries and mutations follow no events.
                return await execution.run(
                    Context(
                        asking,
                        reads,
                        cast("EventStream", None),
                        contract_reader=ContractFiles(),
                        customer_reader=CustomerFiles(Limits()),
                    )
                )

    async def data(self, text: str, *roles: Role, user: str = "alice", **variables: Any) -> Any:
        """The answer's data, which has no errors."""
        answer = await self.ask(text, *roles, user=user, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    async def code(self, text: str, *roles: Role, **variables: Any) -> str:
        """The code of the answer's only error."""
        (error,) = (await self.ask(text, *roles, **variables))["errors"]
        return str(error["extensions"]["code"])

    @contextmanager
    def _listening(self) -> Iterator[None]:
        self.statements = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            self.statements.append(statement)

        event.listen(self.engine.sync_engine, "before_cursor_execute", note)
        try:
            yield
        finally:
            event.remove(self.engine.sync_engine, "before_cursor_execute", note)
