"""scripts/install.py on a lock that names nothing, so that no network is needed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.servers import ROOT

# Each makes environments of its own.
pytestmark = pytest.mark.slow


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "install.py", tmp_path / "scripts")
    (tmp_path / "requirements-dev.lock").write_text("# Nothing.\n")
    return tmp_path


def start(checkout: Path) -> subprocess.Popen[str]:
    command = [sys.executable, str(checkout / "scripts" / "install.py")]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def install(checkout: Path) -> str:
    process = start(checkout)
    said, _ = process.communicate(timeout=300)
    assert process.returncode == 0, said
    return said


def usable(checkout: Path) -> bool:
    command = [str(checkout / ".venv" / "bin" / "python"), "-m", "pip", "--version"]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def test_a_second_run_does_nothing_and_a_new_lock_installs_again(checkout: Path) -> None:
    assert "Installing what requirements-dev.lock names" in install(checkout)
    before = (checkout / ".venv" / "pyvenv.cfg").stat().st_mtime_ns

    assert install(checkout) == ""

    (checkout / "requirements-dev.lock").write_text("# Nothing else.\n")
    assert "Installing what requirements-dev.lock names" in install(checkout)
    assert (checkout / ".venv" / "pyvenv.cfg").stat().st_mtime_ns == before
    assert usable(checkout)


def test_one_that_was_interrupted_is_made_anew(checkout: Path) -> None:
    for seconds in (0.2, 1.0, 2.0):
        process = start(checkout)
        time.sleep(seconds)
        process.kill()
        process.communicate()

    install(checkout)

    assert usable(checkout)
    assert not (checkout / ".venv" / ".unfinished").exists()


def test_an_environment_whose_python_is_gone_is_made_anew(checkout: Path) -> None:
    install(checkout)
    python = checkout / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/nowhere/python")

    install(checkout)

    assert usable(checkout)


def test_two_at_once_wait_for_each_other(checkout: Path) -> None:
    both = [start(checkout) for _ in range(2)]

    said = [process.communicate(timeout=300)[0] for process in both]

    assert [process.returncode for process in both] == [0, 0]
    assert min(said) == ""
    assert usable(checkout)


def test_what_cannot_be_installed_is_no_success(checkout: Path) -> None:
    (checkout / "requirements-dev.lock").write_text("no-such-thing==0 --hash=sha256:" + "0" * 64 + "\n")
    environment = {**os.environ, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "", "PIP_EXTRA_INDEX_URL": ""}
    command = [sys.executable, str(checkout / "scripts" / "install.py")]

    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)

    assert done.returncode != 0
    assert not (checkout / ".venv" / ".installed").exists()
