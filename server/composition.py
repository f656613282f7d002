"""What the API and the worker are both put together from."""

from __future__ import annotations

import gc
from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncEngine
from uuid_utils import uuid7

from domain.definition import FlowDefinition
from engine.queue import PhaseQueue
from persistence.database import open_database
from persistence.work import Announce, Outlets, Saved, Works
from server.settings import Settings
from server.tracing import trace_database

Definitions = Mapping[str, FlowDefinition]

LONGEST_STATEMENT = 30


def now() -> datetime:
    """The time, in UTC, as precisely as the contract tells it."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def new_id() -> str:
    """A new UUIDv7: ids of one process rise with time."""
    return str(uuid7())


def database(settings: Settings, longest_statement: int = LONGEST_STATEMENT) -> AsyncEngine:
    """This process's connections; PostgreSQL ends a statement after so many seconds."""
    timeout = longest_statement * 1000
    engine = open_database(settings.database_url, pool_size=settings.database_pool, statement_timeout_ms=timeout)
    return trace_database(engine, settings)


def works(engine: AsyncEngine, queue: PhaseQueue, announce: Announce, definitions: Definitions, saved: Saved) -> Works:
    """Units of work whose jobs go to the queue, and whose events are announced after the commit."""
    return Works(engine, definitions, Outlets(queue.enqueue, queue.cancel, announce, saved), now, new_id)


def settle() -> None:
    """Call once everything is loaded: what was made until now stays, and need not be looked through for garbage again.

    A full collection over the objects of all modules stops the process for some 100 ms.
    """
    gc.collect()
    gc.freeze()
