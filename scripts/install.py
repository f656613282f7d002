"""Make `.venv` hold exactly what the lock names. Runs on a bare Python: standard library only.

Instant when nothing changed, safe against two at once, and right again after being interrupted
anywhere: a marker stands while pip works, and a marker found standing means "start over".
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK = ROOT / "requirements-dev.lock"
STAMP = VENV / ".installed"
UNFINISHED = VENV / ".unfinished"
OLDEST, NEWEST = (3, 11), (3, 13)


def main() -> int:
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        sys.stderr.write(
            f"Python {sys.version_info[0]}.{sys.version_info[1]} at {sys.executable} will not do: "
            "Flotilla needs 3.11, 3.12 or 3.13. Name one: make PYTHON=/path/to/python3.11\n"
        )
        return 1
    with (ROOT / ".install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return 0 if current() else install(lock.fileno())


def wanted() -> str:
    return hashlib.sha256(LOCK.read_bytes()).hexdigest()


def current() -> bool:
    return works() and STAMP.exists() and STAMP.read_text() == wanted()


def works() -> bool:
    """Whether the environment's interpreter still starts: its base may be gone or renamed."""
    command = [str(PYTHON), "-c", ""]
    return PYTHON.exists() and subprocess.run(command, check=False).returncode == 0  # noqa: S603 - our own path


def install(lock: int) -> int:
    if UNFINISHED.exists() or not works():
        create(lock)
    UNFINISHED.touch()
    sys.stdout.write(f"Installing what {LOCK.name} names into {VENV.name} …\n")
    sys.stdout.flush()
    options = ("--quiet", "--no-input", "--disable-pip-version-check")
    code = run(lock, "pip", "install", "--require-hashes", "--only-binary=:all:", "-r", str(LOCK), *options)
    if code == 0:
        STAMP.write_text(wanted())
        UNFINISHED.unlink()
    return code


def create(lock: int) -> None:
    shutil.rmtree(VENV, ignore_errors=True)
    VENV.mkdir()
    UNFINISHED.touch()
    venv.create(VENV, symlinks=True)
    if run(lock, "ensurepip", "--default-pip", output=subprocess.DEVNULL) != 0:
        sys.exit(f"{sys.executable} has no pip to give. On Debian or Ubuntu: apt-get install python3-venv")


def run(lock: int, module: str, *arguments: str, output: int | None = None) -> int:
    """It holds the lock, too: it may outlive us, and the next one must not build under its hands."""
    command = [str(PYTHON), "-m", module, *arguments]
    return subprocess.run(command, check=False, pass_fds=[lock], stdout=output).returncode  # noqa: S603 - our own path


if __name__ == "__main__":
    sys.exit(main())
