"""What a process sets before it imports crewai, which reads its environment while it is imported."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import MutableMapping
from pathlib import Path

SET = {
    # Otherwise it looks up names, starts a thread, and its signal handlers hold up a stop for ten seconds.
    "CREWAI_DISABLE_TELEMETRY": "true",
    "CREWAI_DISABLE_TRACKING": "true",
    "CREWAI_TRACING_ENABLED": "false",
    "CREWAI_DISABLE_VERSION_CHECK": "true",
    # It loads a stray `.env` of the working directory into this process.
    "PYTHON_DOTENV_DISABLED": "1",
    # The name of its folder under the home, which is else that of the working directory.
    "CREWAI_STORAGE_DIR": "flotilla",
}

# With it crewai takes its locks in Redis, and a Redis that is down fails every crew.
UNWANTED = ("REDIS_URL",)


def prepare(environment: MutableMapping[str, str] = os.environ) -> None:
    """Switch off whatever talks to the outside, and see to a home that can be written to."""
    # It logs what it is told, prompts and answers among it, and every failure that has a type here.
    logging.getLogger("crewai").setLevel(logging.CRITICAL)
    environment.update(SET)
    for name in UNWANTED:
        environment.pop(name, None)
    if not _writable(environment.get("HOME")):
        environment["HOME"] = tempfile.mkdtemp(prefix="flotilla-home-")


def _writable(home: str | None) -> bool:
    return bool(home) and Path(str(home)).is_dir() and os.access(str(home), os.W_OK | os.X_OK)
