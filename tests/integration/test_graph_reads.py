"""Reading through the schema: pages, look-ahead, and nobody else's things."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import insert

from domain.access import Role
from domain.application import Application, Component, Criticality, Technology
from domain.commands import StartFlow
from domain.dependency import Dependency, DependencyKind
from persistence.database import open_database
from persistence.tables import members
from resolvers import flows
from tests.graph import Graph
from tests.integration.conftest import Bench, make_tenant, postgres_bench
from tests.toy import caller, new_id, new_tenant

FLOWS = 53
NESTED = """query ($first: Int) { flows(first: $first) { totalCount nodes { id
  child { id phases { id key status } } events(last: 5) { nodes { kind cursor } } } } }"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bench(module_database: str) -> AsyncIterator[Bench]:
    """One tenant with flows, applications and what belongs to them; the tests only read."""
    async with postgres_bench(module_database) as made:
        asking = caller(made.work, made.tenant)
        async with made.work(made.tenant) as uow:
            await uow.portfolio.save(portfolio())
        for number in range(FLOWS):
            command = StartFlow("discovery", {"fileId": new_id(), "fileName": "a.csv"}, name=f"Flow {number % 7}")
            await flows.start_flow(asking, command)
        yield made


def portfolio() -> list[Any]:
    names = [f"App {number:02}" for number in range(12)]
    applications = [
        Application(
            new_id(),
            name.casefold(),
            name,
            criticality=Criticality.HIGH if number % 2 else None,
            technologies=(Technology("Java", "8"),) if number % 3 else (),
        )
        for number, name in enumerate(names)
    ]
    components = [
        Component(new_id(), application.id, f"part {number}", f"Part {number}", "service")
        for application in applications[:3]
        for number in range(2)
    ]
    first, second, third = applications[:3]
    return [
        *applications,
        *components,
        Dependency(new_id(), first.id, second.id, DependencyKind.HARD, "test"),
        Dependency(new_id(), third.id, first.id, DependencyKind.SOFT, "test"),
    ]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def graph(module_database: str, bench: Bench) -> AsyncIterator[Graph]:
    engine = open_database(module_database)
    yield Graph(engine, bench.work, bench.tenant)
    await engine.dispose()


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_fifty_flows_with_their_phases_and_last_events_take_six_statements(graph: Graph) -> None:
    data = await graph.data(NESTED, first=50)

    assert len(data["flows"]["nodes"]) == 50
    assert [len(flow["child"]["phases"]) for flow in data["flows"]["nodes"]] == [6] * 50
    assert {len(flow["events"]["nodes"]) for flow in data["flows"]["nodes"]} == {3}
    assert data["flows"]["totalCount"] == FLOWS
    assert len(graph.statements) <= 6


async def test_what_is_selected_twice_is_read_once(graph: Graph) -> None:
    text = """{ flows(first: 3) { nodes { events { nodes { kind } } again: events { nodes { cursor } }
      ... { child { ... on DiscoveryFlow { master { events { nodes { kind } } } } } } } } }"""

    await graph.data(text)

    assert sum("FROM unnest" in statement for statement in graph.statements) == 1


async def test_what_is_skipped_is_not_read(graph: Graph) -> None:
    text = """query ($no: Boolean!) { flows(first: 3) { nodes { id events @skip(if: $no) { nodes { kind } }
      ...More @include(if: false) } } } fragment More on MasterFlow { performance { totalMs } }"""

    await graph.data(text, no=True)

    assert len(graph.statements) == 3


@pytest.mark.parametrize("order", ["UPDATED_DESC", "CREATED_DESC", "CREATED_ASC", "NAME_ASC", "PROGRESS_DESC"])
@pytest.mark.parametrize("size", [1, 7, 50])
async def test_walking_pages_gives_each_flow_once_in_either_direction(graph: Graph, order: str, size: int) -> None:
    text = """query ($first: Int, $after: String, $last: Int, $before: String, $order: FlowOrder!) {
      flows(first: $first, after: $after, last: $last, before: $before, orderBy: $order) {
        edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""

    forwards: list[str] = []
    page = await graph.data(text, order=order, first=size)
    while True:
        forwards += [edge["node"]["id"] for edge in page["flows"]["edges"]]
        info = page["flows"]["pageInfo"]
        if not info["hasNextPage"]:
            break
        page = await graph.data(text, order=order, first=size, after=info["endCursor"])

    backwards: list[str] = []
    page = await graph.data(text, order=order, last=size)
    while True:
        backwards = [edge["node"]["id"] for edge in page["flows"]["edges"]] + backwards
        info = page["flows"]["pageInfo"]
        if not info["hasPreviousPage"]:
            break
        page = await graph.data(text, order=order, last=size, before=info["startCursor"])

    assert len(set(forwards)) == FLOWS
    assert forwards == backwards


async def test_events_are_paged_by_their_own_cursors(graph: Graph) -> None:
    text = """query ($first: Int, $after: String, $last: Int, $before: String) { flows(first: 2) { nodes { eventCursor
      events(first: $first, after: $after, last: $last, before: $before) {
        edges { cursor node { cursor } } pageInfo { hasNextPage hasPreviousPage } } } } }"""

    middle = await graph.data(text, first=1, after="1")
    end = await graph.data(text, last=1)

    for flow in middle["flows"]["nodes"]:
        assert flow["eventCursor"] == "3"
        assert flow["events"]["edges"] == [{"cursor": "2", "node": {"cursor": "2"}}]
        assert flow["events"]["pageInfo"] == {"hasNextPage": True, "hasPreviousPage": True}
    for flow in end["flows"]["nodes"]:
        assert flow["events"]["edges"] == [{"cursor": "3", "node": {"cursor": "3"}}]


async def test_lists_below_a_list_belong_to_their_own_parents(graph: Graph) -> None:
    text = """{ applications(first: 4) { nodes { name components { name } dependencies { totalCount
      nodes { from { name } to { name } } } needs: dependencies(direction: UPSTREAM) { nodes { to { name } } }
      flows { totalCount } } } }"""

    nodes = (await graph.data(text))["applications"]["nodes"]

    assert [[part["name"] for part in node["components"]] for node in nodes] == [["Part 0", "Part 1"]] * 3 + [[]]
    assert [node["dependencies"]["totalCount"] for node in nodes] == [2, 1, 1, 0]
    assert [[edge["to"]["name"] for edge in node["needs"]["nodes"]] for node in nodes] == [
        ["App 01"],
        [],
        ["App 00"],
        [],
    ]


@pytest.mark.parametrize(
    ("filter", "count"),
    [
        ({}, 12),
        ({"search": "APP 0"}, 10),
        ({"search": "%"}, 0),
        ({"criticality": ["HIGH"]}, 6),
        ({"technology": "java"}, 8),
        ({"readiness": ["DISCOVERED"]}, 12),
        ({"readiness": []}, 0),
        ({"strategies": ["REHOST"]}, 0),
        ({"department": "none\u0000"}, 0),
    ],
)
async def test_applications_are_filtered(graph: Graph, filter: dict[str, Any], count: int) -> None:
    text = "query ($filter: ApplicationFilter) { applications(filter: $filter) { totalCount nodes { id } } }"

    found = (await graph.data(text, filter=filter))["applications"]

    assert (found["totalCount"], len(found["nodes"])) == (count, count)


@pytest.mark.parametrize(
    ("filter", "count"),
    [
        ({"search": "flow 1"}, 8),
        ({"active": True}, FLOWS),
        ({"active": False}, 0),
        ({"types": ["DISCOVERY"], "statuses": ["RUNNING"]}, FLOWS),
        ({"statuses": ["FAILED"]}, 0),
        ({"createdBy": "alice", "updatedSince": "2020-01-01T00:00:00Z"}, FLOWS),
        ({"createdBy": "bob"}, 0),
        ({"applicationId": "nonsense"}, 0),
        ({"search": None, "types": None}, FLOWS),
    ],
)
async def test_flows_are_filtered(graph: Graph, filter: dict[str, Any], count: int) -> None:
    text = "query ($filter: FlowFilter) { flows(filter: $filter) { totalCount } }"

    assert (await graph.data(text, filter=filter))["flows"]["totalCount"] == count


async def test_the_summaries_count(graph: Graph) -> None:
    text = """{ flowSummary { total active awaitingInput byType { type count active } byStatus { status count } }
      portfolioSummary { applications byCriticality { criticality count } byReadiness { readiness count } } }"""

    data = await graph.data(text)

    assert data["flowSummary"] == {
        "total": FLOWS,
        "active": FLOWS,
        "awaitingInput": 0,
        "byType": [{"type": "DISCOVERY", "count": FLOWS, "active": FLOWS}],
        "byStatus": [{"status": "RUNNING", "count": FLOWS}],
    }
    assert data["portfolioSummary"] == {
        "applications": 12,
        "byCriticality": [{"criticality": "HIGH", "count": 6}, {"criticality": None, "count": 6}],
        "byReadiness": [{"readiness": "DISCOVERED", "count": 12}],
    }


async def test_any_node_is_found_again_by_its_id(graph: Graph) -> None:
    listing = """{ flows(first: 1) { nodes { id child { id } phases { id runs { id } } } }
      applications(first: 1) { nodes { id components { id } dependencies { nodes { id } } } }
      viewer { engagement { id } clientAccount { id } } }"""
    ids = sorted(set(all_ids(await graph.data(listing))))

    found = await graph.data("query ($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }", ids=ids)

    assert [node["id"] for node in found["nodes"]] == ids
    assert [node["__typename"] for node in found["nodes"]] == [id.partition(":")[0] for id in ids]


def all_ids(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["id"]] if "id" in value else []
        return own + [id for item in value.values() for id in all_ids(item)]
    return [id for item in value for id in all_ids(item)] if isinstance(value, list) else []


async def test_what_an_id_does_not_name_is_null(graph: Graph) -> None:
    unknown = [f"{type_}:{new_id()}" for type_ in ("MasterFlow", "DiscoveryFlow", "Application", "SixRDecision")]
    ids = [*unknown, "", "nonsense", "Nothing:" + new_id(), f"FlowPhase:{new_id()}:data_import"]

    data = await graph.data("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids)

    assert data["nodes"] == [None] * len(ids)


async def test_another_tenants_things_are_not_there(graph: Graph, bench: Bench, module_database: str) -> None:
    listing = "{ flows(first: 1) { nodes { id child { id } } } applications(first: 1) { nodes { id } } }"
    ids = all_ids(await graph.data(listing))
    engine = open_database(module_database)
    other = new_tenant()
    await make_tenant(engine, other)
    stranger = Graph(engine, bench.work, other)

    text = """query ($ids: [ID!]!, $flow: ID!) { nodes(ids: $ids) { id } flow(id: $flow) { id }
      flows { totalCount nodes { id } } applications { totalCount } flowSummary { total } }"""
    data = await stranger.data(text, ids=ids, flow=ids[0])

    await engine.dispose()
    assert data == {
        "nodes": [None] * 3,
        "flow": None,
        "flows": {"totalCount": 0, "nodes": []},
        "applications": {"totalCount": 0},
        "flowSummary": {"total": 0},
    }


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{ flows(first: 101) { nodes { id } } }", "LIMIT_EXCEEDED"),
        ("{ flows(first: -1) { nodes { id } } }", "BAD_REQUEST"),
        ("{ flows(first: 1, last: 1) { nodes { id } } }", "BAD_REQUEST"),
        ('{ flows(after: "nonsense") { nodes { id } } }', "CURSOR_EXPIRED"),
        ('{ flows(after: "7") { nodes { id } } }', "CURSOR_EXPIRED"),
        ('{ flows(after: "WzEsMl0") { nodes { id } } }', "CURSOR_EXPIRED"),
        ("{ flows(first: 1) { nodes { events(first: 500) { nodes { kind } } } } }", "LIMIT_EXCEEDED"),
    ],
)
async def test_bad_windows_are_clear_errors(graph: Graph, text: str, code: str) -> None:
    assert await graph.code(text) == code


async def test_the_audit_log_is_for_an_admin(graph: Graph) -> None:
    text = "{ auditLog { nodes { mutation } } }"

    assert await graph.code(text, Role.LEAD) == "FORBIDDEN"
    assert (await graph.data(text, Role.ADMIN))["auditLog"]["nodes"] == []


async def test_a_subject_finds_the_engagements_it_may_select(graph: Graph, bench: Bench) -> None:
    async with bench.work(bench.tenant) as uow:
        row = {"engagement_id": bench.tenant.engagement_id, "subject": "carol", "roles": ["LEAD"]}
        await uow.connection.execute(insert(members), row)  # type: ignore[attr-defined]
    text = "{ selectableEngagements { totalCount nodes { clientAccountName name engagementKey roles } } }"

    mine = await graph.data(text, user="carol")
    nobodys = await graph.data(text, user="mallory")

    assert mine["selectableEngagements"]["nodes"] == [
        {
            "clientAccountName": "Account",
            "name": "Engagement",
            "engagementKey": bench.tenant.engagement_id,
            "roles": ["LEAD"],
        }
    ]
    assert nobodys["selectableEngagements"] == {"totalCount": 0, "nodes": []}


async def test_looking_ahead_is_not_slowed_by_how_an_operation_is_written(graph: Graph) -> None:
    levels = 40
    spread = " ".join(f"fragment F{n} on MasterFlow {{ ...F{n + 1} ...F{n + 1} }}" for n in range(levels))
    fragments = f"{spread} fragment F{levels} on MasterFlow {{ currentPhase {{ key }} }}"
    nested = "child { master { " * 8 + "name" + " } }" * 8
    started = asyncio.get_running_loop().time()

    found = await graph.data(f"{{ flows(first: 2) {{ nodes {{ {nested} ...F0 }} }} }} {fragments}")

    assert [node["currentPhase"] for node in found["flows"]["nodes"]] == [{"key": "data_import"}] * 2
    assert asyncio.get_running_loop().time() - started < 2
