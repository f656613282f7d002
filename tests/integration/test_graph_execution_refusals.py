"""What an execution does not let happen: steps out of order, sign-offs of what is not done, changes of its plan."""

from __future__ import annotations

from typing import Any

from domain.access import Role
from tests.graph import Graph
from tests.integration.conftest import Bench, make_tenant
from tests.integration.test_graph_assessment import SUBMIT
from tests.integration.test_graph_commands import ERRORS, START
from tests.integration.test_graph_execution import (
    FLOW,
    HISTORY,
    RECORD,
    answer,
    bench,
    graph,
    ids,
    pass_all,
    problems,
    read,
    record,
    report,
    start,
)
from tests.integration.test_graph_planning import MOVE, REPLAN, RUN, wake
from tests.integration.test_graph_planning import start as start_plan
from tests.integration.test_graph_portfolio import ask
from tests.toy import new_tenant

__all__ = ["bench", "graph", "ids"]

CANCEL = f"mutation ($input: FlowActionInput!) {{ cancelFlow(input: $input) {{ flow {{ id status }} {ERRORS} }} }}"
DELETE = f"mutation ($input: FlowActionInput!) {{ deleteFlow(input: $input) {{ deletedId {ERRORS} }} }}"
ADOPT = f"mutation ($input: FlowActionInput!) {{ adoptPlan(input: $input) {{ flow {{ id }} {ERRORS} }} }}"
WAVES = """query ($id: ID!) { flow(id: $id) { status version child { ... on PlanningFlow { wavePlan { version
  waves { id number applications { name } } } } } } }"""
EVENTS = """query ($id: ID!) { flow(id: $id) { events(first: 100, kinds: [OVERRIDE, CHILD_CHANGED, LEARNING]) { nodes {
  kind ... on ChildChanged { changedIds } } } learnings { nodes { kind summary } } } }"""


async def running(graph: Graph, bench: Bench, ids: dict[str, str], *names: str) -> dict[str, Any]:
    """An execution of these whose runbook is being done."""
    flow_id = await start(graph, bench, applicationIds=[ids[name] for name in names])
    await pass_all(graph, (await read(graph, flow_id))["readinessChecks"])
    assert await answer(graph, bench, flow_id, "pre_migration") == []
    return await read(graph, flow_id)


def steps(found: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [each for each in found["runbook"] if (each["application"] or {}).get("name") == name]


def of_kind(found: dict[str, Any], name: str, kind: str) -> dict[str, Any]:
    return next(each for each in steps(found, name) if each["kind"] == kind)


def statuses(found: dict[str, Any]) -> dict[int, str]:
    return {each["number"]: each["status"] for each in found["runbook"]}


async def test_open_checks_are_named_and_facts_are_waived_by_a_lead_with_evidence(
    graph: Graph, bench: Bench, ids: dict[str, str]
) -> None:
    flow_id = await start(graph, bench, applicationIds=[ids["Archive"]])
    found = await read(graph, flow_id)
    owner = next(each for each in found["readinessChecks"] if each["title"] == "Somebody answers for it")

    early = await answer(graph, bench, flow_id, "pre_migration", confirmedApplicationIds=[ids["Archive"]])
    unsaid = await record(graph, id=owner["id"], passed=True)
    waived = {"id": owner["id"], "passed": True, "evidence": "Ada takes it."}
    assert await graph.code(RECORD, Role.CONTRIBUTOR, input=waived) == "FORBIDDEN"

    assert (owner["passed"], owner["checkedBy"]) == (False, "rules")
    assert owner["evidence"] == "Neither a business nor a technical owner is known."
    assert {code for code, *_ in early} == {"NOT_READY"}
    assert len(early) == sum(each["blocking"] and each["passed"] is not True for each in found["readinessChecks"])
    assert unsaid == [("INVALID_INPUT", "The facts say otherwise: say what your word rests on.", ["evidence"])]
    after = await read(graph, flow_id)
    assert (after["version"], after["readinessChecks"]) == (found["version"], found["readinessChecks"])

    assert await record(graph, Role.LEAD, id=owner["id"], passed=True, evidence="Ada takes it.") == []
    after = await read(graph, flow_id)
    (override,) = after["overrides"]["nodes"]
    assert (override["phase"], override["subject"]) == ("pre_migration", "Archive: Somebody answers for it")
    assert (override["after"], override["rationale"]) == (
        {"passed": True, "evidence": "Ada takes it."},
        "Ada takes it.",
    )
    told = (await graph.data(EVENTS, id=flow_id))["flow"]
    assert [each["kind"] for each in told["events"]["nodes"]][-3:] == ["CHILD_CHANGED", "OVERRIDE", "LEARNING"]
    assert told["events"]["nodes"][-3]["changedIds"] == [owner["id"]]


async def test_a_failed_step_blocks_only_what_needs_it_and_the_way_back_is_the_reverse(
    graph: Graph, bench: Bench, ids: dict[str, str]
) -> None:
    found = await running(graph, bench, ids, "Archive", "Ledger")
    opening = found["runbook"][0]
    early = await report(graph, of_kind(found, "Ledger", "freeze"), "COMPLETED")
    assert early[0][0] == "INVALID_TRANSITION"
    assert statuses(await read(graph, found["id"])) == statuses(found)
    assert await report(graph, opening, "COMPLETED") == []

    for kind in ("freeze", "replicate"):
        assert await report(graph, of_kind(found, "Ledger", kind), "COMPLETED") == []
    assert await report(graph, of_kind(found, "Ledger", "stop"), "FAILED", note="It hangs.") == []

    after = await read(graph, found["id"])
    assert {each["kind"]: each["status"] for each in steps(after, "Ledger")} == {
        "freeze": "COMPLETED",
        "replicate": "COMPLETED",
        "stop": "FAILED",
        **dict.fromkeys(("synchronize", "start", "test", "switch", "watch"), "BLOCKED"),
    }
    assert of_kind(after, "Archive", "freeze")["status"] == "READY"
    assert after["runbook"][-1]["status"] == "BLOCKED"
    wrong = await report(graph, of_kind(found, "Ledger", "freeze"), "ROLLED_BACK")
    assert wrong[0][0] == "INVALID_TRANSITION"
    assert [each["number"] for each in after["rollbackOrder"]] == [
        of_kind(after, "Ledger", "stop")["number"],
        of_kind(after, "Ledger", "replicate")["number"],
        of_kind(after, "Ledger", "freeze")["number"],
        1,
    ]

    await _one_goes_back_and_the_other_arrives(graph, bench, found, ids)


async def _one_goes_back_and_the_other_arrives(
    graph: Graph, bench: Bench, found: dict[str, Any], ids: dict[str, str]
) -> None:
    """Ledger is mended, then taken back; Archive is moved all the same."""
    assert await report(graph, of_kind(found, "Ledger", "stop"), "READY") == []
    assert of_kind(await read(graph, found["id"]), "Ledger", "synchronize")["status"] == "PENDING"
    for kind in ("stop", "replicate", "freeze"):
        begun = of_kind(await read(graph, found["id"]), "Ledger", kind)["status"] in ("COMPLETED", "FAILED")
        if begun:
            assert await report(graph, of_kind(found, "Ledger", kind), "ROLLED_BACK") == []
    unfinished = await answer(
        graph, bench, found["id"], "migration_execution", confirmedApplicationIds=[ids["Archive"]]
    )
    assert {code for code, *_ in unfinished} == {"NOT_READY"}
    for kind in ("freeze", "replicate", "stop", "synchronize", "start", "test", "switch", "watch"):
        assert await report(graph, of_kind(found, "Archive", kind), "COMPLETED") == []
    assert await answer(graph, bench, found["id"], "migration_execution") == []
    found = await read(graph, found["id"])
    await pass_all(graph, found["validations"])
    assert await answer(graph, bench, found["id"], "post_migration") == []
    found = await read(graph, found["id"])
    assert {each["name"]: each["readiness"] for each in found["applications"]["nodes"]} == {
        "Archive": "MIGRATED",
        "Ledger": "READY_FOR_PLANNING",
    }
    assert found["phases"]["post_migration"]["result"]["returnedApplicationIds"] == [ids["Ledger"]]
    history = (await graph.data(HISTORY, id=ids["Ledger"]))["application"]["history"]["nodes"]
    moves = [(each["before"], each["after"]) for each in history if each["field"] == "readiness"]
    assert moves[:2] == [("MIGRATING", "READY_FOR_PLANNING"), ("READY_FOR_PLANNING", "MIGRATING")]


async def test_what_arrived_is_signed_off_by_a_lead_or_taken_back(
    graph: Graph, bench: Bench, ids: dict[str, str]
) -> None:
    found = await running(graph, bench, ids, "Payroll")
    for step in found["runbook"]:
        assert await report(graph, step, "COMPLETED", owner="Pipeline 7") == []
    assert await answer(graph, bench, found["id"], "migration_execution") == []

    signed = {"flowId": found["id"], "phase": "post_migration", "data": {"confirmedApplicationIds": [ids["Payroll"]]}}
    assert await graph.code(SUBMIT, Role.CONTRIBUTOR, input=signed) == "FORBIDDEN"
    refused = await answer(graph, bench, found["id"], "post_migration", Role.LEAD)
    before = await read(graph, found["id"])
    assert {code for code, *_ in refused} == {"NOT_READY"}
    assert (before["status"], before["progress"]) == ("AWAITING_INPUT", 80)

    for step in reversed(found["runbook"]):
        assert await report(graph, step, "ROLLED_BACK") == []
    assert await answer(graph, bench, found["id"], "post_migration", Role.LEAD) == []
    after = await read(graph, found["id"])
    assert (after["status"], after["applications"]["nodes"][0]["readiness"]) == ("COMPLETED", "READY_FOR_PLANNING")
    late = await report(graph, found["runbook"][0], "READY")
    assert [code for code, *_ in late] == ["INVALID_TRANSITION"]
    again = await start(graph, bench, applicationIds=[ids["Payroll"]])
    follower = await read(graph, again)
    assert (follower["iteration"], follower["previousIteration"]) == (after["iteration"] + 1, {"id": found["id"]})
    second = await graph.data(START, input={"configuration": {"execution": {"applicationIds": [ids["Payroll"]]}}})
    assert second["startFlow"]["errors"] == []


async def adopted(graph: Graph, bench: Bench, ids: dict[str, str]) -> tuple[str, Any]:
    """A plan of them that is in force, and its waves."""
    plan_id = await start_plan(graph, ids, advance=True)
    await bench.drive()
    assert (await ask(graph, ADOPT, flowId=plan_id))[1] == []
    return plan_id, (await graph.data(WAVES, id=plan_id))["flow"]["child"]["wavePlan"]


async def test_a_wave_is_executed_and_its_plan_is_not_changed_under_it(
    graph: Graph, bench: Bench, ids: dict[str, str]
) -> None:
    plan_id, waves = await adopted(graph, bench, ids)
    wave = waves["waves"][0]
    flow_id = await start(graph, bench, waveId=wave["id"])
    found = await read(graph, flow_id)
    names = sorted(each["name"] for each in wave["applications"])

    assert found["wave"] == {"number": wave["number"]}
    assert sorted(each["name"] for each in found["applications"]["nodes"]) == names
    assert found["configuration"]["waveId"] == wave["id"]
    move = {"applicationId": ids[names[0]], "to": {"unassigned": True}}
    for text, input in (
        (RUN, {"phase": "wave_planning"}),
        (REPLAN, {}),
        (MOVE, {"moves": [move]}),
        (DELETE, {}),
    ):
        errors = await problems(graph, text, flowId=plan_id, **input)
        assert [code for code, *_ in errors] == ["INVALID_TRANSITION"], text
        assert f"wave {wave['number']} by" in errors[0][1]
    assert (await graph.data(WAVES, id=plan_id))["flow"]["child"]["wavePlan"] == waves

    await pass_all(graph, found["readinessChecks"])
    assert await answer(graph, bench, flow_id, "pre_migration") == []
    refused = await graph.data(START, input={"configuration": {"execution": {"waveId": wave["id"]}}})
    assert {each["code"] for each in refused["startFlow"]["errors"]} == {"NOT_READY"}
    assert (await ask(graph, CANCEL, flowId=flow_id))[1] == []
    found = await read(graph, flow_id)
    assert {each["readiness"] for each in found["applications"]["nodes"]} == {"PLANNED"}
    late = await report(graph, found["runbook"][0], "COMPLETED")
    assert [code for code, *_ in late] == ["INVALID_TRANSITION"]
    again = await read(graph, await start(graph, bench, waveId=wave["id"]))
    assert (again["iteration"], again["previousIteration"]) == (found["iteration"] + 1, {"id": flow_id})
    assert (await ask(graph, CANCEL, flowId=again["id"]))[1] == []
    assert (await ask(graph, REPLAN, flowId=plan_id))[1] == []
    await bench.drive()
    await wake(bench, plan_id)


async def test_another_tenant_sees_and_reports_nothing(graph: Graph, bench: Bench, ids: dict[str, str]) -> None:
    flow_id = await start(graph, bench, applicationIds=[ids["Archive"]])
    found = await read(graph, flow_id)
    check = found["readinessChecks"][0]
    foreign = new_tenant()
    await make_tenant(graph.engine, foreign)
    other = Graph(graph.engine, bench.work, foreign)

    assert (await other.data(FLOW, id=flow_id))["flow"] is None
    assert (await other.data("query ($id: ID!) { node(id: $id) { id } }", id=check["id"]))["node"] is None
    (error,) = await record(other, id=check["id"], passed=True, evidence="Mine.")
    assert error[:2] == ("NOT_FOUND", "There is no such check.")
    assert (await read(graph, flow_id))["readinessChecks"] == found["readinessChecks"]
