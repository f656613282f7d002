"""The dashboard's sources: nothing ties them to one registry or host, and its operations are ours."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_schema, parse, validate
from graphql.language import OperationDefinitionNode

ROOT = Path(__file__).parents[2]
DASHBOARD = ROOT / "dashboard"
OPERATIONS = sorted((DASHBOARD / "operations").glob("*.graphql"))
# Namespaces and documentation in libraries' texts are names, not requests.
REQUESTS = re.compile(
    r"""(?:src|href|url)\s*[=(]\s*["']?(?:https?:)?//|import\(?["']https?://|@import""", re.IGNORECASE
)


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema((ROOT / "schema.graphql").read_text())


def test_the_lock_names_hashes_and_no_registry() -> None:
    lock = json.loads((DASHBOARD / "package-lock.json").read_text())

    packages = [entry for name, entry in lock["packages"].items() if name]

    assert len(packages) > 100
    assert [entry for entry in packages if "resolved" in entry] == []
    assert [entry for entry in packages if "integrity" not in entry] == []


def test_what_the_dashboard_depends_on_is_pinned() -> None:
    package = json.loads((DASHBOARD / "package.json").read_text())

    versions = package["dependencies"] | package["devDependencies"]

    assert {name: v for name, v in versions.items() if not re.fullmatch(r"[\d.]+", v)} == {}
    assert versions["monaco-editor"] == "0.52.2"


@pytest.mark.parametrize("path", OPERATIONS, ids=lambda path: path.stem)
def test_an_operation_of_the_walk_through_is_valid(path: Path, schema: GraphQLSchema) -> None:
    document = parse(path.read_text())

    assert validate(schema, document) == []


@pytest.mark.parametrize("path", OPERATIONS, ids=lambda path: path.stem)
def test_an_operations_variables_are_those_it_declares(path: Path) -> None:
    (operation,) = parse(path.read_text()).definitions
    assert isinstance(operation, OperationDefinitionNode)

    declared = {each.variable.name.value for each in operation.variable_definitions or ()}

    variables = path.with_suffix(".json")
    assert declared == (set(json.loads(variables.read_text())) if variables.exists() else set())


@pytest.mark.slow
def test_what_is_built_asks_no_other_host_for_anything() -> None:
    subprocess.run([sys.executable, str(DASHBOARD / "build.py")], check=True)

    page = (DASHBOARD / "dist/graphiql.html").read_text()
    styles = [path.read_text() for path in (DASHBOARD / "dist/assets").glob("*.css")]

    assert len(styles) > 0
    assert [text[:80] for text in [page, *styles] if REQUESTS.search(text)] == []
    assert set(re.findall(r'(?:src|href)="([^"]+/)[^"]+"', page)) == {"/graphiql/assets/"}
