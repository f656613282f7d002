"""The embedded servers: started, found again, stopped with their parent, whatever was interrupted."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg
import pytest
from redis import Redis

from server.embedded import ServersInUse, find_servers, start_servers
from server.embedded.records import wait_until
from tests.servers import ROOT

HOLD = """
import sys, time
from pathlib import Path
from server.embedded import start_servers
with start_servers(Path(sys.argv[1])) as servers:
    print(servers.database_url, servers.broadcast_url, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def data(data: Path) -> Path:
    """Not there yet."""
    return data / "data"


def of_folder(data: Path) -> list[psutil.Process]:
    """Every process that serves that folder."""
    processes = [process for process in psutil.process_iter(["cmdline"]) if process.pid != os.getpid()]
    return [process for process in processes if any(str(data) in word for word in process.info["cmdline"] or [])]


def gone(data: Path, valkey: str) -> Callable[[], bool]:
    return lambda: not of_folder(data) and not answers(valkey)


def answers(url: str) -> bool:
    with Redis.from_url(url, socket_timeout=2) as client:
        try:
            return bool(client.ping())
        except Exception:  # noqa: BLE001 - whatever it is, it does not answer
            return False


def query(url: str, statement: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement)
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def hold(data: Path) -> tuple[subprocess.Popen[str], str, str]:
    """Another process that has started the servers of the folder."""
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(data)], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert holder.stdout is not None
    database, broadcast = holder.stdout.readline().split()
    holder.stdout.close()
    return holder, database, broadcast


def test_what_was_written_is_there_again_at_the_same_address(data: Path) -> None:
    with start_servers(data) as first:
        query(first.database_url, "CREATE TABLE kept AS SELECT 7 AS number")
        assert answers(first.broadcast_url)

    with start_servers(data) as second:
        assert query(second.database_url, "SELECT number FROM kept") == 7
        assert (second.database_url, second.broadcast_url) == (first.database_url, first.broadcast_url)

    assert gone(data, first.broadcast_url)()


def test_passwords_are_needed_and_nobody_else_may_read_them(data: Path) -> None:
    with start_servers(data) as servers:
        without = servers.database_url.replace(servers.database_url.split("@")[0], "postgresql://postgres:guess")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            query(without, "SELECT 1")
        assert not answers("redis://" + servers.broadcast_url.split("@")[1])
        modes = {path.name: path.stat().st_mode & 0o777 for path in data.iterdir()}
        listed = " ".join(
            word for process in psutil.process_iter(["cmdline"]) for word in process.info["cmdline"] or []
        )

    assert modes.pop("postgres") == 0o700
    assert set(modes.values()) == {0o600}
    assert servers.database_url.split(":")[2].split("@")[0] not in listed
    assert servers.broadcast_url.split(":")[2].split("@")[0] not in listed


def test_a_second_start_is_told_who_has_them(data: Path) -> None:
    with start_servers(data) as servers:
        assert find_servers(data) == servers
        with (
            pytest.raises(ServersInUse, match=f"Process {os.getpid()} runs the servers of {data}"),
            start_servers(data),
        ):
            pass
        assert query(servers.database_url, "SELECT 1") == 1

    assert find_servers(data) is None


def test_they_stop_when_their_parent_is_killed(data: Path) -> None:
    holder, _, broadcast = hold(data)

    holder.kill()
    holder.wait()

    assert wait_until(gone(data, broadcast), 15)


def test_a_start_right_after_the_kill_waits_for_the_old_ones_to_stop(data: Path) -> None:
    holder, database, broadcast = hold(data)
    holder.kill()

    with start_servers(data) as servers:
        assert (servers.database_url, servers.broadcast_url) == (database, broadcast)
        assert query(servers.database_url, "SELECT 1") == 1
    holder.wait()


def test_running_ones_whose_supervisor_was_killed_are_taken_over(data: Path) -> None:
    holder, database, broadcast = hold(data)
    started_at = query(database, "SELECT pg_postmaster_start_time()")
    supervisor = json.loads((data / "servers.json").read_text())["pid"]
    os.kill(supervisor, signal.SIGKILL)
    holder.kill()
    holder.wait()
    assert query(database, "SELECT 1") == 1
    assert answers(broadcast)

    with start_servers(data) as servers:
        assert (servers.database_url, servers.broadcast_url) == (database, broadcast)
        assert query(servers.database_url, "SELECT pg_postmaster_start_time()") == started_at

    assert gone(data, broadcast)()


@pytest.mark.parametrize("victim", ["postgres", "valkey"])
def test_one_that_dies_is_started_again_at_the_same_address(data: Path, victim: str) -> None:
    with start_servers(data) as servers:
        pid = _pid(servers.database_url, servers.broadcast_url, victim)

        os.kill(pid, signal.SIGKILL)

        assert wait_until(lambda: not psutil.pid_exists(pid), 10)
        back = (
            (lambda: answers(servers.broadcast_url)) if victim == "valkey" else (lambda: _alive(servers.database_url))
        )
        assert wait_until(back, 20)


def _pid(database: str, broadcast: str, which: str) -> int:
    if which == "valkey":
        with Redis.from_url(broadcast) as client:
            return int(client.info("server")["process_id"])
    with psycopg.connect(database) as connection:
        parent = psutil.Process(connection.info.backend_pid).parent()
    assert parent is not None
    return parent.pid


def _alive(url: str) -> bool:
    try:
        return query(url, "SELECT 1") == 1
    except psycopg.OperationalError:
        return False


@pytest.mark.parametrize("moment", [0.1, 0.3, 0.5, 0.8])
def test_a_first_start_killed_at_any_moment_is_made_good_by_the_next(data: Path, moment: float) -> None:
    data.mkdir(mode=0o711)
    command = [sys.executable, "-m", "server.embedded", str(data)]
    starting = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)
    time.sleep(moment)
    starting.kill()
    starting.communicate()

    with start_servers(data) as servers:
        assert query(servers.database_url, "SELECT current_database()") == "flotilla"
        assert answers(servers.broadcast_url)

    assert wait_until(gone(data, servers.broadcast_url), 15)


def test_a_pid_file_of_a_server_that_is_gone_is_no_hindrance(data: Path) -> None:
    with start_servers(data) as servers:
        pid_file = (data / "postgres").resolve() / "cluster" / "postmaster.pid"
        text = pid_file.read_text()
    # Our own number: a process that is there, and is no PostgreSQL.
    pid_file.write_text("\n".join([str(os.getpid()), *text.splitlines()[1:]]) + "\n")

    with start_servers(data) as servers:
        assert query(servers.database_url, "SELECT 1") == 1


def test_records_that_are_rubbish_are_no_hindrance(data: Path) -> None:
    data.mkdir(mode=0o711)
    for name in ("servers.json", "valkey.json"):
        (data / name).write_text("{")

    with start_servers(data) as servers:
        assert answers(servers.broadcast_url)


def test_a_cluster_of_another_release_is_left_alone(data: Path) -> None:
    with start_servers(data):
        pass
    version = (data / "postgres").resolve() / "cluster" / "PG_VERSION"
    version.write_text("17\n")

    with (
        pytest.raises(Exception, match=r"was made by PostgreSQL 17, and the one installed is 18\."),
        start_servers(data),
    ):
        pass

    assert version.read_text() == "17\n"


def test_a_temporary_folder_is_gone_afterwards(data: Path) -> None:
    with start_servers(data, temporary=True) as servers:
        assert query(servers.database_url, "SHOW fsync") == "off"

    assert not data.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become somebody else")
class TestAsRoot:
    """Root may not run PostgreSQL, and often sits where nobody else may go."""

    def test_the_servers_do_not_run_as_root(self, data: Path) -> None:
        with start_servers(data) as servers:
            process = psutil.Process(_pid(servers.database_url, servers.broadcast_url, "postgres"))

            assert process.uids().effective != 0

    def test_a_folder_that_only_root_can_reach_points_to_one_elsewhere(self, data: Path) -> None:
        data.parent.chmod(0o700)

        with start_servers(data) as servers:
            assert query(servers.database_url, "SELECT 1") == 1

        place = (data / "postgres").readlink()
        assert place.parent == Path("/var/lib/flotilla")
        with start_servers(data) as again:
            assert again.database_url == servers.database_url
        shutil.rmtree(place)
