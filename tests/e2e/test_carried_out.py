"""An execution and a decommission from outside: over HTTP and a WebSocket, with a worker that runs their rules."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.test_main_job import Desk, desk, up
from tests.e2e.test_planning_main_job import ERRORS, carried_out, ready

__all__ = ["desk", "up"]
pytestmark = pytest.mark.slow

RECORD = f"mutation ($input: RecordCheckInput!) {{ recordCheck(input: $input) {{ {ERRORS} }} }}"
REPORT = f"mutation ($input: UpdateRunbookStepInput!) {{ updateRunbookStep(input: $input) {{ {ERRORS} }} }}"
SUBMIT = f"mutation ($input: SubmitPhaseInput!) {{ submitPhaseInput(input: $input) {{ {ERRORS} }} }}"
FLOW = """query ($id: ID!) { flow(id: $id) { status progress currentPhase { key proposedInput }
  applications { nodes { name readiness } } child {
    ... on ExecutionFlow { readinessChecks { id passed blocking } validations { id passed blocking }
      steps: runbook { id } }
    ... on DecommissionFlow { steps: shutdownOrder { id } archives { nodes { verified } } } } } }"""


async def read(desk: Desk, flow_id: str) -> dict[str, Any]:
    flow = (await desk.ask(FLOW, id=flow_id))["flow"]
    return {**flow, **flow["child"]}


async def answer(desk: Desk, flow_id: str, phase: str) -> None:
    """As it is proposed, once the phase waits."""
    async with desk.following(flow_id) as following:
        await following.rest(0)
        current = (await read(desk, flow_id))["currentPhase"]
        assert current["key"] == phase
        seen = len(following.events)
        await carried_out(desk, SUBMIT, flowId=flow_id, phase=phase, data=current["proposedInput"])
        await following.rest(seen)


async def pass_all(desk: Desk, checks: list[dict[str, Any]]) -> None:
    for check in checks:
        if check["blocking"] and not check["passed"]:
            await carried_out(desk, RECORD, id=check["id"], passed=True, evidence="Seen.")


async def test_applications_move_and_their_sources_are_switched_off(desk: Desk) -> None:
    ids = await ready(desk, 2)
    moving = await desk.start(execution={"applicationIds": ids})
    async with desk.following(moving) as following:
        await following.rest(0)
    await pass_all(desk, (await read(desk, moving))["readinessChecks"])
    await answer(desk, moving, "pre_migration")
    for step in (await read(desk, moving))["steps"]:
        await carried_out(desk, REPORT, id=step["id"], status="COMPLETED")
    await answer(desk, moving, "migration_execution")
    await pass_all(desk, (await read(desk, moving))["validations"])
    await answer(desk, moving, "post_migration")
    moved = await read(desk, moving)

    leaving = await desk.start(decommission={"applicationIds": ids})
    await answer(desk, leaving, "decommission_planning")
    await answer(desk, leaving, "data_migration")
    for step in (await read(desk, leaving))["steps"]:
        await carried_out(desk, REPORT, id=step["id"], status="COMPLETED")
    await answer(desk, leaving, "system_shutdown")
    left = await read(desk, leaving)

    for flow in (moved, left):
        assert (flow["status"], flow["progress"]) == ("COMPLETED", 100)
        assert {each["readiness"] for each in flow["applications"]["nodes"]} == {"MIGRATED"}
    assert all(each["verified"] for each in left["archives"]["nodes"])
