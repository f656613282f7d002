"""What a document tells people to type works as it is written, and prints what the document says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import StartProcess
from tests.integration.test_command_line import UP, WELCOME, of
from tests.servers import ROOT

DOCUMENT = ROOT / "docs" / "walkthrough.md"
MISSING = [name for name in ("bash", "curl", "jq") if shutil.which(name) is None]
CUT = "…"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", DOCUMENT.read_text("utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.slow
@pytest.mark.skipif(bool(MISSING), reason=f"Not here: {', '.join(MISSING)}")
def test_the_walk_through_works_at_a_terminal_as_it_is_written(start_process: StartProcess, data: Path) -> None:
    start_process(*UP, environment=of(data)).wait_for_line(WELCOME, 120)
    commands = "\n".join(blocks("sh")).replace(".venv/bin/python", sys.executable)

    done = subprocess.run(
        ["bash", "-eu", "-o", "pipefail", "-c", commands],
        env=os.environ | of(data),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

    assert (done.returncode, done.stderr) == (0, "")
    printed = [line.rstrip() for line in done.stdout.splitlines()]
    promised = [line for block in blocks("text") for line in block.splitlines() if line != CUT]
    assert [line for line in promised if line not in printed] == []
    assert len(promised) > 10
