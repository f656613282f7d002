"""A whole plan through the schema, and what people change of its hours, dates, costs and words."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from domain.access import Role
from domain.errors import Refused
from engine.run import Run
from tests.graph import Graph
from tests.integration.conftest import Bench, make_tenant
from tests.integration.test_graph_commands import ERRORS
from tests.integration.test_graph_planning import (
    LOG,
    MOVE,
    PART,
    REPLAN,
    RUN,
    Planned,
    bench,
    graph,
    read,
    ready,
    start,
    to,
    wake,
)
from tests.integration.test_graph_portfolio import ask
from tests.toy import new_id, new_tenant

__all__ = ["bench", "graph", "ready"]

HOURS = f"""mutation ($input: OverrideAllocationInput!) {{ overrideAllocation(input: $input) {{
  resourcePlan {{ id version }} {PART} }} }}"""
DATES = f"""mutation ($input: OverrideActivityInput!) {{ overrideActivity(input: $input) {{
  timeline {{ id version }} {PART} }} }}"""
COSTS = f"""mutation ($input: OverrideCostLineInput!) {{ overrideCostLine(input: $input) {{
  cost {{ id version }} {PART} }} }}"""
UPDATE = f"mutation ($input: UpdateFlowInput!) {{ updateFlow(input: $input) {{ {PART} }} }}"
WORDS = f"mutation ($input: OverrideSynthesisInput!) {{ overrideSynthesis(input: $input) {{ {PART} }} }}"
POOL = "id name role hoursPerDay availableFrom availableUntil hourlyRate { amount currency } skills suggested version"
SAVE_POOL = f"""mutation ($input: SaveResourcePoolInput!) {{ saveResourcePool(input: $input) {{
  pool {{ {POOL} }} {ERRORS} }} }}"""
DROP_POOL = f"mutation ($input: DeleteInput!) {{ deleteResourcePool(input: $input) {{ deletedId {ERRORS} }} }}"
POOLS = f"{{ resourcePools {{ {POOL} }} }}"
ACCEPT = f"mutation ($input: PhaseActionInput!) {{ acceptPhase(input: $input) {{ {PART} }} }}"
BUILDERS: dict[str, Any] = {
    "name": "Builders",
    "role": "engineer",
    "hoursPerDay": "16",
    "availableFrom": "2026-12-01",
    "hourlyRate": "95.50",
    "skills": ["Java", "java", "COBOL"],
}
DONE = dict.fromkeys(
    ("wave_planning", "resource_allocation", "timeline_generation", "cost_estimation", "synthesis"), "COMPLETED"
)


@pytest.fixture
async def whole(graph: Graph, bench: Bench, ready: dict[str, str]) -> Planned:
    """A plan that has run through its five phases by itself."""
    flow_id = await start(graph, ready, advance=True)
    await bench.drive()
    return Planned(flow_id, ready)


async def conflict(graph: Graph, text: str, **input: Any) -> tuple[str, Any]:
    """The code of the refusal, and by whom and what was changed."""
    (payload,) = (await graph.data(text.replace("message path", "message path details"), input=input)).values()
    (error,) = payload["errors"]
    return error["code"], (error["details"]["changedBy"], error["details"]["changed"])


def stale(found: dict[str, Any]) -> list[str]:
    return [key for key, status in found["phases"].items() if status == "STALE"]


async def test_a_plan_runs_through_its_five_phases_by_itself(graph: Graph, whole: Planned) -> None:
    found = await read(graph, whole.id)

    assert (found["status"], found["progress"], found["phases"]) == ("COMPLETED", 100, DONE)
    assert found["timeline"]["status"] == "DRAFT"
    assert found["timeline"]["activities"] != []
    assert Decimal(found["cost"]["total"]["amount"]) > 0
    assert found["synthesis"]["summary"] != ""
    assert {each["wave"]["number"] for each in found["timeline"]["activities"]} == {
        each["number"] for each in found["wavePlan"]["waves"]
    }


async def test_hours_are_given_and_what_rests_on_them_is_worked_out_anew(
    graph: Graph, bench: Bench, whole: Planned
) -> None:
    before = await read(graph, whole.id)
    row = before["resourcePlan"]["allocations"][0]
    wanted = {"flowId": whole.id, "waveId": row["wave"]["id"], "poolId": row["pool"]["id"], "hours": "777.25"}

    given, errors = await ask(graph, HOURS, Role.LEAD, **wanted, expectedVersion=before["resourcePlan"]["version"])
    changed = await read(graph, whole.id)
    await wake(bench, whole.id)

    assert errors == []
    assert given == {"id": before["resourcePlan"]["id"], "version": before["resourcePlan"]["version"] + 1}
    assert (changed["status"], stale(changed)) == ("READY", ["timeline_generation", "cost_estimation", "synthesis"])
    own = next(each for each in changed["resourcePlan"]["allocations"] if each["id"] == row["id"])
    assert (Decimal(own["hours"]), own["suggested"]) == (Decimal("777.25"), False)
    found = await read(graph, whole.id)
    assert (found["status"], found["phases"]) == ("COMPLETED", DONE)
    kept = next(each for each in found["resourcePlan"]["allocations"] if each["id"] == row["id"])
    assert kept == own
    assert found["cost"]["total"] != before["cost"]["total"]


async def test_an_activity_is_pinned_and_let_go_again(graph: Graph, whole: Planned) -> None:
    before = await read(graph, whole.id)
    last = max(before["timeline"]["activities"], key=lambda each: str(each["startsOn"]))
    wanted = {"flowId": whole.id, "activityId": last["id"]}

    pinned, errors = await ask(graph, DATES, Role.LEAD, **wanted, startsOn="2029-03-05", rationale="Room is free.")
    there = next(each for each in (await read(graph, whole.id))["timeline"]["activities"] if each["id"] == last["id"])
    after = await read(graph, whole.id)
    await ask(graph, DATES, **wanted, percentComplete=40)
    moving = next(each for each in (await read(graph, whole.id))["timeline"]["activities"] if each["id"] == last["id"])
    _, undone = await ask(graph, DATES, **wanted, startsOn=None, percentComplete=None)

    assert (errors, undone) == ([], [])
    assert pinned == {"id": before["timeline"]["id"], "version": before["timeline"]["version"] + 1}
    assert (there["startsOn"], there["pinned"]) == ("2029-03-05", True)
    assert stale(after) == ["cost_estimation", "synthesis"]
    assert (moving["startsOn"], moving["percentComplete"]) == ("2029-03-05", 40)
    free = next(each for each in (await read(graph, whole.id))["timeline"]["activities"] if each["id"] == last["id"])
    assert free == last


async def test_a_cost_is_set_and_set_back(graph: Graph, bench: Bench, whole: Planned) -> None:
    before = await read(graph, whole.id)
    line = before["cost"]["lines"][0]
    wanted = {"flowId": whole.id, "lineId": line["id"], "rationale": "As offered."}

    cost, errors = await ask(graph, COSTS, Role.LEAD, **wanted, quantity="2", unitCost="1000.50")
    dearer = await read(graph, whole.id)
    await ask(graph, COSTS, **wanted, quantity=None, unitCost=None)
    back = await read(graph, whole.id)

    assert errors == []
    assert cost == {"id": before["cost"]["id"], "version": before["cost"]["version"] + 1}
    own = next(each for each in dearer["cost"]["lines"] if each["id"] == line["id"])
    assert (own["amount"]["amount"], own["overridden"]) == ("2001.00", True)
    assert dearer["cost"]["total"] != before["cost"]["total"]
    assert stale(dearer) == ["synthesis"]
    assert back["cost"]["lines"] == before["cost"]["lines"]
    assert back["cost"]["total"] == before["cost"]["total"]
    await wake(bench, whole.id)
    assert (await read(graph, whole.id))["status"] == "COMPLETED"


async def test_a_plan_is_put_into_a_persons_words_by_the_version_of_its_flow(graph: Graph, whole: Planned) -> None:
    before = await read(graph, whole.id)
    said = {"title": "Ask the bank", "detail": "Before May.", "priority": "URGENT"}
    wanted: dict[str, Any] = {
        "flowId": whole.id,
        "summary": "We move.",
        "recommendations": [said],
        "rationale": "For the board.",
    }

    flow, errors = await ask(graph, WORDS, Role.LEAD, **wanted, expectedVersion=before["version"])
    late = await ask(graph, WORDS, **{**wanted, "summary": "Late."}, expectedVersion=before["version"])
    found = await read(graph, whole.id)
    await ask(graph, WORDS, flowId=whole.id, summary=None, rationale="The rules' words will do.")

    assert (errors, flow["version"], flow["status"]) == ([], before["version"] + 1, "COMPLETED")
    assert late == (None, [("VERSION_CONFLICT", ["expectedVersion"])])
    assert (found["synthesis"]["summary"], found["synthesis"]["recommendations"]) == ("We move.", [said])
    (override,) = found["overrides"]["nodes"]
    assert (override["phase"], override["rationale"]) == ("synthesis", "For the board.")
    after = await read(graph, whole.id)
    assert after["synthesis"]["summary"] == before["synthesis"]["summary"]
    assert after["synthesis"]["recommendations"] == [said]
    entry = next(e for e in (await graph.data(LOG))["auditLog"]["nodes"] if e["outcome"] == "OK")
    assert (entry["mutation"], entry["subjectId"]) == ("overrideSynthesis", before["synthesis"]["id"])


async def test_whoever_changes_what_another_has_changed_is_told(graph: Graph, whole: Planned) -> None:
    before = await read(graph, whole.id)
    row, line = before["resourcePlan"]["allocations"][0], before["cost"]["lines"][0]
    activity = before["timeline"]["activities"][0]
    hours = {"flowId": whole.id, "waveId": row["wave"]["id"], "poolId": row["pool"]["id"], "expectedVersion": 1}
    days = {"flowId": whole.id, "activityId": activity["id"], "expectedVersion": before["timeline"]["version"]}
    price = {"flowId": whole.id, "lineId": line["id"], "rationale": "x", "expectedVersion": before["cost"]["version"]}
    await ask(graph, COSTS, **price, unitCost="7", user="bob")
    await ask(graph, DATES, **days, percentComplete=10, user="bob")
    await ask(graph, HOURS, **hours, hours="5", user="bob")
    after = await read(graph, whole.id)

    told = [
        await conflict(graph, COSTS, **price, unitCost="8"),
        await conflict(graph, DATES, **days, percentComplete=20),
        await conflict(graph, HOURS, **hours, hours="6"),
    ]

    assert [code for code, _ in told] == ["VERSION_CONFLICT"] * 3
    assert {by for _, (by, _) in told} == {"bob"}
    assert all(what for _, (_, what) in told)
    assert await read(graph, whole.id) == after


async def test_what_is_wrong_is_refused_where_it_is_and_nothing_changes(graph: Graph, whole: Planned) -> None:
    before = await read(graph, whole.id)
    row, line = before["resourcePlan"]["allocations"][0], before["cost"]["lines"][0]
    activity = before["timeline"]["activities"][0]
    of = {"flowId": whole.id}

    refused = [
        await ask(graph, HOURS, **of, waveId=f"Wave:{new_id()}", poolId=f"ResourcePool:{new_id()}", hours="-1"),
        await ask(graph, HOURS, **of, waveId=row["pool"]["id"], poolId=row["pool"]["id"], hours="1"),
        await ask(graph, DATES, **of, activityId=activity["id"], workingDays=0, percentComplete=101),
        await ask(graph, DATES, **of, activityId=f"Activity:{new_id()}", workingDays=5),
        await ask(graph, COSTS, **of, lineId=line["id"], rationale=" ", quantity="-1"),
        await ask(graph, COSTS, **of, lineId=f"CostLine:{new_id()}", rationale="x", quantity="1"),
        await ask(graph, WORDS, **of, rationale=" ", summary=" "),
        await ask(graph, WORDS, **of, rationale="x"),
    ]

    assert [sorted(errors) for _, errors in refused] == [
        [("INVALID_INPUT", ["hours"]), ("NOT_FOUND", ["poolId"]), ("NOT_FOUND", ["waveId"])],
        [("NOT_FOUND", ["waveId"])],
        [("INVALID_INPUT", ["percentComplete"]), ("INVALID_INPUT", ["workingDays"])],
        [("NOT_FOUND", ["activityId"])],
        [("INVALID_INPUT", ["quantity"]), ("INVALID_INPUT", ["rationale"])],
        [("NOT_FOUND", ["lineId"])],
        [("INVALID_INPUT", ["rationale"]), ("INVALID_INPUT", ["summary"])],
        [("INVALID_INPUT", [])],
    ]
    assert [part for part, _ in refused] == [None] * len(refused)
    assert await read(graph, whole.id) == before


async def test_only_a_lead_changes_any_part_and_nobody_a_strangers(graph: Graph, whole: Planned) -> None:
    before = await read(graph, whole.id)
    row, line = before["resourcePlan"]["allocations"][0], before["cost"]["lines"][0]
    wanted: dict[str, dict[str, Any]] = {
        HOURS: {"flowId": whole.id, "waveId": row["wave"]["id"], "poolId": row["pool"]["id"], "hours": "1"},
        DATES: {"flowId": whole.id, "activityId": before["timeline"]["activities"][0]["id"], "workingDays": 30},
        COSTS: {"flowId": whole.id, "lineId": line["id"], "rationale": "x", "quantity": "1"},
        WORDS: {"flowId": whole.id, "rationale": "x", "summary": "y"},
        SAVE_POOL: BUILDERS,
        DROP_POOL: {"id": row["pool"]["id"]},
    }
    stranger = Graph(graph.engine, graph.work, new_tenant())
    await make_tenant(graph.engine, stranger.tenant)

    forbidden = [
        await graph.code(text, role, input=input)
        for text, input in wanted.items()
        for role in (Role.CONTRIBUTOR, Role.ARCHITECT)
    ]
    foreign = [await ask(stranger, text, **wanted[text]) for text in wanted if text is not SAVE_POOL]

    assert set(forbidden) == {"FORBIDDEN"}
    assert [errors for _, errors in foreign] == [[("NOT_FOUND", ["flowId"])]] * 4 + [[("NOT_FOUND", ["id"])]]
    assert await read(graph, whole.id) == before


async def test_of_two_who_change_it_at_once_one_wins(graph: Graph, whole: Planned) -> None:
    before = await read(graph, whole.id)
    line = before["cost"]["lines"][0]
    wanted = {"flowId": whole.id, "lineId": line["id"], "rationale": "x", "expectedVersion": before["cost"]["version"]}
    other = Graph(graph.engine, graph.work, graph.tenant)

    answers = await asyncio.gather(
        ask(graph, COSTS, **wanted, unitCost="7", user="bob"), ask(other, COSTS, **wanted, unitCost="8", user="carol")
    )

    found = await read(graph, whole.id)
    (kept,) = [part for part, errors in answers if not errors]
    (lost,) = [errors for _, errors in answers if errors]
    assert kept == {"id": before["cost"]["id"], "version": found["cost"]["version"]}
    assert lost == [("VERSION_CONFLICT", ["expectedVersion"])]
    assert found["cost"]["version"] == before["cost"]["version"] + 1
    assert len(found["overrides"]["nodes"]) == 1


async def test_a_change_stops_the_later_phase_that_runs_and_none_that_it_changes(
    graph: Graph, bench: Bench, whole: Planned
) -> None:
    await ask(graph, RUN, flowId=whole.id, phase="cost_estimation")
    bench.take_jobs()

    _, errors = await ask(graph, MOVE, flowId=whole.id, moves=[to(whole, "Mailer", unassigned=True)])
    stopped = await read(graph, whole.id)
    await ask(graph, REPLAN, flowId=whole.id)
    bench.take_jobs()
    _, refused = await ask(graph, MOVE, flowId=whole.id, moves=[to(whole, "Portal", unassigned=True)])

    assert errors == []
    assert (stopped["status"], stopped["phases"]["cost_estimation"]) == ("READY", "PENDING")
    assert refused == [("INVALID_TRANSITION", ["flowId"])]
    after = (await read(graph, whole.id))["wavePlan"]
    assert [each["name"] for each in after["unassigned"]["nodes"]] == ["Mailer"]


async def test_what_stays_stale_can_be_accepted_as_it_is(graph: Graph, whole: Planned) -> None:
    line = (await read(graph, whole.id))["cost"]["lines"][0]
    await ask(graph, COSTS, flowId=whole.id, lineId=line["id"], rationale="x", unitCost="7")

    _, errors = await ask(graph, ACCEPT, Role.CONTRIBUTOR, flowId=whole.id, phase="synthesis", reason="It still holds.")

    found = await read(graph, whole.id)
    assert errors == []
    assert (found["status"], found["phases"]) == ("COMPLETED", DONE)


async def test_a_moved_application_takes_its_dates_and_costs_along(graph: Graph, bench: Bench, whole: Planned) -> None:
    before = await read(graph, whole.id)

    await ask(graph, MOVE, flowId=whole.id, moves=[to(whole, "Mailer", unassigned=True)])
    await wake(bench, whole.id)

    found = await read(graph, whole.id)
    assert (found["status"], found["phases"]) == ("COMPLETED", DONE)
    assert Decimal(found["cost"]["total"]["amount"]) < Decimal(before["cost"]["total"]["amount"])


async def test_pools_are_kept_by_a_lead(graph: Graph, ready: dict[str, str]) -> None:
    made, errors = await ask(graph, SAVE_POOL, Role.LEAD, **BUILDERS)
    about = {"id": made["id"], **BUILDERS, "availableUntil": "2027-06-30"}
    about.pop("availableFrom")
    until, _ = await ask(graph, SAVE_POOL, **about)
    cleared, _ = await ask(graph, SAVE_POOL, **{**about, "availableFrom": None, "availableUntil": None})
    late = await ask(graph, SAVE_POOL, **about, expectedVersion=1)
    wrong = await ask(graph, SAVE_POOL, **{**BUILDERS, "name": " ", "hoursPerDay": "0", "hourlyRate": "-1"})
    nobody = await ask(graph, SAVE_POOL, **{**BUILDERS, "id": f"ResourcePool:{new_id()}"})
    pools = (await graph.data(POOLS))["resourcePools"]
    gone = await ask(graph, DROP_POOL, Role.LEAD, id=made["id"], expectedVersion=3)
    again = await ask(graph, DROP_POOL, id=made["id"])

    assert errors == []
    assert (made["name"], made["skills"], made["suggested"], made["version"]) == (
        "Builders", ["Java", "COBOL"], False, 1,
    )  # fmt: skip
    assert made["hourlyRate"] == {"amount": "95.50", "currency": "USD"}
    assert (until["availableFrom"], until["availableUntil"]) == ("2026-12-01", "2027-06-30")
    assert (cleared["availableFrom"], cleared["availableUntil"], cleared["version"]) == (None, None, 3)
    assert late == (None, [("VERSION_CONFLICT", ["expectedVersion"])])
    assert sorted(wrong[1]) == [
        ("INVALID_INPUT", ["hourlyRate"]),
        ("INVALID_INPUT", ["hoursPerDay"]),
        ("INVALID_INPUT", ["name"]),
    ]
    assert nobody == (None, [("NOT_FOUND", ["id"])])
    assert pools == [cleared]
    assert gone == (made["id"], [])
    assert again == (None, [("NOT_FOUND", ["id"])])
    assert (await graph.data(POOLS))["resourcePools"] == []
    entries = {e["mutation"]: e for e in (await graph.data(LOG))["auditLog"]["nodes"] if e["outcome"] == "OK"}
    assert entries["deleteResourcePool"]["before"]["ids"] == [made["id"]]
    assert entries["saveResourcePool"]["subjectId"] == made["id"]


async def test_what_a_person_made_impossible_he_can_undo(graph: Graph, bench: Bench, whole: Planned) -> None:
    """A pin of last year, after the plan was put off: nothing but taking it away lets the plan go on."""
    pinned = (await read(graph, whole.id))["timeline"]["activities"][0]
    wanted = {"flowId": whole.id, "activityId": pinned["id"]}
    await ask(graph, DATES, Role.LEAD, **wanted, startsOn=pinned["startsOn"])
    later = {"applicationIds": list(whole.ids.values()), "startsOn": "2027-12-01"}
    _, errors = await ask(graph, UPDATE, flowId=whole.id, configuration={"planning": later})
    assert errors == []
    with pytest.raises(Refused, match="is pinned to"):
        await wake(bench, whole.id)
    await fail(bench, whole.id)
    failed = await read(graph, whole.id)
    assert (failed["status"], failed["phases"]["timeline_generation"]) == ("FAILED", "FAILED")
    assert "OVERRIDE" in failed["allowedActions"]

    _, undone = await ask(graph, DATES, **wanted, startsOn=None)

    mended = await read(graph, whole.id)
    await wake(bench, whole.id)
    assert (undone, mended["status"], mended["phases"]["timeline_generation"]) == ([], "READY", "STALE")
    found = await read(graph, whole.id)
    assert (found["status"], found["timeline"]["startsOn"]) == ("COMPLETED", "2027-12-01")


async def fail(bench: Bench, flow_id: str) -> None:
    """What the worker tells of a refusal."""
    id = flow_id.partition(":")[2]
    async with bench.work(bench.tenant) as uow:
        running = (await uow.flows.get(id)).running
    assert running is not None
    run = Run(bench.tenant, id, str(running.run_id))
    await bench.runner().fail(run, "INFEASIBLE", "It is pinned to another year.", retryable=False)
