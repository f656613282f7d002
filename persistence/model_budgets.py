"""What engagements may still ask of the model today, counted in one table by all workers."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date

from sqlalchemy import BigInteger, bindparam, func, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.sql.dml import ReturningInsert

from domain.access import Tenant
from domain.ports import Clock
from persistence.database import select_tenant
from persistence.tables import model_budgets

log = logging.getLogger(__name__)

# A call waits for the database before it begins: for no longer than a person would notice.
WITHIN_SECONDS = 5.0

_row = model_budgets.c


def _taking() -> ReturningInsert[tuple[int]]:
    """One statement, so that of two who take at once the second sees what the first left."""
    statement = insert(model_budgets)
    used = _row.tokens + statement.excluded.tokens
    return statement.on_conflict_do_update(
        index_elements=["engagement_id", "day"],
        set_={"tokens": used},
        where=used <= bindparam("most", type_=BigInteger),
    ).returning(_row.tokens)


_TAKE = _taking()


class DailyBudget:
    """So many tokens for each engagement a UTC day; a call belongs to the day on which it began.

    A database that cannot be reached refuses: where nobody can count, asking on would be without any bound, and the
    rules answer instead. Both are logged. What could not be given back stays taken until the day is over.
    """

    def __init__(self, engine: AsyncEngine, tokens: int, clock: Clock) -> None:
        self._engine = engine
        self._tokens = tokens
        self._clock = clock
        self._taken: dict[str, tuple[str, date, int]] = {}
        self._numbers = itertools.count(1)

    async def take(self, engagement: str, tokens: int) -> str | None:
        """The key of what was set aside; None where the day's rest does not hold that much, or nobody can tell."""
        if tokens > self._tokens:
            return None
        day = self._clock().astimezone(UTC).date()
        try:
            async with self._within(engagement) as connection:
                row = {"engagement_id": engagement, "day": day, "tokens": tokens}
                taken = await connection.scalar(_TAKE, {**row, "most": self._tokens})
        except (OSError, SQLAlchemyError) as error:
            log.warning("model_budget_unreachable", extra={"reason": type(error).__name__})
            return None
        if taken is None:
            return None
        key = str(next(self._numbers))
        self._taken[key] = (engagement, day, tokens)
        return key

    async def settle(self, taken: str, tokens: int) -> None:
        """Give back what was not used, to the day it was taken from. Once for each key."""
        engagement, day, held = self._taken.pop(taken)
        try:
            async with self._within(engagement) as connection:
                mine = (_row.engagement_id == engagement) & (_row.day == day)
                rest = func.greatest(_row.tokens + (tokens - held), 0)
                await connection.execute(update(model_budgets).where(mine).values(tokens=rest))
        except (OSError, SQLAlchemyError) as error:
            log.warning("model_budget_not_settled", extra={"reason": type(error).__name__, "kept": held})

    @asynccontextmanager
    async def _within(self, engagement: str) -> AsyncIterator[AsyncConnection]:
        async with asyncio.timeout(WITHIN_SECONDS), self._engine.begin() as connection:
            # Nothing that is counted here is the client account's.
            await select_tenant(connection, Tenant("", engagement))
            yield connection
