"""What a process loads by being started: solvers and agents take seconds and much memory, and places of their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
AGENTS = ("crewai", "openai", "anthropic", "litellm")
HEAVY = ("ortools", "pandas", "solvers.levelling.search", "solvers.levelling.model", "solvers.waves.answering")


@pytest.mark.parametrize("module", ["server.app", "server.runners", "server.worker", "server.seed"])
def test_a_process_that_only_serves_or_asks_loads_no_solver(module: str) -> None:
    program = f"import sys, {module}; print(*sorted(set({HEAVY!r}) & sys.modules.keys()))"

    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.split() == []


def test_the_api_knows_nothing_of_solvers() -> None:
    program = "import sys, server.app; print(*(name for name in sys.modules if name.split('.')[0] == 'solvers'))"

    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.split() == []


@pytest.mark.parametrize("module", ["server.app", "server.runners", "server.worker", "server.seed", "crews.gateway"])
def test_a_process_loads_agents_only_when_a_model_is_asked(module: str) -> None:
    program = f"import sys, {module}; print(*sorted(set({AGENTS!r}) & sys.modules.keys()))"

    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.split() == []


def test_the_api_knows_nothing_of_agents() -> None:
    program = "import sys, server.app; print(*(name for name in sys.modules if name.split('.')[0] == 'crews'))"

    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.split() == []
