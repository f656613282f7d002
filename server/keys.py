"""Keys that a machine makes for itself and keeps in a file."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from tempfile import NamedTemporaryFile


def made_once(path: Path, make: Callable[[], bytes]) -> bytes:
    """What the file holds; made when it is not there. Of two processes that make it at once the first one wins."""
    if not path.exists():
        _write(path, make())
    return path.read_bytes()


def _write(path: Path, key: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Written aside with mode 0600 and linked into place: nobody ever sees half a key, and a link
    # does not replace the key of a process that was quicker.
    with NamedTemporaryFile(dir=path.parent, prefix=".key-") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
        try:
            os.link(file.name, path)
        except FileExistsError:
            return
