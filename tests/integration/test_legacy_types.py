"""Legacy flows of every type, as sparse as an older system may have kept them: whatever is asked is answered."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLOutputType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

from domain.access import Role
from domain.flows import DEFINITIONS
from domain.legacy import ALIASES, LegacyRow, read_row
from persistence.database import open_database
from schema.ids import child_type
from server.legacy import Report, import_legacy
from server.settings import Settings
from tests.graph import Graph
from tests.integration.conftest import Bench, postgres_bench
from tests.integration.inputs import GRAPH
from tests.integration.test_graph_assessment import CSV, follow
from tests.integration.test_graph_commands import started

STATUSES = ("active", "completed", "failed")
# What a type cannot be read without.
LEAST: Mapping[str, Mapping[str, Any]] = {"build": {"projectId": "shop", "buildId": "1", "requirements": ["Greet."]}}
REGISTERED = [kind for kind, definition in DEFINITIONS.items() if definition.shape is None]


def selected(type_: GraphQLNamedType | GraphQLOutputType, depth: int) -> Iterator[str]:
    """Every field that can be asked for without an argument, so many levels down."""
    named = get_named_type(type_)
    assert isinstance(named, GraphQLObjectType)
    for name, field in named.fields.items():
        if any(is_required_argument(argument) for argument in field.args.values()):
            continue
        if is_leaf_type(get_named_type(field.type)):
            yield name
        elif depth and isinstance(get_named_type(field.type), GraphQLObjectType) and name not in ("master", "edges"):
            yield f"{name} {{ {' '.join(selected(field.type, depth - 1))} __typename }}"


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    whole = {}
    for kind in DEFINITIONS:
        type_ = child_type(kind)
        fields = " ".join(selected(GRAPH.type_map[type_], 1))
        whole[kind] = f"""query ($id: ID!) {{ flow(id: $id) {{ id type status progress route configuration
          allowedActions currentPhase {{ key route }} failure {{ phase message }} warnings {{ code }}
          applications {{ nodes {{ name }} }} phases {{ key status proposedInput result route }}
          child {{ __typename ... on {type_} {{ {fields} }} }} }} }}"""
    return whole


@pytest.fixture
async def bench(fresh_database: str) -> AsyncIterator[Bench]:
    async with postgres_bench(fresh_database) as made:
        yield made


@pytest.fixture
async def graph(fresh_database: str, bench: Bench) -> AsyncIterator[Graph]:
    engine = open_database(fresh_database)
    made = Graph(engine, bench.work, bench.tenant)
    found = {"discovery": {"source": {"text": CSV}, "fileName": "apps.csv"}}
    await follow(made, bench, await started(made, configuration=found))
    yield made
    await engine.dispose()


@pytest.fixture
def settings(fresh_database: str, tmp_path: Path) -> Settings:
    return replace(Settings(), data=tmp_path, database_url=fresh_database, broadcast_url="memory://")


async def imported(graph: Graph, settings: Settings, *rows: Mapping[str, Any]) -> Report:
    return await import_legacy(settings, graph.tenant, json.dumps(rows).encode(), "flows.json", only_check=False)


async def known(graph: Graph) -> list[dict[str, Any]]:
    query = "{ flows(first: 100, orderBy: CREATED_ASC) { nodes { id type status configuration } } }"
    nodes = (await graph.data(query, Role.ADMIN))["flows"]["nodes"]
    return [flow for flow in nodes if flow["configuration"].get("migrated")]


async def test_whatever_is_registered_can_be_read(graph: Graph, settings: Settings, texts: dict[str, str]) -> None:
    rows = [
        {"id": f"{kind} {status} {len(names)}", "type": kind, "status": status, "applications": names}
        | {"configuration": LEAST.get(kind, {}) if names else {}}
        for kind in REGISTERED
        for status in STATUSES
        for names in ([], ["Ledger"])
    ]

    report = await imported(graph, settings, *rows)

    needed = "projectId: This is needed. buildId: This is needed. requirements: This is needed."
    assert list(report.problems.values()) == [[needed]] * len(STATUSES)
    flows = await known(graph)
    assert len(flows) == len(rows) - len(STATUSES)
    for flow in flows:
        answer = await graph.ask(texts[flow["type"].lower()], Role.ADMIN, id=flow["id"])
        assert "errors" not in answer, (flow["configuration"]["legacyId"], answer["errors"][:2])
        assert answer["data"]["flow"]["child"]["__typename"] == child_type(flow["type"].lower())


async def test_a_build_that_had_completed_is_complete_and_counts_as_an_iteration(
    graph: Graph, settings: Settings
) -> None:
    least = {"type": "build", "configuration": LEAST["build"]}

    await imported(graph, settings, *({"id": n, "status": status, **least} for n, status in ((1, "done"), (2, "new"))))

    query = """{ flows(first: 2, filter: {types: [BUILD]}, orderBy: CREATED_ASC) { nodes { status progress iteration
      currentPhase { key } child { ... on BuildFlow { state role complete projectId } } } } }"""
    done, new = (await graph.data(query, Role.ADMIN))["flows"]["nodes"]
    assert (done["status"], done["progress"], done["iteration"], done["currentPhase"]) == ("COMPLETED", 100, 1, None)
    assert done["child"] == {"state": "COMPLETE", "role": None, "complete": True, "projectId": "shop"}
    assert (new["status"], new["iteration"], new["child"]["state"]) == ("READY", 2, "DISCOVERY")


async def test_a_runbook_of_old_is_an_execution_of_the_applications_it_names(graph: Graph, settings: Settings) -> None:
    old = {"type": "runbook_creation", "status": "completed"}
    inside = {"configuration": {"applicationIds": ["ledger", "Payroll", "Gone"], "strategy": "big bang"}}
    rows = [{"id": 1, **old, **inside}, {"id": 2, **old, "applications": ["Gone"]}]

    report = await imported(graph, settings, *rows)

    told = [text for _, text in report.notes if not text.startswith(("owner", "created"))]
    assert told == ["applications: Not in this engagement, left out: Gone."]
    assert report.problems == {2: ["None of its applications is in this engagement; bring them here first."]}
    query = """{ flows(filter: {types: [EXECUTION]}) { nodes { configuration applications { nodes { name } } } } }"""
    (flow,) = (await graph.data(query, Role.ADMIN))["flows"]["nodes"]
    assert {each["name"] for each in flow["applications"]["nodes"]} == {"Ledger", "Payroll"}
    assert flow["configuration"]["legacyConfiguration"] == {"strategy": "big bang"}


async def test_a_workflow_is_not_taken_over(graph: Graph, settings: Settings) -> None:
    report = await imported(graph, settings, {"id": 1, "type": "Customer-Success-Flow", "status": "new"})

    assert report.problems == {
        1: ["type: What a customer_success flow consists of is told by a template of here; start it anew."]
    }
    assert await known(graph) == []


@pytest.mark.parametrize("old", ALIASES)
def test_every_old_name_is_of_a_type_that_is_registered(old: str) -> None:
    read = read_row(LegacyRow(1, {"id": "x", "type": old, "status": "done"}), REGISTERED)

    assert (read.problems, read.flow and read.flow.kind) == ([], ALIASES[old])
