"""What documents tell people to type works as it is written and prints what they say; what they link to is there."""

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
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)")


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


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_link_leads_somewhere(path: Path) -> None:
    links = [link for link in LINK.findall(path.read_text("utf-8")) if not link.startswith(("http", "#"))]

    assert [link for link in links if not (path.parent / link.partition("#")[0]).exists()] == []


def test_the_readme_walks_through_every_operation() -> None:
    operations = {
        name
        for path in (ROOT / "dashboard" / "operations").glob("*.graphql")
        for name in re.findall(r"^(?:query|mutation|subscription) (\w+)", path.read_text("utf-8"), re.MULTILINE)
    }

    assert set(re.findall(r"\*\*(\w+)\*\*", (ROOT / "README.md").read_text("utf-8"))) == operations
