"""A plan through the schema: started, its waves moved, added, locked and taken away, and planned anew around that."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from domain.access import Role
from domain.flow import Stamp
from persistence.database import open_database
from tests.graph import Graph
from tests.integration.conftest import Bench, make_tenant, postgres_bench
from tests.integration.test_graph_assessment import follow
from tests.integration.test_graph_commands import ERRORS, START, started
from tests.integration.test_graph_portfolio import EFFORT, READY, ask
from tests.integration.test_graph_portfolio import SAVE as DEPEND
from tests.toy import new_id, new_tenant, now

CSV = """Application Name,Environment,Criticality,Technologies
Payroll,PRODUCTION,HIGH,Java 8
Ledger,TEST,LOW,COBOL
Archive,TEST,LOW,Java 11
Portal,PRODUCTION,MEDIUM,.NET 6
Mailer,DEVELOPMENT,LOW,Python 3.9
"""
NAMES = ("Payroll", "Ledger", "Archive", "Portal", "Mailer")
PLAN = """query ($id: ID!) { flow(id: $id) { id status version progress allowedActions configuration
  phases { key status } warnings { code message phase } overrides { nodes { phase subject before after rationale } }
  child { ... on PlanningFlow {
    wavePlan { id version source optimalityGap violations { code message }
      unassigned { nodes { name } } waves { id number name locked maxApplications startsOn applications { name } } }
    resourcePlan { id version source allocations { id hours suggested wave { id number } pool { id name } } }
    timeline { id version status startsOn endsOn activities { id name startsOn endsOn workingDays percentComplete pinned
      critical wave { number } } }
    cost { id version total { amount } lines { id category quantity amount { amount } overridden } }
    synthesis { id summary recommendations { title detail priority } } } } } }"""
PART = f"flow {{ id status version phases {{ key status }} }} {ERRORS}"
MOVE = f"""mutation ($input: MoveApplicationsInput!) {{ moveApplications(input: $input) {{
  wavePlan {{ id version }} {PART} }} }}"""
WAVE = f"mutation ($input: SaveWaveInput!) {{ saveWave(input: $input) {{ wavePlan {{ id version }} {PART} }} }}"
DROP = f"mutation ($input: DeleteInput!) {{ deleteWave(input: $input) {{ wavePlan {{ id version }} {PART} }} }}"
REPLAN = f"mutation ($input: FlowActionInput!) {{ replanWaves(input: $input) {{ {PART} }} }}"
RUN = f"mutation ($input: PhaseActionInput!) {{ runPhase(input: $input) {{ {PART} }} }}"
EVENTS = """query ($id: ID!) { flow(id: $id) { events(first: 100, kinds: [OVERRIDE, CHILD_CHANGED, LEARNING]) { nodes {
  kind ... on ChildChanged { changedIds } ... on OverrideRecorded { override { phase } } } } } }"""
LOG = "{ auditLog(first: 20) { nodes { mutation outcome subjectId reason before after } } }"


@pytest.fixture
async def bench(fresh_database: str) -> AsyncIterator[Bench]:
    async with postgres_bench(fresh_database) as made:
        yield made


@pytest.fixture
async def graph(fresh_database: str, bench: Bench) -> AsyncIterator[Graph]:
    engine = open_database(fresh_database)
    yield Graph(engine, bench.work, bench.tenant)
    await engine.dispose()


@dataclass(frozen=True)
class Planned:
    """A plan, and the ids of applications by name."""

    id: str
    ids: dict[str, str]


@pytest.fixture
async def ready(graph: Graph, bench: Bench) -> dict[str, str]:
    """Ids by name of five applications that are ready for planning; Payroll cannot do without Ledger."""
    found = {"discovery": {"source": {"text": CSV}, "fileName": "apps.csv"}}
    await follow(graph, bench, await started(graph, configuration=found))
    nodes = (await graph.data("{ applications { nodes { id name } } }"))["applications"]["nodes"]
    ids = {node["name"]: node["id"] for node in nodes}
    decision = {"strategy": "REHOST", "effort": EFFORT}
    wanted: dict[str, Any] = {
        "applicationIds": list(ids.values()),
        "readiness": "READY_FOR_PLANNING",
        "reason": "Decided.",
    }
    assert (await ask(graph, READY, **wanted, decision=decision))[1] == []
    assert (await ask(graph, DEPEND, fromId=ids["Payroll"], toId=ids["Ledger"], kind="HARD"))[1] == []
    return ids


async def start(graph: Graph, ids: dict[str, str], *, advance: bool = False, **configuration: Any) -> str:
    """A new plan of all of them, two a wave."""
    planning = {"applicationIds": list(ids.values()), "maxAppsPerWave": 2, "startsOn": "2026-12-01", **configuration}
    input = {"configuration": {"planning": planning}, "autoAdvance": advance}
    payload = (await graph.data(START, input=input))["startFlow"]
    assert payload["errors"] == []
    return str(payload["flow"]["id"])


async def run(graph: Graph, bench: Bench, flow_id: str, *phases: str) -> None:
    for phase in phases:
        assert (await ask(graph, RUN, flowId=flow_id, phase=phase))[1] == []
        await bench.drive()


@pytest.fixture
async def plan(graph: Graph, bench: Bench, ready: dict[str, str]) -> Planned:
    """Waves and resources are planned; nothing goes on by itself."""
    flow_id = await start(graph, ready)
    await run(graph, bench, flow_id, "wave_planning", "resource_allocation")
    return Planned(flow_id, ready)


async def wake(bench: Bench, flow_id: str) -> None:
    """What the worker does two seconds after the last change."""
    async with bench.work(bench.tenant) as uow:
        flow = await uow.flows.get(flow_id.partition(":")[2])
        await uow.flows.save(flow.wake(Stamp("system", now(), new_id)))
    await bench.drive()


async def read(graph: Graph, flow_id: str) -> dict[str, Any]:
    flow = dict((await graph.data(PLAN, id=flow_id))["flow"])
    return {**flow, **flow.pop("child"), "phases": {each["key"]: each["status"] for each in flow["phases"]}}


def placed(found: dict[str, Any]) -> dict[int, list[str]]:
    return {wave["number"]: [each["name"] for each in wave["applications"]] for wave in found["wavePlan"]["waves"]}


def wave(found: dict[str, Any], number: int) -> dict[str, Any]:
    return next(dict(each) for each in found["wavePlan"]["waves"] if each["number"] == number)


def holding(found: dict[str, Any], name: str) -> int | None:
    return next((number for number, names in placed(found).items() if name in names), None)


def to(plan: Planned, name: str, **target: Any) -> dict[str, Any]:
    return {"applicationId": plan.ids[name], "to": target}


async def test_a_plan_is_made_of_what_is_ready(graph: Graph, plan: Planned) -> None:
    found = await read(graph, plan.id)

    assert sorted(name for names in placed(found).values() for name in names) == sorted(NAMES)
    assert sorted(len(names) for names in placed(found).values()) == [1, 2, 2]
    assert (holding(found, "Ledger") or 9) <= (holding(found, "Payroll") or 0)
    assert (found["wavePlan"]["version"], found["wavePlan"]["source"]) == (1, "RULES")
    assert found["phases"] == {
        "wave_planning": "COMPLETED",
        "resource_allocation": "COMPLETED",
        "timeline_generation": "READY",
        "cost_estimation": "PENDING",
        "synthesis": "PENDING",
    }


async def test_a_move_is_kept_and_what_it_breaks_is_shown(graph: Graph, bench: Bench, plan: Planned) -> None:
    before = await read(graph, plan.id)
    late = max(placed(before))
    target = wave(before, late)["id"] if holding(before, "Ledger") != late else None
    move = to(plan, "Ledger", waveId=target) if target else to(plan, "Ledger", newWaveNumber=late + 1)

    moved, errors = await ask(
        graph, MOVE, Role.LEAD, flowId=plan.id, moves=[move], rationale="Not before May.", expectedVersion=1
    )

    assert errors == []
    assert moved == {"id": before["wavePlan"]["id"], "version": 2}
    found = await read(graph, plan.id)
    assert holding(found, "Ledger") == (late if target else late + 1)
    assert found["wavePlan"]["source"] == "USER"
    assert found["wavePlan"]["optimalityGap"] is None
    assert found["wavePlan"]["violations"] != []
    assert {each["message"] for each in found["wavePlan"]["violations"]} <= {w["message"] for w in found["warnings"]}
    assert {"SUGGESTED_POOLS"} <= {w["code"] for w in found["warnings"]}
    assert (found["status"], found["phases"]["resource_allocation"]) == ("READY", "STALE")
    (override,) = found["overrides"]["nodes"]
    assert (override["phase"], override["rationale"]) == ("wave_planning", "Not before May.")
    assert override["after"] == [{**override["before"][0], "wave": holding(found, "Ledger")}]
    events = (await graph.data(EVENTS, id=plan.id))["flow"]["events"]["nodes"]
    assert {"kind": "OVERRIDE", "override": {"phase": "wave_planning"}} in events
    told = next(event["changedIds"] for event in events if event["kind"] == "CHILD_CHANGED")
    assert before["wavePlan"]["id"] in told
    assert wave(found, holding(found, "Ledger") or 0)["id"] in told


async def test_a_move_leaves_a_line_in_the_audit_log_and_its_repeat_is_harmless(graph: Graph, plan: Planned) -> None:
    input: dict[str, Any] = {
        "flowId": plan.id,
        "moves": [to(plan, "Mailer", unassigned=True)],
        "idempotencyKey": "once",
    }

    first = await ask(graph, MOVE, **input)
    again = await ask(graph, MOVE, **input)
    other = await ask(graph, MOVE, **{**input, "moves": [to(plan, "Archive", unassigned=True)]})

    assert again == first
    assert other == (None, [("IDEMPOTENCY_CONFLICT", ["idempotencyKey"])])
    found = await read(graph, plan.id)
    assert [each["name"] for each in found["wavePlan"]["unassigned"]["nodes"]] == ["Mailer"]
    assert found["wavePlan"]["version"] == 2
    entries = [e for e in (await graph.data(LOG))["auditLog"]["nodes"] if e["mutation"] == "moveApplications"]
    entry = entries[-1]
    assert [(each["outcome"], each["subjectId"]) for each in entries] == [
        ("REFUSED: IDEMPOTENCY_CONFLICT", plan.id),
        ("REPEATED", plan.id),
        ("OK", found["wavePlan"]["id"]),
    ]
    assert entry["before"]["version"] + 1 == entry["after"]["version"] == found["version"]
    assert entry["after"]["ids"] == [found["wavePlan"]["id"]]


async def test_a_wave_is_added_named_dated_sized_locked_and_taken_away(graph: Graph, plan: Planned) -> None:
    last = max(placed(await read(graph, plan.id)))

    await ask(graph, WAVE, Role.LEAD, flowId=plan.id, name="Leftovers", maxApplications=7)
    added = wave(await read(graph, plan.id), last + 1)
    settled = {"flowId": plan.id, "waveId": added["id"]}
    await ask(graph, WAVE, **settled, startsOn="2027-06-01", locked=True)
    dated = wave(await read(graph, plan.id), last + 1)
    await ask(graph, WAVE, **settled, name=None, startsOn=None, locked=False, maxApplications=None)
    cleared = wave(await read(graph, plan.id), last + 1)
    found = await read(graph, plan.id)
    gone = await ask(graph, DROP, Role.LEAD, id=added["id"], expectedVersion=found["wavePlan"]["version"])

    assert (added["name"], added["maxApplications"], added["applications"]) == ("Leftovers", 7, [])
    assert (dated["name"], dated["maxApplications"], dated["locked"]) == ("Leftovers", 7, True)
    assert (cleared["name"], cleared["maxApplications"], cleared["locked"]) == (f"Wave {last + 1}", None, False)
    assert gone == ({"id": found["wavePlan"]["id"], "version": found["wavePlan"]["version"] + 1}, [])
    assert sorted(placed(await read(graph, plan.id))) == list(range(1, last + 1))
    entry = next(e for e in (await graph.data(LOG))["auditLog"]["nodes"] if e["mutation"] == "deleteWave")
    assert (entry["subjectId"], entry["before"]["ids"]) == (added["id"], [added["id"]])


async def test_what_moved_in_a_wave_that_is_gone_is_unassigned(graph: Graph, plan: Planned) -> None:
    before = await read(graph, plan.id)
    names = placed(before)[2]

    _, errors = await ask(graph, DROP, id=wave(before, 2)["id"])

    found = await read(graph, plan.id)
    assert errors == []
    assert [each["name"] for each in found["wavePlan"]["unassigned"]["nodes"]] == sorted(names)
    assert sorted(placed(found)) == [number for number in sorted(placed(before)) if number != 2]
    assert found["phases"]["resource_allocation"] == "STALE"


async def test_planning_anew_keeps_moves_and_locks(graph: Graph, bench: Bench, plan: Planned) -> None:
    before = await read(graph, plan.id)
    locked = wave(before, 1)
    await ask(graph, WAVE, flowId=plan.id, waveId=locked["id"], locked=True)
    free = next(name for name in NAMES if holding(before, name) != 1)
    await ask(graph, MOVE, flowId=plan.id, moves=[to(plan, free, newWaveNumber=5)])

    _, errors = await ask(graph, REPLAN, Role.CONTRIBUTOR, flowId=plan.id)
    running = (await read(graph, plan.id))["status"]
    await bench.drive()

    found = await read(graph, plan.id)
    assert (errors, running) == ([], "RUNNING")
    assert holding(found, free) == 5
    assert (wave(found, 1)["id"], wave(found, 1)["locked"]) == (locked["id"], True)
    assert placed(found)[1] == placed(before)[1]
    assert found["phases"]["wave_planning"] == "COMPLETED"


async def test_of_two_who_move_at_once_the_second_is_told_what_changed(graph: Graph, plan: Planned) -> None:
    text = MOVE.replace("message path", "message path details")
    first = {"flowId": plan.id, "moves": [to(plan, "Mailer", unassigned=True)], "expectedVersion": 1}
    await ask(graph, MOVE, **first, user="bob")

    payload = await graph.data(text, input={**first, "moves": [to(plan, "Archive", unassigned=True)]})
    (error,) = payload["moveApplications"]["errors"]

    assert (error["code"], error["path"]) == ("VERSION_CONFLICT", ["expectedVersion"])
    assert error["details"].pop("changedAt").endswith("Z")
    assert error["details"] == {"expectedVersion": 1, "currentVersion": 2, "changedBy": "bob", "changed": ["Mailer"]}
    found = await read(graph, plan.id)
    assert [each["name"] for each in found["wavePlan"]["unassigned"]["nodes"]] == ["Mailer"]


async def test_all_that_is_wrong_with_moves_is_named_and_nothing_moves(graph: Graph, plan: Planned) -> None:
    before = await read(graph, plan.id)
    moves = [
        to(plan, "Payroll", waveId=f"Wave:{new_id()}"),
        to(plan, "Payroll", newWaveNumber=1),
        {"applicationId": f"Application:{new_id()}", "to": {"unassigned": True}},
        to(plan, "Mailer", unassigned=False),
    ]

    refused = await ask(graph, MOVE, flowId=plan.id, moves=moves)
    none = await ask(graph, MOVE, flowId=plan.id, moves=[])
    sized = await ask(graph, WAVE, flowId=plan.id, name=" ", maxApplications=0)
    stranger = await ask(graph, WAVE, flowId=plan.id, waveId=f"Wave:{new_id()}", locked=True)

    assert refused[0] is None
    assert sorted(refused[1]) == [
        ("ALREADY_EXISTS", ["moves", "1", "to", "newWaveNumber"]),
        ("INVALID_INPUT", ["moves", "1", "applicationId"]),
        ("INVALID_INPUT", ["moves", "3", "to", "unassigned"]),
        ("NOT_FOUND", ["moves", "0", "to", "waveId"]),
        ("NOT_FOUND", ["moves", "2", "applicationId"]),
    ]
    assert none == (None, [("INVALID_INPUT", ["moves"])])
    assert sized == (None, [("INVALID_INPUT", ["name"]), ("INVALID_INPUT", ["maxApplications"])])
    assert stranger == (None, [("NOT_FOUND", ["waveId"])])
    assert await read(graph, plan.id) == before


async def test_only_a_lead_changes_a_plan_and_only_his_own(graph: Graph, bench: Bench, plan: Planned) -> None:
    before = await read(graph, plan.id)
    moves: dict[str, Any] = {"flowId": plan.id, "moves": [to(plan, "Mailer", unassigned=True)]}
    one = {"id": wave(before, 1)["id"]}
    stranger = Graph(graph.engine, graph.work, new_tenant())
    await make_tenant(graph.engine, stranger.tenant)
    discovery = (await graph.data("{ flows(filter: { types: [DISCOVERY] }) { nodes { id } } }"))["flows"]["nodes"][0]

    forbidden = [
        await graph.code(MOVE, Role.ARCHITECT, input=moves),
        await graph.code(WAVE, Role.CONTRIBUTOR, input={"flowId": plan.id, "name": "x"}),
        await graph.code(DROP, Role.CONTRIBUTOR, input=one),
        await graph.code(REPLAN, Role.VIEWER, input={"flowId": plan.id}),
    ]
    foreign = [await ask(stranger, MOVE, **moves), await ask(stranger, DROP, **one)]
    elsewhere = await ask(graph, MOVE, **{**moves, "flowId": discovery["id"]})
    nowhere = await ask(graph, REPLAN, flowId=f"MasterFlow:{new_id()}")

    assert forbidden == ["FORBIDDEN"] * 4
    assert foreign == [(None, [("NOT_FOUND", ["flowId"])]), (None, [("NOT_FOUND", ["id"])])]
    assert elsewhere == (None, [("NOT_FOUND", ["flowId"])])
    assert nowhere == (None, [("NOT_FOUND", ["flowId"])])
    assert await read(graph, plan.id) == before
    assert "OVERRIDE" in before["allowedActions"]
    architect = await graph.data("query ($id: ID!) { flow(id: $id) { allowedActions } }", Role.ARCHITECT, id=plan.id)
    assert "OVERRIDE" not in architect["flow"]["allowedActions"]


async def test_what_has_no_result_yet_is_not_changed(graph: Graph, ready: dict[str, str]) -> None:
    flow_id = await start(graph, ready)
    move = {"applicationId": ready["Payroll"], "to": {"unassigned": True}}

    refused = await ask(graph, MOVE, flowId=flow_id, moves=[move])

    assert refused == (None, [("INVALID_TRANSITION", [])])
    assert (await read(graph, flow_id))["version"] == 1
