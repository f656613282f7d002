"""Brings a database to what this code needs: our tables, then the engine's."""

from __future__ import annotations

import time

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from engine.schema import prepare
from persistence.database import APPLICATION_ROLE
from persistence.migrate import migrate

# Among the advisory locks of the database: «preparing», held around the lock that `migrate` takes itself,
# because the engine's own migrations do not expect company.
PREPARING = 0x464C_5052
GLANCE = 0.1


def prepare_database(url: str) -> None:
    """Doing it twice changes nothing, and twice at once is safe: the second waits for the first."""
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            # Asked for again and again, not waited for: the engine's migrations build indexes concurrently, which
            # waits for every statement of the database that began before, also for one that waits for this lock.
            while not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": PREPARING}):
                time.sleep(GLANCE)
            migrate(url)
            prepare(url, APPLICATION_ROLE)
    finally:
        engine.dispose()
