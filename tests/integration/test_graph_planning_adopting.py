"""Plans in force through the schema: adopted, taken over, cancelled, and not to be deleted."""

from __future__ import annotations

from typing import Any

from domain.access import Role
from domain.application import Application, Readiness
from persistence.event_log import EventReader
from tests.graph import Graph
from tests.integration.conftest import Bench, make_tenant
from tests.integration.test_graph_commands import ERRORS, START
from tests.integration.test_graph_planning import (
    LOG,
    MOVE,
    NAMES,
    PART,
    Planned,
    bench,
    graph,
    holding,
    placed,
    read,
    ready,
    run,
    start,
    to,
    wake,
    wave,
)
from tests.integration.test_graph_planning_changes import COSTS, whole
from tests.integration.test_graph_portfolio import READY, ask
from tests.toy import new_id, new_tenant

__all__ = ["bench", "graph", "ready", "whole"]

ADOPT = f"mutation ($input: FlowActionInput!) {{ adoptPlan(input: $input) {{ {PART} }} }}"
CANCEL = f"mutation ($input: FlowActionInput!) {{ cancelFlow(input: $input) {{ {PART} }} }}"
DELETE = f"mutation ($input: FlowActionInput!) {{ deleteFlow(input: $input) {{ deletedId {ERRORS} }} }}"
UPDATE = f"mutation ($input: UpdateFlowInput!) {{ updateFlow(input: $input) {{ {PART} }} }}"
STANDING = """{ applications { nodes { id name readiness wave { number }
  history(first: 1) { nodes { field before after by reason } } } } }"""


async def standing(graph: Graph) -> dict[str, tuple[str, int | None]]:
    """By name, how ready each application is, and its wave in force."""
    nodes = (await graph.data(STANDING))["applications"]["nodes"]
    return {node["name"]: (node["readiness"], node["wave"] and node["wave"]["number"]) for node in nodes}


async def adopted(graph: Graph, flow_id: str, **more: Any) -> list[Any]:
    return list((await ask(graph, ADOPT, Role.LEAD, flowId=flow_id, **more))[1])


async def another(graph: Graph, bench: Bench, whole: Planned, *names: str, **configuration: Any) -> str:
    """A second plan of these applications, completed; of all when none are named."""
    flow_id = await start(graph, {name: whole.ids[name] for name in names or NAMES}, advance=True, **configuration)
    await bench.drive()
    return flow_id


async def test_an_adopted_plan_is_the_one_in_force(graph: Graph, whole: Planned) -> None:
    before = await read(graph, whole.id)

    errors = await adopted(graph, whole.id, reason="The board agreed.", expectedVersion=before["version"])

    found = await read(graph, whole.id)
    wanted = {name: ("PLANNED", number) for number, names in placed(found).items() for name in names}
    assert errors == []
    assert await standing(graph) == wanted
    assert (found["status"], found["version"]) == ("COMPLETED", before["version"] + 1)
    assert found["timeline"]["status"] == "ACTIVE"
    nodes = (await graph.data(STANDING))["applications"]["nodes"]
    lines = {(line["field"], line["reason"], line["by"]) for node in nodes for line in node["history"]["nodes"]}
    assert lines <= {("readiness", "The board agreed.", "alice"), ("plan", "The board agreed.", "alice")}
    events = await EventReader(graph.engine).page(graph.tenant, whole.id.partition(":")[2], 0, 1000)
    told = {tuple(each) for each in events[-1].data["changed"]}
    assert {id for kind, id in told if kind == "Application"} == {id.partition(":")[2] for id in whole.ids.values()}
    assert ("Timeline", found["timeline"]["id"].partition(":")[2]) in told


async def test_adopting_again_changes_nothing(graph: Graph, whole: Planned) -> None:
    await adopted(graph, whole.id)
    before = await read(graph, whole.id)

    errors = await adopted(graph, whole.id)

    assert errors == []
    assert await read(graph, whole.id) == before
    entries = [e for e in (await graph.data(LOG))["auditLog"]["nodes"] if e["mutation"] == "adoptPlan"]
    assert [(e["outcome"], e["subjectId"]) for e in entries] == [("OK", whole.id)] * 2


async def test_what_is_not_finished_is_not_adopted(graph: Graph, bench: Bench, whole: Planned) -> None:
    begun = await start(graph, whole.ids)
    await run(graph, bench, begun, "wave_planning")
    line = (await read(graph, whole.id))["cost"]["lines"][0]
    await ask(graph, COSTS, flowId=whole.id, lineId=line["id"], rationale="x", unitCost="7")

    payload = (await graph.data(ADOPT, input={"flowId": whole.id}))["adoptPlan"]
    early = await adopted(graph, begun)

    assert [(error["code"], error["path"]) for error in payload["errors"]] == [("NOT_READY", ["flowId"])] * 2
    assert "synthesis is STALE" in payload["errors"][1]["message"]
    assert early == [("NOT_READY", ["flowId"])]
    assert set((await standing(graph)).values()) == {("READY_FOR_PLANNING", None)}
    assert (await read(graph, whole.id))["timeline"]["status"] == "DRAFT"


async def test_only_a_lead_adopts_and_only_a_plan(graph: Graph, whole: Planned) -> None:
    stranger = Graph(graph.engine, graph.work, new_tenant())
    await make_tenant(graph.engine, stranger.tenant)
    discovery = (await graph.data("{ flows(filter: { types: [DISCOVERY] }) { nodes { id } } }"))["flows"]["nodes"][0]
    version = (await read(graph, whole.id))["version"]

    forbidden = await graph.code(ADOPT, Role.ARCHITECT, input={"flowId": whole.id})
    foreign = await ask(stranger, ADOPT, flowId=whole.id)
    elsewhere = await adopted(graph, discovery["id"])
    nowhere = await adopted(graph, f"MasterFlow:{new_id()}")
    late = await adopted(graph, whole.id, expectedVersion=version - 1)

    assert forbidden == "FORBIDDEN"
    assert foreign == (None, [("NOT_FOUND", ["flowId"])])
    assert elsewhere == nowhere == [("NOT_FOUND", ["flowId"])]
    assert late == [("VERSION_CONFLICT", ["expectedVersion"])]
    assert set((await standing(graph)).values()) == {("READY_FOR_PLANNING", None)}


async def test_another_plan_takes_over_what_it_places(graph: Graph, bench: Bench, whole: Planned) -> None:
    await adopted(graph, whole.id)
    some = await another(graph, bench, whole, "Payroll", "Ledger", maxAppsPerWave=3)
    rest = await another(graph, bench, whole, "Archive", "Portal", "Mailer", maxAppsPerWave=1)

    first = await adopted(graph, some)
    between = [(await read(graph, id))["timeline"]["status"] for id in (whole.id, some, rest)]
    second = await adopted(graph, rest)

    assert (first, second) == ([], [])
    assert between == ["ACTIVE", "ACTIVE", "DRAFT"]
    after = [(await read(graph, id))["timeline"]["status"] for id in (whole.id, some, rest)]
    assert after == ["SUPERSEDED", "ACTIVE", "ACTIVE"]
    numbers = {name: number for name, (_, number) in (await standing(graph)).items()}
    assert numbers["Payroll"] == numbers["Ledger"] == 1
    assert sorted(number or 0 for name, number in numbers.items() if name not in ("Payroll", "Ledger")) == [1, 2, 3]
    lines = [node["history"]["nodes"][0] for node in (await graph.data(STANDING))["applications"]["nodes"]]
    assert {line["field"] for line in lines} == {"plan"}
    events = await EventReader(graph.engine).page(graph.tenant, whole.id.partition(":")[2], 0, 1000)
    timeline = (await read(graph, whole.id))["timeline"]["id"].partition(":")[2]
    assert events[-1].data["changed"] == [["Timeline", timeline]]


async def test_what_a_plan_in_force_no_longer_places_is_free_once_it_is_adopted_again(
    graph: Graph, bench: Bench, whole: Planned
) -> None:
    await adopted(graph, whole.id)
    await ask(graph, MOVE, flowId=whole.id, moves=[to(whole, "Mailer", unassigned=True)])
    meanwhile = (await standing(graph))["Mailer"]
    await wake(bench, whole.id)

    errors = await adopted(graph, whole.id)

    assert (meanwhile, errors) == (("PLANNED", None), [])
    assert (await standing(graph))["Mailer"] == ("READY_FOR_PLANNING", None)
    assert (await standing(graph))["Portal"][0] == "PLANNED"
    assert (await read(graph, whole.id))["timeline"]["status"] == "ACTIVE"


async def test_what_is_assessed_again_meanwhile_stays_so_and_is_planned_afterwards(
    graph: Graph, whole: Planned
) -> None:
    again = {"assessment": {"applicationIds": [whole.ids["Mailer"]]}}
    assessment, _ = await ask(graph, START, configuration=again, autoAdvance=False)
    errors = await adopted(graph, whole.id)
    during = (await standing(graph))["Mailer"]
    await ask(graph, CANCEL, flowId=assessment["id"])

    assert errors == []
    assert during == ("IN_ASSESSMENT", holding(await read(graph, whole.id), "Mailer"))
    assert (await standing(graph))["Mailer"][0] == "PLANNED"


async def test_a_plan_that_places_nothing_or_what_is_to_stay_is_not_adopted(graph: Graph, whole: Planned) -> None:
    retained: dict[str, Any] = {"applicationIds": [whole.ids["Portal"]], "readiness": "RETAINED", "reason": "It stays."}
    decision = {"strategy": "RETAIN", "effort": {"low": "0", "likely": "0", "high": "0"}}
    assert (await ask(graph, READY, **retained, decision=decision))[1] == []
    payload = (await graph.data(ADOPT, input={"flowId": whole.id}))["adoptPlan"]

    assert {error["code"] for error in payload["errors"]} == {"NOT_READY"}
    assert set((await standing(graph)).values()) == {("READY_FOR_PLANNING", None), ("RETAINED", None)}


async def test_what_is_on_its_way_is_not_changed(graph: Graph, bench: Bench, whole: Planned) -> None:
    mailer = whole.ids["Mailer"].partition(":")[2]
    async with bench.work(bench.tenant) as uow:
        (application,) = await uow.portfolio.get(Application, (mailer,))
        moving = {"readiness": Readiness.MIGRATING, "version": application.version + 1}
        await uow.portfolio.save([type(application)(**{**_fields(application), **moving})])

    errors = await adopted(graph, whole.id)

    assert errors == []
    found = await standing(graph)
    assert found["Mailer"][0] == "MIGRATING"
    assert {ready for name, (ready, _) in found.items() if name != "Mailer"} == {"PLANNED"}


def _fields(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__slots__}


async def test_a_plan_in_force_is_not_deleted_and_cancelling_it_gives_all_back(
    graph: Graph, bench: Bench, whole: Planned
) -> None:
    before = await read(graph, whole.id)
    await adopted(graph, whole.id)
    refused = await ask(graph, DELETE, flowId=whole.id)
    kept = await read(graph, whole.id)
    await ask(graph, MOVE, flowId=whole.id, moves=[to(whole, "Mailer", newWaveNumber=4)])

    _, cancelled = await ask(graph, CANCEL, flowId=whole.id, reason="All is off.")
    free = set((await standing(graph)).values())
    timeline = (await read(graph, whole.id))["timeline"]
    deleted = await ask(graph, DELETE, flowId=whole.id)

    assert refused == (None, [("INVALID_TRANSITION", ["flowId"])])
    assert kept["timeline"]["status"] == "ACTIVE"
    assert ("DELETE" in before["allowedActions"], "DELETE" in kept["allowedActions"]) == (True, False)
    assert cancelled == []
    assert free == {("READY_FOR_PLANNING", None)}
    assert timeline["status"] == "SUPERSEDED"
    assert deleted == (whole.id, [])


async def test_a_changed_scope_gives_back_only_what_it_leaves_out(graph: Graph, bench: Bench, whole: Planned) -> None:
    await adopted(graph, whole.id)
    fewer = [id for name, id in whole.ids.items() if name != "Mailer"]

    _, left = await ask(graph, UPDATE, flowId=whole.id, configuration={"planning": {"applicationIds": fewer}})
    without = await standing(graph)
    all_again = {"applicationIds": [*fewer, whole.ids["Mailer"]]}
    _, added = await ask(graph, UPDATE, flowId=whole.id, configuration={"planning": all_again})

    assert (left, added) == ([], [])
    assert without["Mailer"] == ("READY_FOR_PLANNING", None)
    assert (await read(graph, whole.id))["timeline"]["status"] == "ACTIVE"
    assert {ready for name, (ready, _) in without.items() if name != "Mailer"} == {"PLANNED"}
    assert await standing(graph) == without
    # What the change does not say stays as it is, whatever a new plan would have.
    assert (await read(graph, whole.id))["configuration"]["maxAppsPerWave"] == 2


async def test_numbers_that_cannot_be_are_refused_of_a_plan_that_is_there(graph: Graph, whole: Planned) -> None:
    before = await read(graph, whole.id)
    wrong = {"applicationIds": list(whole.ids.values()), "maxAppsPerWave": 0, "waveDurationLimitDays": 29}

    refused = await ask(graph, UPDATE, flowId=whole.id, configuration={"planning": wrong})

    assert refused == (
        None,
        [
            ("INVALID_INPUT", ["configuration", "planning", "maxAppsPerWave"]),
            ("INVALID_INPUT", ["configuration", "planning", "waveDurationLimitDays"]),
        ],
    )
    assert await read(graph, whole.id) == before
    assert wave(before, 1)["name"] != ""
