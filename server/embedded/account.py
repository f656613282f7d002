"""Whom the database runs as: PostgreSQL refuses root."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Whoever exists first; both are there on every Debian, and `nobody` on macOS and Alpine too.
CANDIDATES = ("nobody", "postgres")
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


@dataclass(frozen=True, slots=True)
class Account:
    """The user whom the servers run as; `uid` is None when that is whoever we are."""

    uid: int | None = None
    gid: int | None = None

    def own(self, path: Path) -> None:
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def run(self, command: Sequence[str], *, text: str = "") -> subprocess.CompletedProcess[str]:
        """To its end, with its output captured."""
        return subprocess.run(
            command, input=text, capture_output=True, text=True, check=False, timeout=300, **self.options
        )

    def may(self, command: Sequence[str]) -> bool:
        try:
            return self.run(command).returncode == 0
        except PermissionError:
            return False

    def reaches(self, folder: Path) -> bool:
        """Whether it may pass through every folder on the way."""
        return self.may(["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)])

    @property
    def options(self) -> dict[str, Any]:
        """For subprocess: as that user, nothing of our environment, nowhere in particular."""
        common: dict[str, Any] = {"env": ENVIRONMENT, "cwd": "/", "start_new_session": True}
        if self.uid is None:
            return common
        return {**common, "user": self.uid, "group": self.gid, "extra_groups": []}


def unprivileged() -> Account:
    if os.geteuid() != 0:
        return Account()
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise LookupError(
        f"PostgreSQL refuses to run as root, and there is no user {' or '.join(CANDIDATES)} to run it as."
    )
