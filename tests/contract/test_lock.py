"""The lock files: complete, hashed, in step with pyproject.toml, and silent about where they were made."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
RUNTIME = [Requirement(line) for line in PROJECT["project"]["dependencies"]]
DEVELOPMENT = [Requirement(line) for line in PROJECT["dependency-groups"]["dev"]]
PIN = re.compile(r"^([a-z0-9._-]+)(?:\[[a-z0-9,-]+\])?==([^ ]+)(?: ; [^\\]+)? \\$", re.MULTILINE)


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def pins(name: str) -> dict[str, list[Version]]:
    found: dict[str, list[Version]] = {}
    for package, version in PIN.findall(text(name)):
        found.setdefault(canonicalize_name(package), []).append(Version(version))
    return found


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_no_address_and_no_path_is_in_a_lock(name: str) -> None:
    assert re.findall(r"https?:|file:|--index|--find-links|-e |@ |/(?:home|root|tmp|opt|work)/", text(name)) == []


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_every_pin_has_hashes(name: str) -> None:
    entries = re.split(r"\n(?=[a-z0-9])", text(name))[1:]

    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize(
    ("name", "requirements"), [("requirements.lock", RUNTIME), ("requirements-dev.lock", RUNTIME + DEVELOPMENT)]
)
def test_a_lock_holds_what_the_project_asks_for(name: str, requirements: list[Requirement]) -> None:
    pinned = pins(name)

    for requirement in requirements:
        versions = pinned[canonicalize_name(requirement.name)]
        assert all(requirement.specifier.contains(version) for version in versions), requirement


def test_development_uses_the_versions_that_are_deployed() -> None:
    runtime, development = pins("requirements.lock"), pins("requirements-dev.lock")

    assert {name: development[name] for name in runtime} == runtime
