"""Actions on workflows through the schema: executed, saved by a client account, and flows that wake by themselves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import jsonschema
import pytest
import pytest_asyncio
from sqlalchemy import insert

from domain.access import Role, Tenant
from domain.flow import Flow, Stamp
from domain.thread import UNTOUCHED
from persistence.database import open_database, select_tenant
from persistence.sweeps import DatabaseSweeps
from persistence.tables import engagements
from tests.graph import Graph
from tests.integration.conftest import make_tenant, postgres_bench
from tests.integration.talking import EXECUTE, Desk, desk_of
from tests.toy import new_id, new_tenant, now

pytestmark = pytest.mark.asyncio(loop_scope="module")

SAVE = """mutation ($input: SaveSavedActionInput!) { saveSavedAction(input: $input) {
  action { id key name kind parameters parameterSchema builtIn } errors { code path } } }"""
ACTIONS = "{ savedActions { id key kind builtIn parameters } }"
RESUME = "mutation ($input: FlowActionInput!) { resumeFlow(input: $input) { flow { status } errors { code } } }"
TASKS = "query ($id: ID!) { tasks(filter: {flowId: $id}) { nodes { title dueOn assignedTo flow { id } } } }"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(module_database: str) -> AsyncIterator[Desk]:
    async with postgres_bench(module_database) as bench:
        engine = open_database(module_database)
        async with desk_of(Graph(engine, bench.work, bench.tenant), bench) as made:
            yield made
        await engine.dispose()


async def execute(desk: Desk, flow_id: str, key: str, **parameters: Any) -> dict[str, Any]:
    payload = await desk.do(EXECUTE, flowId=flow_id, actionKey=key, parameters=parameters)
    assert payload["errors"] == []
    return payload["flow"]  # type: ignore[no-any-return]


async def test_a_snoozed_flow_wakes_by_itself_at_its_time(desk: Desk) -> None:
    flow_id = await desk.start()
    before = datetime.now(UTC)

    asleep = await execute(desk, flow_id, "snooze", days=7, reason="Holidays")

    flow = await desk.flow(flow_id)
    until = datetime.fromisoformat(flow["child"]["snoozedUntil"])
    assert (asleep["status"], flow["status"]) == ("SNOOZED", "SNOOZED")
    assert timedelta(days=7) <= until - before < timedelta(days=7, minutes=1)
    sweeps, id = DatabaseSweeps(desk.graph.engine), flow_id.partition(":")[2]
    assert [due for _, due in await sweeps.due(until - timedelta(seconds=1)) if due == id] == []
    until += timedelta(milliseconds=1)
    assert [due for _, due in await sweeps.due(until) if due == id] == [id]
    async with desk.bench.work(desk.bench.tenant) as uow:
        held = await uow.flows.get(id)
        assert await uow.woken(id, until)
        await uow.flows.save(held.wake(Stamp("system", until, new_id)))
    awake = await desk.flow(flow_id)
    assert (awake["status"], awake["child"]["snoozedUntil"]) == ("AWAITING_INPUT", None)


async def test_who_resumes_a_flow_early_takes_its_alarm_away(desk: Desk) -> None:
    flow_id = await desk.start()
    await execute(desk, flow_id, "snooze", until=(now() + timedelta(days=3)).isoformat())

    resumed = await desk.do(RESUME, flowId=flow_id)

    assert resumed["flow"]["status"] == "AWAITING_INPUT"
    due = await DatabaseSweeps(desk.graph.engine).due(now() + timedelta(days=4))
    assert flow_id.partition(":")[2] not in [id for _, id in due]


async def test_who_has_waited_for_a_flow_reads_all_of_it_anew(desk: Desk) -> None:
    id = (await desk.start()).partition(":")[2]
    until = now() + timedelta(days=1)

    async def waited() -> Flow:
        async with desk.bench.work(desk.bench.tenant) as uow:
            return await uow.flows.get(id)

    async with desk.bench.work(desk.bench.tenant) as uow:
        held = await uow.flows.get(id)
        waiting = asyncio.create_task(waited())
        await asyncio.sleep(0.2)
        await uow.flows.save(held.snooze(until, Stamp("alice", now(), new_id), None))
    found = await waiting

    assert (str(found.status), found.snoozed_until) == ("SNOOZED", until)


async def test_a_step_that_is_left_out_takes_its_threads_with_it(desk: Desk) -> None:
    flow_id = await desk.start()
    refused = await desk.do(EXECUTE, flowId=flow_id, actionKey="skip", parameters={"reason": "No"})
    assert [error["code"] for error in refused["errors"]] == ["INVALID_TRANSITION"]
    await _answer_first(desk, flow_id)
    thread = await desk.open(flow_id, "hear_the_customer")

    await execute(desk, flow_id, "skip", step="hear_the_customer", reason="Spoken last week")
    await desk.work()

    assert (await desk.read(thread))["status"] == "ABANDONED"
    flow = await desk.flow(flow_id)
    assert {phase["key"]: phase["status"] for phase in flow["phases"]}["hear_the_customer"] == "SKIPPED"
    assert flow["currentPhase"]["key"] == "bring_in_executives"


async def _answer_first(desk: Desk, flow_id: str) -> None:
    schema = "query ($id: ID!) { flow(id: $id) { phases { inputSchema } } }"
    fields = (await desk.graph.data(schema, id=flow_id))["flow"]["phases"][0]["inputSchema"]["properties"]
    data = {"causes": fields["causes"]["anyOf"][0]["items"]["enum"][:1], "severity": _first(fields["severity"])}
    text = "mutation ($input: SubmitPhaseInput!) { submitPhaseInput(input: $input) { errors { message } } }"
    assert (await desk.do(text, flowId=flow_id, phase="read_the_signs", data=data))["errors"] == []
    await desk.work()


def _first(schema: dict[str, Any]) -> str:
    return str(next(each for each in schema["anyOf"] if "enum" in each)["enum"][0])


async def test_escalating_hands_a_workflow_over_once_and_for_all(desk: Desk) -> None:
    flow_id = await desk.start()

    await execute(desk, flow_id, "escalate", to="bob", reason="It burns")
    await execute(desk, flow_id, "escalate", to="carol", reason="Still burning")

    flow = await desk.flow(flow_id)
    assert flow["child"]["assignedTo"] == "carol"
    history = flow["child"]["actionHistory"]
    assert history["totalCount"] == 2
    assert [each["parameters"]["to"] for each in history["nodes"]] == ["carol", "bob"]
    assert {each["resultingStatus"] for each in history["nodes"]} == {"AWAITING_INPUT"}


async def test_scheduling_makes_a_task_of_whose_workflow_it_is(desk: Desk) -> None:
    flow_id = await desk.start()

    await execute(desk, flow_id, "schedule", title="Call Dana", dueOn="2026-12-01")

    (task,) = (await desk.graph.data(TASKS, id=flow_id))["tasks"]["nodes"]
    assert task == {"title": "Call Dana", "dueOn": "2026-12-01", "assignedTo": "alice", "flow": {"id": flow_id}}
    kinds = [event["kind"] for event in (await desk.flow(flow_id))["events"]["nodes"]]
    assert kinds[-2:] == ["CHILD_CHANGED", "TASK"]


@pytest.mark.parametrize(
    ("key", "parameters", "code", "path"),
    [
        ("dance", {}, "NOT_FOUND", ["actionKey"]),
        ("snooze", {}, "INVALID_INPUT", ["parameters"]),
        ("snooze", {"days": 91}, "INVALID_INPUT", ["parameters", "days"]),
        ("snooze", {"until": "2020-01-01"}, "INVALID_INPUT", ["parameters", "until"]),
        ("escalate", {"to": "bob"}, "INVALID_INPUT", ["parameters", "reason"]),
        ("skip", {"step": "close", "reason": "x"}, "INVALID_TRANSITION", ["parameters", "step"]),
    ],
)
async def test_an_action_that_cannot_be_executed_changes_nothing(
    desk: Desk, key: str, parameters: Any, code: str, path: list[str]
) -> None:
    flow_id = await desk.start()
    before = await desk.flow(flow_id)

    payload = await desk.do(EXECUTE, flowId=flow_id, actionKey=key, parameters=parameters)

    assert (payload["flow"], [(each["code"], each["path"]) for each in payload["errors"]]) == (None, [(code, path)])
    assert await desk.flow(flow_id) == before


async def test_a_client_account_saves_actions_for_all_its_engagements(desk: Desk) -> None:
    saved = await desk.do(SAVE, key="fortnight", name="Two weeks", kind="SNOOZE", parameters={"days": 14})
    again = await desk.do(SAVE, key="fortnight", name="A fortnight", kind="SNOOZE", parameters={"days": 14})
    neighbour, stranger = await _neighbour(desk), await _stranger(desk)

    assert saved["action"]["id"] == again["action"]["id"]
    jsonschema.validate({}, again["action"]["parameterSchema"])
    shipped = [("snooze", True), ("skip", True), ("escalate", True), ("schedule", True)]
    for graph, own in ((desk.graph, [("fortnight", False)]), (neighbour, [("fortnight", False)]), (stranger, [])):
        found = (await graph.data(ACTIONS))["savedActions"]
        assert sorted((each["key"], each["builtIn"]) for each in found) == sorted([*shipped, *own])
    node = "query ($id: ID!) { node(id: $id) { ... on SavedAction { key } } }"
    assert (await neighbour.data(node, id=saved["action"]["id"]))["node"] == {"key": "fortnight"}
    assert (await stranger.data(node, id=saved["action"]["id"]))["node"] is None
    flow_id = await desk.start()
    assert (await execute(desk, flow_id, "fortnight"))["status"] == "SNOOZED"


@pytest.mark.parametrize(
    ("input", "codes"),
    [
        ({"key": "snooze"}, ["ALREADY_EXISTS"]),
        ({"key": "My key", "parameters": {"days": 0, "hours": 1}}, ["INVALID_INPUT"] * 3),
        ({"parameters": []}, ["INVALID_INPUT"]),
    ],
)
async def test_what_is_no_action_is_not_saved(desk: Desk, input: dict[str, Any], codes: list[str]) -> None:
    before = await desk.graph.data(ACTIONS)

    payload = await desk.do(SAVE, **{"key": "mine", "name": "Mine", "kind": "SNOOZE", "parameters": {}, **input})

    assert (payload["action"], [each["code"] for each in payload["errors"]]) == (None, codes)
    assert await desk.graph.data(ACTIONS) == before


async def test_saving_an_action_is_an_admins(desk: Desk) -> None:
    input = {"key": "mine", "name": "Mine", "kind": "SNOOZE", "parameters": {}}

    assert await desk.graph.code(SAVE, Role.LEAD, input=input) == "FORBIDDEN"


async def test_a_thread_that_nobody_touches_for_thirty_days_is_abandoned(desk: Desk) -> None:
    thread = await desk.open(await desk.start(), "read_the_signs")
    id, sweeps = thread["id"].partition(":")[2], DatabaseSweeps(desk.graph.engine)
    late = now() + UNTOUCHED + timedelta(minutes=1)

    assert id not in [found for _, found in await sweeps.untouched(now() - UNTOUCHED)]
    (tenant,) = [tenant for tenant, found in await sweeps.untouched(late - UNTOUCHED) if found == id]
    await desk.runner.abandon(tenant, id)
    assert (await desk.read(thread))["status"] == "ACTIVE"
    await replace(desk.runner, clock=lambda: late).abandon(tenant, id)

    assert (await desk.read(thread))["status"] == "ABANDONED"


async def _neighbour(desk: Desk) -> Graph:
    """Another engagement of the same client account."""
    tenant = Tenant(desk.graph.tenant.client_account_id, new_id())
    async with desk.graph.engine.begin() as connection:
        await select_tenant(connection, tenant)
        owner = {"id": tenant.engagement_id, "client_account_id": tenant.client_account_id}
        await connection.execute(insert(engagements), {**owner, "name": "N", "currency": "USD"})
    return replace(desk.graph, tenant=tenant)


async def _stranger(desk: Desk) -> Graph:
    """An engagement of another client account."""
    tenant = new_tenant()
    await make_tenant(desk.graph.engine, tenant)
    return replace(desk.graph, tenant=tenant)
