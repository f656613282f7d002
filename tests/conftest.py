"""Fixtures for all tests. None starts anything before it is asked for."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from server.embedded import Servers
from tests.servers import Databases, Process, passable_folder, servers_for_tests

StartProcess = Callable[..., Process]

# A busy machine is no fault of the code; benchmarks/ measures what is slow. In CI hypothesis takes its own profile,
# which says the same and tries the same examples every time.
if "CI" not in os.environ:
    settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """PostgreSQL and Valkey, for the whole run."""
    with servers_for_tests() as running:
        yield running


@pytest.fixture(scope="session")
def database_url(servers: Servers) -> str:
    """The server's own database, as its superuser. Tests write to copies (`fresh_database`), not here."""
    return servers.database_url


@pytest.fixture(scope="session")
def broadcast_url(servers: Servers) -> str:
    return servers.broadcast_url


@pytest.fixture(scope="session")
def databases(database_url: str) -> Iterator[Databases]:
    made = Databases(database_url)
    yield made
    made.close()


@pytest.fixture
def fresh_database(databases: Databases) -> Iterator[str]:
    """The URL of a migrated, empty database for this test alone."""
    url = databases.create()
    yield url
    databases.drop(url)


@pytest.fixture(scope="module")
def module_database(databases: Databases) -> Iterator[str]:
    """The same for all tests of one module."""
    url = databases.create()
    yield url
    databases.drop(url)


@pytest.fixture
def empty_database(databases: Databases) -> Iterator[str]:
    """Without any table of ours."""
    url = databases.create_empty()
    yield url
    databases.drop(url)


@pytest.fixture
def data() -> Iterator[Path]:
    """A data folder for servers of a test's own."""
    folder = passable_folder()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def start_process(data: Path) -> Iterator[StartProcess]:
    """Starts `python WORDS…` with those settings, and stops it after the test if it still runs.

    `data` is asked for so that the folder is removed after the processes have ended, not before.
    """
    started: list[Process] = []

    def start(*words: str, environment: Mapping[str, str] | None = None) -> Process:
        started.append(Process(words, environment or {}))
        return started[-1]

    yield start
    for process in reversed(started):
        process.stop()
