"""Doing again what failed for no fault of its own: the database was away, or preferred another transaction."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from sqlalchemy.exc import DBAPIError

log = logging.getLogger(__name__)
T = TypeVar("T")

# Waits between tries, in seconds: two minutes in all.
PATIENCE = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 30.0, 20.0)

# asyncpg raises its own errors where the server refuses or drops a connection: class 08 and 57P0x of PostgreSQL; 40001
# and 40P01 are transactions that gave way to others, whose work can be done again as every step here can.
_STATES = ("08", "57P01", "57P02", "57P03", "40001", "40P01")


async def patiently(work: Callable[[], Awaitable[T]], waits: tuple[float, ...] = PATIENCE) -> T:
    """The work's result; tried again, a little later each time, while the database cannot be reached.

    So is a transaction that had to give way to another one, for which it had waited as that one for it.
    """
    for wait in waits:
        try:
            return await work()
        except Exception as fault:
            if not passing(fault):
                raise
            log.warning("database_tried_again", extra={"reason": type(fault).__name__, "retry_in": wait})
        await asyncio.sleep(wait)
    return await work()


def passing(fault: BaseException) -> bool:
    """Whether it may go well a second time."""
    if isinstance(fault, DBAPIError):
        return fault.connection_invalidated or isinstance(fault.orig, OSError) or _says_so(fault.orig)
    return isinstance(fault, (OSError, ConnectionError)) or _says_so(fault)


def _says_so(fault: Any) -> bool:
    state = getattr(fault, "sqlstate", None)
    return isinstance(state, str) and state.startswith(_STATES)
