"""`python -m server migrate`: the database's tables as this release needs them."""

from __future__ import annotations

import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from server.attachment import attached
from server.embedded import start_servers
from server.settings import Settings


class DatabaseUnreachable(Exception):
    """It is not there, or does not let us in."""


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--check",
        action="store_true",
        help="change nothing; say where tables and migrations, or database and code, differ",
    )
    parser.add_argument("--revise", metavar="MESSAGE", help="for developers: write the migration that is missing")


def run(arguments: Namespace, settings: Settings) -> int:
    if arguments.revise:
        return _revise(arguments.revise)
    with _reaching():
        return _check(settings) if arguments.check else _migrate(settings)


@contextmanager
def _reaching() -> Iterator[None]:
    from sqlalchemy.exc import OperationalError

    try:
        yield
    except OperationalError as problem:
        why = str(problem.orig).partition("\n")[0]
        raise DatabaseUnreachable(f"The database cannot be reached, or does not do it: {why}") from None


def _migrate(settings: Settings) -> int:
    from persistence.migrate import revision_of_code
    from server.migration import prepare_database

    # No broadcaster is needed, so none is started for a database that was given.
    with nullcontext(settings) if settings.database_url else attached(settings) as complete:
        prepare_database(complete.database_url)
    print(f"The database is at {revision_of_code()}.")
    return 0


def _check(settings: Settings) -> int:
    """Of the database given; without one, of a new one that only this look needs."""
    from persistence.migrate import differences, pending

    with _database(settings.database_url) as url:
        have, want = pending(url)
        if have != want:
            sys.stderr.write(
                f"The database is at {have or 'nothing'}, the code at {want}. Run: python -m server migrate\n"
            )
            return 1
        found = differences(url)
    sys.stderr.writelines(f"{line}\n" for line in found)
    if found:
        sys.stderr.write("Tables and migrations differ. Write one: python -m server migrate --revise 'what changes'\n")
    return 1 if found else 0


def _revise(message: str) -> int:
    from persistence.migrate import revise

    with _database("") as url:
        revise(url, message)
    return 0


@contextmanager
def _database(given: str) -> Iterator[str]:
    if given:
        yield given
        return
    from server.migration import prepare_database

    folder = Path(tempfile.mkdtemp(prefix="flotilla-"))
    folder.chmod(0o711)
    with start_servers(folder, temporary=True) as servers:
        prepare_database(servers.database_url)
        yield servers.database_url
