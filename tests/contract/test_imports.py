"""Who may import whom: the contracts of pyproject.toml, each seen to fail when broken."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
CONTRACTS = PROJECT["tool"]["importlinter"]["contracts"]
PACKAGES = tuple(PROJECT["tool"]["importlinter"]["root_packages"])

# For each contract an import that it must not let pass, as (importing module, imported module).
BREAKS = {
    "Layers: server > schema > commands > adapters > domain": ("streams/broken.py", "resolvers"),
    "Commands reach the outside through the domain's ports only": ("resolvers/broken.py", "persistence"),
    "The schema knows commands and the domain": ("schema/broken.py", "engine"),
    "The domain imports nothing of ours": ("domain/broken.py", "shapes"),
    "Flow types do not know each other": ("domain/flows/one/broken.py", "domain.flows.two"),
    "The API process loads neither agents nor solvers nor writers": ("server/app.py", "solvers"),
}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Our packages' outlines, with the project's contracts."""
    for package in (*PACKAGES, "domain/flows", "domain/flows/one", "domain/flows/two"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text('"""Outline."""\n')
    (tmp_path / "server" / "app.py").write_text('"""Outline."""\n')
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint(folder: Path) -> str:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache", "--no-logo"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def broken(report: str) -> list[str]:
    return re.findall(r"^(.+?) BROKEN", report, re.MULTILINE)


def test_the_product_keeps_every_contract() -> None:
    report = lint(ROOT)

    assert broken(report) == []
    assert f"Contracts: {len(CONTRACTS)} kept, 0 broken." in report


def test_every_contract_has_a_break_to_notice() -> None:
    assert set(BREAKS) == {contract["name"] for contract in CONTRACTS}


@pytest.mark.parametrize("contract", BREAKS)
def test_a_contract_notices_when_it_is_broken(checkout: Path, contract: str) -> None:
    path, imported = BREAKS[contract]
    assert broken(lint(checkout)) == []

    (checkout / path).write_text(f"import {imported}\n")

    assert contract in broken(lint(checkout))


@pytest.mark.parametrize("imported", ["crews", "crewai", "openai", "anthropic"])
def test_no_part_of_an_agent_passes_into_the_api(checkout: Path, imported: str) -> None:
    (checkout / "server" / "app.py").write_text(f"import {imported}\n")

    assert broken(lint(checkout)) == ["The API process loads neither agents nor solvers nor writers"]


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("path", sorted((ROOT / "domain").rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_the_domain_needs_nothing_but_the_standard_library(path: Path) -> None:
    assert imports(path) - sys.stdlib_module_names <= {"domain"}


def test_no_installed_distribution_owns_one_of_our_names() -> None:
    installed = packages_distributions()

    assert {name: installed[name] for name in PACKAGES if name in installed} == {}


def test_every_folder_of_python_is_a_package_that_is_checked() -> None:
    """A package that the contracts do not name is one that they do not hold."""
    folders = {path.parent.name for path in ROOT.glob("*/__init__.py")}

    assert folders - {"tests", "benchmarks"} == set(PACKAGES)


def test_what_is_imported_is_what_is_depended_on() -> None:
    """A dependency of a dependency may go with its next release."""
    declared = {canonicalize_name(Requirement(line).name) for line in PROJECT["project"]["dependencies"]}
    owners = packages_distributions()
    used: set[str] = set()
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            used |= imports(path)
    outside = used - sys.stdlib_module_names - set(PACKAGES)

    undeclared = {name for name in outside if not declared & {canonicalize_name(o) for o in owners.get(name, ())}}

    assert undeclared == set()
