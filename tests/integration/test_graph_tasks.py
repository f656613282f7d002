"""Tasks through the schema: made, moved, filtered, told of, and seen by nobody else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from domain.access import Role, Tenant
from persistence.database import open_database
from persistence.event_log import EventReader
from schema.events import changed_ids
from tests.graph import Graph
from tests.integration.conftest import make_tenant, postgres_bench
from tests.integration.guiding import Desk
from tests.toy import new_id, new_tenant

pytestmark = pytest.mark.asyncio(loop_scope="module")

ERRORS = "errors { code message path details }"
TASK = """id title description status priority dueOn assignedTo doneBy note completedAt version
  flow { id } artifacts { id }"""
SAVE = f"mutation ($input: SaveTaskInput!) {{ saveTask(input: $input) {{ task {{ {TASK} }} flow {{ id }} {ERRORS} }} }}"
END = f"""mutation ($input: TaskActionInput!) {{
  completeTask(input: $input) {{ task {{ {TASK} }} flow {{ id }} {ERRORS} }} }}"""
SKIP = END.replace("completeTask", "skipTask")
DELETE = f"mutation ($input: DeleteInput!) {{ deleteTask(input: $input) {{ deletedId {ERRORS} }} }}"
TASKS = """query ($filter: TaskFilter, $first: Int, $after: String) {
  tasks(filter: $filter, first: $first, after: $after) {
    totalCount nodes { title version } pageInfo { endCursor hasNextPage } } }"""
NODE = f"query ($id: ID!) {{ node(id: $id) {{ ... on Task {{ {TASK} }} }} }}"
EVENTS = """query ($id: ID!) { flow(id: $id) { version events(kinds: [TASK]) {
  nodes { ... on TaskChanged { taskId task { status } } } }
  child { ... on CustomerSuccessFlow { tasks(filter: {statuses: [OPEN, IN_PROGRESS]}) { nodes { title } } } } } }"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(module_database: str) -> AsyncIterator[Desk]:
    async with postgres_bench(module_database) as bench:
        engine = open_database(module_database)
        yield Desk(Graph(engine, bench.work, bench.tenant), bench)
        await engine.dispose()


@pytest_asyncio.fixture(loop_scope="module")
async def graph(desk: Desk) -> Graph:
    """An engagement of its own for each test."""
    tenant = new_tenant()
    await make_tenant(desk.graph.engine, tenant)
    return replace(desk.graph, tenant=tenant)


async def save(graph: Graph, **input: Any) -> dict[str, Any]:
    payload = (await graph.data(SAVE, input=input))["saveTask"]
    assert payload["errors"] == []
    return dict(payload["task"])


async def refused(graph: Graph, text: str, *roles: Role, **input: Any) -> list[tuple[str, list[str]]]:
    (payload,) = (await graph.data(text, *roles, input=input)).values()
    assert payload.get("task") is None
    return [(error["code"], error["path"]) for error in payload["errors"]]


async def titles(graph: Graph, **filter: Any) -> list[str]:
    found = (await graph.data(TASKS, filter=filter))["tasks"]
    assert found["totalCount"] == len(found["nodes"])
    return [node["title"] for node in found["nodes"]]


async def test_a_new_task_has_its_defaults_and_is_told_of_outside_any_flow(graph: Graph) -> None:
    task = await save(graph, title="  Call them ")

    assert task == {
        "id": task["id"],
        "title": "Call them",
        "description": None,
        "status": "OPEN",
        "priority": "MEDIUM",
        "dueOn": None,
        "assignedTo": None,
        "doneBy": "USER",
        "note": None,
        "completedAt": None,
        "version": 1,
        "flow": None,
        "artifacts": [],
    }
    assert (await graph.data(NODE, id=task["id"]))["node"] == task
    (told,) = await EventReader(graph.engine).page(graph.tenant, None, 0, 10)
    assert changed_ids(told) == (task["id"],)
    log = "{ auditLog(first: 1) { nodes { mutation subjectId } } }"
    assert (await graph.data(log))["auditLog"]["nodes"] == [{"mutation": "saveTask", "subjectId": task["id"]}]


async def test_what_is_absent_stays_null_clears_and_the_same_again_is_no_change(graph: Graph) -> None:
    task = await save(
        graph, title="A", description="B", dueOn="2026-12-01", assignedTo="olga", priority="HIGH", doneBy="SYSTEM"
    )

    same = await save(graph, id=task["id"], title="A", expectedVersion=1)
    after = await save(graph, id=task["id"], title="C", dueOn=None, priority=None, expectedVersion=1)

    assert same == task
    assert after == task | {"title": "C", "dueOn": None, "version": 2}


async def test_a_task_moves_as_the_table_says_and_not_otherwise(graph: Graph) -> None:
    task = await save(graph, title="A")

    done = (await graph.data(END, input={"id": task["id"], "note": "Done by phone."}))["completeTask"]["task"]
    again = await refused(graph, END, id=task["id"])
    skipped = await refused(graph, SKIP, id=task["id"])
    failed = (await graph.data(SAVE, input={"id": task["id"], "title": "A", "status": "FAILED"}))["saveTask"]
    opened = await save(graph, id=task["id"], title="A", status="OPEN")

    assert (done["status"], done["note"], done["version"]) == ("COMPLETED", "Done by phone.", 2)
    assert done["completedAt"]
    assert again == skipped == [("INVALID_TRANSITION", ["status"])]
    (error,) = failed["errors"]
    assert error["message"] == "A task that is COMPLETED does not become FAILED. It can become OPEN."
    assert error["details"] == {"allowed": ["OPEN"]}
    assert (opened["status"], opened["completedAt"], opened["version"]) == ("OPEN", None, 3)


async def test_all_that_is_wrong_is_told_at_once_and_nothing_changes(graph: Graph) -> None:
    task = await save(graph, title="A")
    missing = f"Artifact:{new_id()}"

    assert await refused(graph, SAVE, title=" ", assignedTo="x" * 201, status="FAILED") == [
        ("INVALID_INPUT", ["title"]),
        ("INVALID_INPUT", ["assignedTo"]),
        ("INVALID_TRANSITION", ["status"]),
    ]
    assert await refused(graph, SAVE, title="B", artifactIds=[missing]) == [("NOT_FOUND", ["artifactIds", "0"])]
    assert await refused(graph, SAVE, title="B", flowId=f"MasterFlow:{new_id()}") == [("NOT_FOUND", ["flowId"])]
    assert await refused(graph, SAVE, title="B", expectedVersion=1) == [("INVALID_INPUT", ["expectedVersion"])]
    assert await refused(graph, SAVE, id=task["id"], title="B", expectedVersion=7) == [
        ("VERSION_CONFLICT", ["expectedVersion"])
    ]
    assert await refused(graph, END, id=task["id"], expectedVersion=7) == [("VERSION_CONFLICT", ["expectedVersion"])]
    assert await refused(graph, END, id=f"Task:{new_id()}") == [("NOT_FOUND", ["id"])]
    for text in (SAVE, END, SKIP, DELETE):
        input = {"id": task["id"]} | ({"title": "B"} if text is SAVE else {})
        assert await graph.code(text, Role.VIEWER, input=input) == "FORBIDDEN"
    assert (await graph.data(NODE, id=task["id"]))["node"] == task
    assert await titles(graph) == ["A"]


async def test_tasks_are_sorted_by_what_is_left_by_date_and_by_priority(graph: Graph) -> None:
    await save(graph, title="no date, urgent", priority="URGENT")
    await save(graph, title="tomorrow, low", priority="LOW", dueOn="2026-12-02", assignedTo="olga")
    await save(graph, title="tomorrow, high", priority="HIGH", dueOn="2026-12-02")
    await save(graph, title="today", dueOn="2026-12-01", assignedTo="olga")
    await save(graph, title="over", dueOn="1990-01-01", status="COMPLETED")
    ordered = ["today", "tomorrow, high", "tomorrow, low", "no date, urgent", "over"]

    assert await titles(graph) == ordered
    assert await titles(graph, assignedTo="olga") == ["today", "tomorrow, low"]
    assert await titles(graph, dueBefore="2026-12-02") == ["today", "over"]
    assert await titles(graph, statuses=["COMPLETED", "SKIPPED"]) == ["over"]
    assert await titles(graph, flowId="nonsense") == []
    paged, after = [], None
    for _ in range(3):
        page = (await graph.data(TASKS, first=2, after=after))["tasks"]
        paged += [node["title"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
    assert paged == ordered
    assert page["pageInfo"]["hasNextPage"] is False


async def test_a_flow_tells_of_its_tasks_and_keeps_its_version(desk: Desk) -> None:
    graph, flow = desk.graph, await desk.flow(await desk.customer(), "RISK")
    task = await save(graph, title="A", flowId=flow["id"])
    other = await save(graph, title="B", flowId=flow["id"])

    await save(graph, id=task["id"], title="A", status="IN_PROGRESS")
    gone = (await graph.data(DELETE, input={"id": other["id"]}))["deleteTask"]

    assert gone == {"deletedId": other["id"], "errors": []}
    assert (await graph.data(EVENTS, id=flow["id"]))["flow"] == {
        "version": flow["version"],
        "events": {
            "nodes": [
                {"taskId": task["id"], "task": {"status": "IN_PROGRESS"}},
                {"taskId": other["id"], "task": None},
                {"taskId": task["id"], "task": {"status": "IN_PROGRESS"}},
                {"taskId": other["id"], "task": None},
            ]
        },
        "child": {"tasks": {"nodes": [{"title": "A"}]}},
    }
    assert await titles(graph, flowId=flow["id"]) == ["A"]
    elsewhere = await desk.flow(await desk.customer(), "RISK")
    assert await refused(graph, SAVE, id=task["id"], title="A", flowId=elsewhere["id"]) == [
        ("INVALID_INPUT", ["flowId"])
    ]


async def test_another_tenants_task_is_not_there(desk: Desk, graph: Graph) -> None:
    task = await save(graph, title="A")
    neighbour = replace(graph, tenant=Tenant(desk.graph.tenant.client_account_id, desk.graph.tenant.engagement_id))

    assert (await neighbour.data(NODE, id=task["id"]))["node"] is None
    assert await refused(neighbour, END, id=task["id"]) == [("NOT_FOUND", ["id"])]
    assert await refused(neighbour, SAVE, id=task["id"], title="B") == [("NOT_FOUND", ["id"])]
    async with neighbour.work(neighbour.tenant) as uow:
        assert await uow.tasks.of_flow(new_id()) == ()
    assert (await graph.data(NODE, id=task["id"]))["node"] == task
