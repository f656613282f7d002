"""Files and functions stay small enough to be read at once."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST_FILE = 400
# A test module is a list, and is read one test at a time.
LONGEST_TESTS = 500
LONGEST_FUNCTION = 40


def tracked(pattern: str) -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z", pattern], cwd=ROOT, capture_output=True, text=True, check=False)
    paths = [ROOT / name for name in done.stdout.split("\0") if name] or list(ROOT.glob(f"[a-z]*/**/{pattern}"))
    return [path for path in paths if path.exists() and "migrations" not in path.parts]


PYTHON = sorted(tracked("*.py"))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", PYTHON, ids=name)
def test_a_file_is_not_long(path: Path) -> None:
    longest = LONGEST_TESTS if "tests" in path.parts else LONGEST_FILE

    lines = len(path.read_text("utf-8").splitlines())

    assert lines <= longest


@pytest.mark.parametrize("path", PYTHON, ids=name)
def test_a_function_is_not_long(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]

    long = {node.name: node.end_lineno - node.lineno + 1 for node in functions if node.end_lineno}

    assert {name: lines for name, lines in long.items() if lines > LONGEST_FUNCTION} == {}
