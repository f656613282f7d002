"""What crews do outside of their process: one connection, to the model's endpoint, and nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SECRET = "xyzzy-4711-prompt-text"


@dataclass(frozen=True)
class Ran:
    """What the process told, what it printed beside, and the folders it could write to."""

    told: dict[str, Any]
    printed: str
    home: Path
    folder: Path

    def files(self) -> list[Path]:
        return [path for folder in (self.home, self.folder) for path in folder.rglob("*") if path.is_file()]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    home, folder = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("folder")
    (folder / ".env").write_text("STRAY=1\n")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "TMPDIR": str(home),
        # Nobody listens there: whoever tried it would fail.
        "REDIS_URL": "redis://127.0.0.1:9/0",
    }
    command = [sys.executable, "-m", "tests.unit.crews.outside_process", SECRET]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=True)
    *printed, told = done.stdout.splitlines()
    return Ran(json.loads(told), "\n".join(printed) + done.stderr, home, folder)


def test_no_connection_goes_anywhere_but_to_the_endpoint(ran: Ran) -> None:
    assert {address.split(",")[0] for address in ran.told["connected"]} == {"('127.0.0.1'"}
    assert len(set(ran.told["connected"])) == 1
    assert set(ran.told["looked_up"]) <= {"127.0.0.1"}


def test_nothing_is_kept_of_prompts_and_answers(ran: Ran) -> None:
    assert [path for path in ran.files() if SECRET.encode() in path.read_bytes()] == []
    assert ran.told["databases"] == []
    assert [name for name in ran.told["written"] if name.endswith((".db", ".sqlite", ".log", ".json"))] == []


def test_nothing_is_printed_and_nothing_started(ran: Ran) -> None:
    assert SECRET not in ran.printed
    # The clients of models tell endpoints which system they run on.
    assert set(ran.told["started"]) <= {"uname"}


def test_the_process_keeps_its_signals_and_its_environment(ran: Ran) -> None:
    assert ran.told["handlers_kept"]
    assert ran.told["environment"] == {"REDIS_URL": False, "STRAY": False}
