"""What the workers found of the language model: one row of the whole deployment, which holds nothing of any tenant."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.model_status import NEVER_LOOKED, ModelState, ModelStatus, as_known
from domain.ports import Clock
from persistence.tables import model_checks

_ONLY = 1


class ModelChecks:
    """Workers save what they find; whoever looked last is right."""

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    async def save(self, status: ModelStatus) -> None:
        """Let everybody know, also that nothing is configured any more."""
        row = {
            "state": str(status.state),
            "model": status.model,
            "message": status.message,
            "checked_at": status.checked_at,
            "saved_at": self._clock(),
        }
        statement = insert(model_checks).values(id=_ONLY, **row)
        async with self._engine.begin() as connection:
            await connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=row))

    async def read(self) -> ModelStatus:
        """What the last worker found, and that it is long ago where it is."""
        async with self._engine.connect() as connection:
            return known((await connection.execute(newest())).all(), self._clock())


def newest() -> Select[Any]:
    """The row that there is, if there is one."""
    return select(model_checks)


def known(rows: Sequence[Row[Any]], now: datetime) -> ModelStatus:
    """What the row says at that time."""
    if not rows:
        return NEVER_LOOKED
    row = rows[0]
    status = ModelStatus(ModelState(row.state), row.model, row.checked_at, row.message)
    return as_known(status, row.saved_at, now)
