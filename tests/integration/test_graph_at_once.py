"""Two people at once on what is carried out: nothing is half done, and nobody's word is lost."""

from __future__ import annotations

import asyncio
from typing import Any

from domain.access import Role
from tests.graph import Graph
from tests.integration.conftest import Bench
from tests.integration.test_graph_commands import ERRORS
from tests.integration.test_graph_execution import (
    RECORD,
    REPORT,
    answer,
    bench,
    graph,
    ids,
    pass_all,
    problems,
    read,
    record,
    start,
)

__all__ = ["bench", "graph", "ids"]

CANCEL = f"mutation ($input: FlowActionInput!) {{ cancelFlow(input: $input) {{ flow {{ status }} {ERRORS} }} }}"


async def begun(graph: Graph, bench: Bench, ids: dict[str, str]) -> tuple[str, list[dict[str, Any]]]:
    """An execution whose runbook waits, and its steps."""
    flow_id = await start(graph, bench, applicationIds=[ids["Payroll"], ids["Ledger"]])
    await pass_all(graph, (await read(graph, flow_id))["readinessChecks"])
    assert await answer(graph, bench, flow_id, "pre_migration") == []
    return flow_id, (await read(graph, flow_id))["runbook"]


async def test_every_check_of_many_reports_at_once_is_kept(graph: Graph, bench: Bench, ids: dict[str, str]) -> None:
    flow_id = await start(graph, bench, applicationIds=[ids["Payroll"], ids["Ledger"]])
    before = await read(graph, flow_id)
    checks = [each for each in before["readinessChecks"] if each["passed"] is None]

    found = await asyncio.gather(*(record(graph, id=each["id"], passed=True, evidence="Seen.") for each in checks))

    after = await read(graph, flow_id)
    assert (found, len(checks) > 1) == ([[]] * len(checks), True)
    assert [each["passed"] for each in after["readinessChecks"] if each["id"] in {c["id"] for c in checks}] == [
        True
    ] * len(checks)
    assert after["version"] == before["version"] + len(checks)


async def test_two_reports_of_one_step_are_one_after_the_other(graph: Graph, bench: Bench, ids: dict[str, str]) -> None:
    flow_id, steps = await begun(graph, bench, ids)
    first, version = steps[0], (await read(graph, flow_id))["version"]

    found = await asyncio.gather(
        problems(graph, REPORT, id=first["id"], status="COMPLETED"),
        problems(graph, REPORT, id=first["id"], status="FAILED", note="It broke."),
    )

    step = (await read(graph, flow_id))["runbook"][0]
    assert step["status"] in ("COMPLETED", "FAILED")
    # Whoever comes second is judged by what the first has made of it.
    kept = sum(not errors for errors in found)
    assert {errors[0][0] for errors in found if errors} <= {"INVALID_TRANSITION", "NOT_READY"}
    assert (kept >= 1, (await read(graph, flow_id))["version"]) == (True, version + kept)
    dependents = [each for each in steps if first["number"] in {need["number"] for need in each["dependsOn"]}]
    by_id = {each["id"]: each for each in (await read(graph, flow_id))["runbook"]}
    expected = {"BLOCKED"} if step["status"] == "FAILED" else {"READY", "PENDING"}
    assert {by_id[each["id"]]["status"] for each in dependents} <= expected


async def test_what_is_cancelled_meanwhile_takes_no_report(graph: Graph, bench: Bench, ids: dict[str, str]) -> None:
    flow_id, steps = await begun(graph, bench, ids)
    checks = (await read(graph, flow_id))["readinessChecks"]

    await asyncio.gather(
        graph.data(CANCEL, Role.LEAD, input={"flowId": flow_id}),
        problems(graph, REPORT, id=steps[0]["id"], status="COMPLETED"),
    )

    before = await read(graph, flow_id)
    late = await problems(graph, REPORT, id=steps[1]["id"], status="COMPLETED")
    late += await problems(graph, RECORD, id=checks[0]["id"], passed=False, evidence="No.")
    assert [code for code, *_ in late] == ["INVALID_TRANSITION", "INVALID_TRANSITION"]
    assert await read(graph, flow_id) == before
    assert before["status"] == "CANCELLED"
    assert {each["readiness"] for each in before["applications"]["nodes"]} <= {"READY_FOR_PLANNING", "PLANNED"}
