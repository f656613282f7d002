"""How much waits for workers, and what they found of the model: no tenant's, and nothing but figures and states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.model_status import ModelStatus
from persistence.model_checks import ModelChecks

LOG = structlog.get_logger(__name__)

_QUERY = text(
    "SELECT queue_name, status, count(*) AS jobs,"
    " extract(epoch FROM now())::float8 - min(created_at) / 1000.0 AS seconds FROM dbos.workflow_status"
    " WHERE queue_name IS NOT NULL AND status IN ('ENQUEUED', 'DELAYED', 'PENDING') GROUP BY queue_name, status"
)


@dataclass(frozen=True, slots=True)
class Backlog:
    """Jobs of one queue and status, and for how long the oldest has been there."""

    jobs: int
    seconds: float


async def read_backlog(engine: AsyncEngine) -> Mapping[tuple[str, str], Backlog]:
    """Jobs that have not ended, by queue and status; nothing while the database does not answer."""
    try:
        async with engine.connect() as connection:
            rows = (await connection.execute(_QUERY)).all()
    except (OSError, SQLAlchemyError) as error:
        LOG.warning("jobs_not_counted", reason=type(error).__name__)
        return {}
    return {(row.queue_name, row.status): Backlog(row.jobs, max(0.0, float(row.seconds))) for row in rows}


async def find_model(checks: ModelChecks) -> ModelStatus | None:
    """What the workers found; None while the database does not answer."""
    try:
        return await checks.read()
    except (OSError, SQLAlchemyError) as error:
        LOG.warning("model_not_looked_up", reason=type(error).__name__)
        return None
