"""The command line as a person uses it: real processes, started, killed and started again."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg
import pytest

from server.embedded.records import wait_until
from tests.conftest import StartProcess
from tests.servers import ROOT, Process

UP = ("-m", "server", "up", "--follow")
WELCOME = "Flotilla is running"


def of(data: Path, **more: str) -> dict[str, str]:
    return {"FLOTILLA_DATA": str(data), "FLOTILLA_PORT": "0", **more}


def command(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run to its end."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("FLOTILLA_")}
    return subprocess.run(
        [sys.executable, "-m", "server", *words],
        env={**plain, **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        stdin=subprocess.DEVNULL,
    )


def connect(data: Path, *words: str) -> dict[str, Any]:
    done = command("connect", *words, **of(data))
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def ask(connection: dict[str, Any], query: str) -> Any:
    answer = httpx.post(connection["url"], json={"query": query}, headers=connection["headers"], timeout=20)
    return answer.json()


def below(process: Process) -> list[psutil.Process]:
    """Every process it has started, and they."""
    return psutil.Process(process.pid).children(recursive=True)


def child(process: Process, word: str) -> int | None:
    """The process id of the `api` or the `worker`, while there is one."""
    children = psutil.Process(process.pid).children()
    return next((found.pid for found in children if words(found)[3:4] == [word]), None)


def words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def all_gone(processes: list[psutil.Process]) -> bool:
    return not any(found.is_running() and found.status() != psutil.STATUS_ZOMBIE for found in processes)


def test_up_prints_where_to_look_and_connect_gives_what_a_script_needs(start_process: StartProcess, data: Path) -> None:
    up = start_process(*UP, environment=of(data))
    up.wait_for_line(WELCOME)
    up.wait_for_line(r"As bob \(LEAD\)")
    url = up.wait_for_line(r"GraphQL +(http://127\.0\.0\.1:\d+/graphql)")[1]

    alice = connect(data, "--subject", "alice", "--roles", "ADMIN")

    assert alice["url"] == url
    assert alice["wsUrl"] == url.replace("http", "ws")
    assert sorted(alice["headers"]) == ["Authorization", "X-Client-Account-ID", "X-Engagement-ID"]
    assert ask(alice, "{ viewer { userId roles } }")["data"] == {"viewer": {"userId": "alice", "roles": ["ADMIN"]}}


def test_connect_makes_a_fresh_engagement_with_those_roles(start_process: StartProcess, data: Path) -> None:
    start_process(*UP, environment=of(data)).wait_for_line(WELCOME)

    carol = connect(data, "--subject", "carol", "--roles", "LEAD, VIEWER", "--engagement", "new")

    again = connect(data, "--subject", "carol", "--roles", "LEAD", "--engagement", "new")
    assert carol["headers"]["X-Engagement-ID"] != again["headers"]["X-Engagement-ID"]
    assert sorted(ask(carol, "{ viewer { roles } }")["data"]["viewer"]["roles"]) == ["LEAD", "VIEWER"]
    refused = command("connect", "--subject", "carol", "--roles", "KING", **of(data))
    assert refused.returncode == 2
    assert "Give any of VIEWER, CONTRIBUTOR, ARCHITECT, LEAD, ADMIN" in refused.stderr


def test_a_second_up_says_that_it_runs_already_and_where(start_process: StartProcess, data: Path) -> None:
    up = start_process(*UP, environment=of(data))
    address = up.wait_until_ready()
    up.wait_for_line(WELCOME)

    second = command("up", **of(data))

    assert second.stdout == f"It is running already: {address}. Ctrl-C where it was started ends it.\n"
    assert second.returncode == 0
    assert httpx.get(f"{address}/healthz").status_code == 200


@pytest.mark.parametrize("number", [pytest.param(signal.SIGINT, marks=pytest.mark.slow), signal.SIGTERM])
def test_up_stops_everything_when_asked_to(start_process: StartProcess, data: Path, number: signal.Signals) -> None:
    up = start_process(*UP, environment=of(data))
    up.wait_for_line(WELCOME)
    processes = below(up)
    assert len(processes) > 4

    up.send_signal(number)

    assert up.wait() == 0
    assert all_gone(processes)
    assert "Traceback" not in up.output


def test_nothing_is_left_when_up_is_killed_and_the_next_one_starts_at_once(
    start_process: StartProcess, data: Path
) -> None:
    up = start_process(*UP, environment=of(data))
    up.wait_for_line(WELCOME)
    processes = below(up)

    up.kill()
    start_process(*UP, environment=of(data)).wait_for_line(WELCOME)

    assert wait_until(lambda: all_gone(processes), 20)


@pytest.mark.slow
@pytest.mark.parametrize("tenths", range(2, 40, 8))
def test_up_killed_at_any_moment_of_a_first_start_starts_the_next_time(
    start_process: StartProcess, data: Path, tenths: int
) -> None:
    up = start_process(*UP, environment=of(data))
    wait_until(lambda: False, tenths / 10)
    up.kill()

    again = start_process(*UP, environment=of(data))
    again.wait_for_line(WELCOME)

    alice = connect(data, "--subject", "alice", "--roles", "ADMIN")
    assert ask(alice, "{ viewer { userId } }")["data"] == {"viewer": {"userId": "alice"}}


@pytest.mark.parametrize("word", [pytest.param("api", marks=pytest.mark.slow), "worker"])
def test_a_process_below_up_that_is_killed_is_started_again(start_process: StartProcess, data: Path, word: str) -> None:
    up = start_process(*UP, environment=of(data))
    address = up.wait_until_ready()
    up.wait_for_line(WELCOME)
    victim = child(up, word)

    assert victim is not None
    os.kill(victim, signal.SIGKILL)

    up.wait_for_line(f"{word} ended with -9; starting it again")
    assert wait_until(lambda: child(up, word) not in (None, victim), 10)
    # The socket is the parent's: whoever calls now waits, and is not refused.
    assert httpx.get(f"{address}/healthz", timeout=30).status_code == 200


@pytest.mark.slow
def test_up_ends_when_the_embedded_servers_do(start_process: StartProcess, data: Path) -> None:
    up = start_process(*UP, environment=of(data))
    up.wait_for_line(WELCOME)
    processes = below(up)
    supervisor = json.loads((data / "servers.json").read_text())["pid"]

    os.kill(supervisor, signal.SIGTERM)

    assert up.wait(40) == 1
    assert "The embedded servers have ended" in up.output
    assert all_gone(processes)


@pytest.mark.slow
def test_up_stops_when_asked_to_also_where_a_script_has_made_it_deaf(start_process: StartProcess, data: Path) -> None:
    deaf = (
        "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); os.execv(sys.executable, sys.argv[1:])"
    )
    up = start_process("-c", deaf, sys.executable, *UP, environment=of(data))
    up.wait_for_line(WELCOME)

    up.send_signal(signal.SIGINT)

    assert up.wait() == 0


def test_a_sample_that_cannot_be_made_is_told_with_where_to_look(data: Path) -> None:
    ended = command("up", **of(data, FLOTILLA_INVENTORY_LIMIT="1 KiB"))

    assert ended.returncode == 2
    what, where = ended.stderr.splitlines()
    assert what.startswith("Making the sample engagement failed: Refused: The file is larger than ")
    assert where == f"{data}/up.log has all of it."
    assert "Traceback" in (data / "up.log").read_text()


def test_a_port_that_is_taken_is_told_before_anything_starts(data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        done = command("up", **of(data, FLOTILLA_PORT=str(port)))

    assert done.returncode == 2
    assert done.stderr == (
        f"Cannot listen on 127.0.0.1 port {port}: Address already in use. Set FLOTILLA_PORT to another "
        "(0 takes a free one), or FLOTILLA_HOST to an address of this machine.\n"
    )
    assert not (data / "postgres").exists()


def test_a_setting_that_will_not_do_is_told_in_a_sentence(data: Path) -> None:
    done = command("api", **of(data, FLOTILLA_LOG_LEVEL="loud"))

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "FLOTILLA_LOG_LEVEL is 'loud'. Give one of debug, info, warning, error.\n"


def test_connect_without_up_says_what_to_do(data: Path) -> None:
    done = command("connect", "--subject", "alice", **of(data, FLOTILLA_PORT="1"))

    assert (done.returncode, done.stderr) == (1, "Nothing runs here. Start it in another terminal: make up\n")


def test_no_tokens_of_our_own_beside_an_issuer_or_beyond_this_machine(data: Path) -> None:
    for setting in ({"FLOTILLA_ISSUER_URL": "https://login.example.com"}, {"FLOTILLA_HOST": "0.0.0.0"}):  # noqa: S104
        done = command("token", "--subject", "alice", **of(data, **setting))

        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("There is no local issuer here")


@pytest.mark.parametrize("subject", ["", "system", "a" * 256, "a\nb"])
def test_a_token_is_for_a_name_that_can_be_kept(data: Path, subject: str) -> None:
    done = command("token", "--subject", subject, **of(data))

    assert done.returncode == 2
    assert "Give 1 to 255 printable characters" in done.stderr


def test_migrating_twice_at_once_is_safe(empty_database: str, broadcast_url: str, start_process: StartProcess) -> None:
    settings = {"FLOTILLA_DATABASE_URL": empty_database, "FLOTILLA_BROADCAST_URL": broadcast_url}

    both = [start_process("-m", "server", "migrate", environment=settings) for _ in range(2)]

    assert [process.wait(60) for process in both] == [0, 0]
    assert [process.lines[-1].startswith("The database is at ") for process in both] == [True, True]
    assert command("migrate", "--check", **settings).returncode == 0


@pytest.mark.parametrize("words", [["up"], ["migrate"], ["migrate", "--check"], ["worker"]])
def test_a_database_that_is_away_is_told_in_a_sentence_without_its_password(data: Path, words: list[str]) -> None:
    away = {"FLOTILLA_DATABASE_URL": "postgresql://u:secret@127.0.0.1:1/x", "FLOTILLA_BROADCAST_URL": "memory://"}

    done = command(*words, **of(data, **away))

    assert done.returncode in (1, 2)
    assert "Traceback" not in done.stderr
    assert "refused" in done.stderr or "Connect call failed" in done.stderr
    assert "secret" not in done.stdout + done.stderr


def test_the_check_notices_a_database_that_is_behind(empty_database: str, broadcast_url: str) -> None:
    settings = {"FLOTILLA_DATABASE_URL": empty_database, "FLOTILLA_BROADCAST_URL": broadcast_url}

    done = command("migrate", "--check", **settings)

    assert done.returncode == 1
    assert done.stderr.startswith("The database is at nothing, the code at ")


def test_the_check_notices_a_table_that_no_migration_makes(fresh_database: str, broadcast_url: str) -> None:
    with psycopg.connect(fresh_database, autocommit=True) as connection:
        connection.execute("ALTER TABLE members ADD COLUMN shoe_size integer")

    done = command("migrate", "--check", FLOTILLA_DATABASE_URL=fresh_database, FLOTILLA_BROADCAST_URL=broadcast_url)

    assert done.returncode == 1
    assert "shoe_size" in done.stderr


@pytest.mark.parametrize("word", ["api", "worker"])
def test_a_process_that_follows_ends_with_its_parent(
    fresh_database: str, broadcast_url: str, start_process: StartProcess, data: Path, word: str
) -> None:
    settings = of(data, FLOTILLA_DATABASE_URL=fresh_database, FLOTILLA_BROADCAST_URL=broadcast_url)
    process = start_process("-m", "server", word, "--follow", environment=settings)
    process.wait_for_line("The API listens on|is ready")

    process.close_input()

    assert process.wait() == 0
