"""/metrics of an API process: its own figures, and what waits in the database."""

from __future__ import annotations

import asyncio
import time

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.requests import Request
from starlette.responses import Response

from persistence.model_checks import ModelChecks
from persistence.sweeps import DatabaseSweeps
from server.backlog import find_model, read_backlog
from server.composition import now
from server.exposition import CONTENT_TYPE
from server.metrics import Metrics

# However often it is asked, it looks into the database this often.
LOOK_EVERY = 1.0


class Scraping:
    """Answers Prometheus."""

    def __init__(self, metrics: Metrics, engine: AsyncEngine) -> None:
        self._metrics = metrics
        self._engine = engine
        self._sweeps = DatabaseSweeps(engine)
        self._checks = ModelChecks(engine, now)
        self._looking = asyncio.Lock()
        self._looked_at = -LOOK_EVERY

    async def __call__(self, _request: Request) -> Response:
        async with self._looking:
            if time.monotonic() - self._looked_at >= LOOK_EVERY:
                self._metrics.set_backlog(await read_backlog(self._engine), await self._workers())
                self._metrics.set_model(await find_model(self._checks))
                self._looked_at = time.monotonic()
        return Response(self._metrics.text(), headers={"content-type": CONTENT_TYPE, "cache-control": "no-store"})

    async def _workers(self) -> int:
        try:
            return await self._sweeps.alive(now())
        except (OSError, SQLAlchemyError):
            return 0
