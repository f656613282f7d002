"""A plan from outside: over HTTP and a WebSocket, carried out by a worker, moved, adopted, cloned and compared."""

from __future__ import annotations

from typing import Any

from tests.e2e.test_main_job import SAMPLE, Desk, desk, drive, up

__all__ = ["desk", "up"]

ERRORS = "errors { code message path }"
READY = f"mutation ($input: SetReadinessInput!) {{ setReadiness(input: $input) {{ {ERRORS} }} }}"
MOVE = f"mutation ($input: MoveApplicationsInput!) {{ moveApplications(input: $input) {{ {ERRORS} }} }}"
ADOPT = f"mutation ($input: FlowActionInput!) {{ adoptPlan(input: $input) {{ flow {{ id }} {ERRORS} }} }}"
DELETE = f"mutation ($input: FlowActionInput!) {{ deleteFlow(input: $input) {{ deletedId {ERRORS} }} }}"
CLONE = f"mutation ($input: StartFlowInput!) {{ startFlow(input: $input) {{ flow {{ id }} {ERRORS} }} }}"
PLAN = """query ($id: ID!) { flow(id: $id) { status progress phases { key status }
  applications(first: 100) { nodes { id name readiness wave { number } } }
  child { ... on PlanningFlow { wavePlan { version violations { message }
    waves { number applications { id } } } timeline { status endsOn } cost { total { amount } } } } } }"""
COMPARE = """query ($ids: [ID!]!) { comparePlans(flowIds: $ids) { plans { flow { id } waves }
  moved { nodes { application { id } placements { wave { number } } } } } }"""


async def carried_out(desk: Desk, query: str, **input: Any) -> Any:
    """What the mutation gives back, without a refusal."""
    (payload,) = (await desk.ask(query, input=input)).values()
    assert payload.pop("errors") == []
    return payload


async def plan(desk: Desk, flow_id: str) -> dict[str, Any]:
    flow = (await desk.ask(PLAN, id=flow_id))["flow"]
    waves = {
        wave["number"]: {each["id"] for each in wave["applications"]} for wave in flow["child"]["wavePlan"]["waves"]
    }
    return {**flow, **flow["child"], "in": waves}


async def ready(desk: Desk, most: int) -> list[str]:
    """So many of the sample's applications, to be rehosted."""
    source = {"source": {"text": SAMPLE.read_text()}, "fileName": SAMPLE.name}
    found, _ = await drive(desk, await desk.start(discovery=source))
    nodes = [node for node in found["applications"]["nodes"] if node["readiness"] == "READY_FOR_ASSESSMENT"]
    ids = [str(node["id"]) for node in nodes[:most]]
    decision = {"strategy": "REHOST", "effort": {"low": "40", "likely": "80", "high": "160"}}
    await carried_out(
        desk, READY, applicationIds=ids, readiness="READY_FOR_PLANNING", reason="As agreed.", decision=decision
    )
    return ids


async def rested(desk: Desk, flow_id: str) -> dict[str, Any]:
    """The plan once its worker has nothing left to do for it."""
    async with desk.following(flow_id) as following:
        assert await following.rest(0) == "COMPLETED"
    return await plan(desk, flow_id)


async def test_a_plan_is_made_moved_and_put_in_force(desk: Desk) -> None:
    ids = await ready(desk, 9)
    flow_id = await desk.start(planning={"applicationIds": ids, "maxAppsPerWave": 4})
    async with desk.following(flow_id) as following:
        assert await following.rest(0) == "COMPLETED"
        first, seen = await plan(desk, flow_id), len(following.events)
        move = {"applicationId": ids[0], "to": {"newWaveNumber": 7}}
        await carried_out(desk, MOVE, flowId=flow_id, moves=[move], rationale="After the audit.")
        assert await following.rest(seen) == "COMPLETED"
    moved = await plan(desk, flow_id)
    await carried_out(desk, ADOPT, flowId=flow_id)
    refused = (await desk.ask(DELETE, input={"flowId": flow_id}))["deleteFlow"]

    assert (first["status"], first["progress"]) == ("COMPLETED", 100)
    assert set().union(*first["in"].values()) == set(ids)
    assert max(len(inside) for inside in first["in"].values()) <= 4
    assert moved["in"][7] == {ids[0]}
    assert moved["wavePlan"]["version"] == first["wavePlan"]["version"] + 1
    assert moved["timeline"]["endsOn"] > first["timeline"]["endsOn"]
    after = await plan(desk, flow_id)
    assert {node["readiness"] for node in after["applications"]["nodes"]} == {"PLANNED"}
    assert {node["id"]: node["wave"]["number"] for node in after["applications"]["nodes"]} == {
        id: number for number, inside in moved["in"].items() for id in inside
    }
    assert after["timeline"]["status"] == "ACTIVE"
    assert [error["code"] for error in refused["errors"]] == ["INVALID_TRANSITION"]


async def test_a_clone_keeps_a_move_and_compares_with_its_source(desk: Desk) -> None:
    ids = await ready(desk, 5)
    flow_id = await desk.start(planning={"applicationIds": ids, "maxAppsPerWave": 2})
    await rested(desk, flow_id)
    move = {"applicationId": ids[0], "to": {"newWaveNumber": 6}}
    await carried_out(desk, MOVE, flowId=flow_id, moves=[move])
    wanted = {"planning": {"applicationIds": ids, "maxAppsPerWave": 4}}

    clone = (await carried_out(desk, CLONE, configuration=wanted, cloneOf=flow_id))["flow"]["id"]

    found = await rested(desk, clone)
    compared = (await desk.ask(COMPARE, ids=[flow_id, clone]))["comparePlans"]
    assert ids[0] in found["in"][6]
    assert [each["flow"]["id"] for each in compared["plans"]] == [flow_id, clone]
    assert ids[0] not in {each["application"]["id"] for each in compared["moved"]["nodes"]}
    assert compared["moved"]["nodes"] != []
