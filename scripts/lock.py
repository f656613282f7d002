"""Resolve pyproject.toml into the lock files, for every Python and platform at once.

Keeps the versions there are where they still fit; `--upgrade` chooses the newest anew.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# No index address: it would name the registry of whoever ran this.
OPTIONS = (
    "--universal",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--python-version=3.11",
    "--custom-compile-command=make lock",
    "--quiet",
)


def resolve(output: str, *extra: str) -> None:
    command = [sys.executable, "-m", "uv", "pip", "compile", *OPTIONS, *sys.argv[1:], *extra]
    subprocess.run([*command, "--output-file", output], cwd=ROOT, check=True)  # noqa: S603 - fixed words


if __name__ == "__main__":
    resolve("requirements.lock", "pyproject.toml")
    resolve("requirements-dev.lock", "pyproject.toml", "--group", "dev", "--constraints", "requirements.lock")
    resolve("requirements-local-model.lock", "--group", "local-model", "--no-deps")
