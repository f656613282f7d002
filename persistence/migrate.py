"""Brings a database to the revision of this code; safe to run twice at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url

from persistence.shipping import ship_templates
from persistence.tables import metadata

MIGRATIONS = Path(__file__).parent / "migrations"
# Among the advisory locks of the database, the one that says «migrating».
MIGRATING = 0x464C_4D49


def migrate(url: str) -> None:
    """Apply every migration that the database lacks; whoever comes second waits and finds nothing to do."""
    with _connected(url) as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATING})
        connection.commit()
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
        ship_templates(connection)
        connection.commit()


def revision_of_code() -> str:
    """The newest migration there is."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise LookupError(f"There is no migration in {MIGRATIONS}.")
    return head


def revision_of_database(url: str) -> str | None:
    """The migration it was brought to; None when it is empty."""
    with _connected(url) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def pending(url: str) -> tuple[str | None, str]:
    """The database's revision and the code's; they differ while migrations are pending."""
    return revision_of_database(url), revision_of_code()


def differences(url: str) -> list[str]:
    """What tables and migrations do not agree on, for a database that is at the newest revision."""
    with _connected(url) as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": False})
        found = compare_metadata(context, metadata)
        return [str(difference) for difference in found]


def revise(url: str, message: str) -> None:
    """Write the migration that would bring the database to today's tables."""
    with _connected(url) as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.revision(config, message, autogenerate=True)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("file_template", "%%(year)d_%%(month).2d_%%(day).2d_%%(slug)s")
    return config


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()
