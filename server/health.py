"""Whether the process is up, and whether it can serve: for orchestrators, and for people who wonder."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import orjson
import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response

from persistence.migrate import revision_of_code, revision_of_database
from persistence.sweeps import DatabaseSweeps
from server.composition import now

LOG = structlog.get_logger(__name__)

# However often it is asked, it looks this often.
LOOK_EVERY = 1.0
LOOK_WITHIN = 5.0


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look came to. Without what is `needed` nothing can be served; without the rest, less."""

    name: str
    good: bool
    message: str
    needed: bool = False


Look = Callable[[], Awaitable[Finding]]


class Readiness:
    """Looks at everything the process needs, all at once."""

    def __init__(self, looks: Mapping[str, Look]) -> None:
        self._looks = looks
        self._looking = asyncio.Lock()
        self._looked_at = -LOOK_EVERY
        self._found: list[Finding] = []

    async def __call__(self, _request: Request) -> Response:
        found = await self.findings()
        missing = [finding for finding in found if not finding.good]
        if any(finding.needed for finding in missing):
            return _answer("unready", found, 503)
        return _answer("degraded" if missing else "ready", found, 200)

    async def findings(self) -> list[Finding]:
        """What there is to say of each part."""
        async with self._looking:
            if time.monotonic() - self._looked_at >= LOOK_EVERY:
                self._found = await asyncio.gather(*(_look(name, look) for name, look in self._looks.items()))
                self._looked_at = time.monotonic()
            return self._found


async def _look(name: str, look: Look) -> Finding:
    try:
        async with asyncio.timeout(LOOK_WITHIN):
            return await look()
    except TimeoutError:
        return Finding(name, good=False, message=f"It does not answer within {LOOK_WITHIN:g} seconds.", needed=True)
    except (OSError, SQLAlchemyError) as error:
        LOG.warning("look_failed", name=name, reason=type(error).__name__)
        return Finding(name, good=False, message=f"It cannot be reached ({type(error).__name__}).", needed=True)


def _answer(status: str, found: list[Finding], code: int) -> Response:
    parts = {finding.name: {"ok": finding.good, "message": finding.message} for finding in found}
    body = orjson.dumps({"status": status, "checks": parts}, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    return Response(body, code, {"cache-control": "no-store"}, "application/json")


async def healthz(_request: Request) -> Response:
    """The process runs and its loop turns; that is all this says."""
    return Response("up\n", media_type="text/plain", headers={"cache-control": "no-store"})


def look_at_database(url: str) -> Look:
    """Whether it answers, and whether its tables are those of this code."""
    # The code's own, whatever lies on the disk by now: the process runs what it has loaded.
    want = revision_of_code()

    async def look() -> Finding:
        have = await asyncio.to_thread(revision_of_database, url)
        if have == want:
            return Finding("database", good=True, message=f"Its schema is at {want}.", needed=True)
        message = f"Its schema is at {have or 'nothing'}, this code is at {want}. Run: python -m server migrate"
        return Finding("database", good=False, message=message, needed=True)

    return look


def look_at_workers(sweeps: DatabaseSweeps) -> Look:
    """Whether somebody runs phases."""

    async def look() -> Finding:
        alive = await sweeps.alive(now())
        if alive:
            return Finding("workers", good=True, message=f"Seen lately: {alive}.")
        message = "None has been seen lately; flows stand still until one runs. Start one: python -m server worker"
        return Finding("workers", good=False, message=message)

    return look


def look_at_broadcaster(url: str, connected: Callable[[], bool]) -> Look:
    """Whether what happens elsewhere is told here at once."""

    async def look() -> Finding:
        if url.startswith("memory:"):
            message = (
                "memory:// does not reach workers: events are late, and of a text only its finished whole arrives."
            )
            return Finding("broadcaster", good=False, message=message)
        if connected():
            return Finding("broadcaster", good=True, message="Connected.")
        message = "Not connected; events are late until it is, and none is lost."
        return Finding("broadcaster", good=False, message=message)

    return look
