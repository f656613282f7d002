"""The engine's own tables, in the schema `dbos` of the same database."""

from __future__ import annotations

from dbos import DBOS
from sqlalchemy.engine import make_url


def prepare(database_url: str, application_role: str) -> None:
    """Create or migrate them, for use by that role; doing it twice changes nothing."""
    url = make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    DBOS.migrate(url, application_role=application_role)
