"""Flows that are started as clones of others: what they take over, and what of it a person gives anew."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from domain.flows.planning.configuration import PlanningConfiguration
from shapes.codec import Codec
from tests.graph import Graph
from tests.integration.conftest import Bench, make_tenant
from tests.integration.test_graph_commands import START
from tests.integration.test_graph_planning import (
    MOVE,
    WAVE,
    Planned,
    bench,
    graph,
    holding,
    placed,
    read,
    ready,
    start,
    to,
    wake,
    wave,
)
from tests.integration.test_graph_planning_changes import DATES, HOURS, WORDS, whole
from tests.integration.test_graph_portfolio import ask
from tests.toy import new_id, new_tenant

__all__ = ["bench", "graph", "ready", "whole"]

COMPARE = """query ($ids: [ID!]!) { comparePlans(flowIds: $ids) {
  plans { flow { id } waves totalCost { amount } } moved { totalCount nodes { application { name }
    placements { flow { id } wave { number } } } } } }"""


async def clone(graph: Graph, of: str, **planning: Any) -> tuple[Any, list[Any]]:
    configuration = {"planning": planning}
    return await ask(graph, START, configuration=configuration, cloneOf=of)


async def test_a_clone_takes_over_what_people_chose(graph: Graph, bench: Bench, whole: Planned) -> None:
    before = await read(graph, whole.id)
    row = before["resourcePlan"]["allocations"][0]
    hours = {"waveId": row["wave"]["id"], "poolId": row["pool"]["id"], "hours": "500"}
    locked = next(each for each in before["wavePlan"]["waves"] if holding(before, "Mailer") != each["number"])
    await ask(graph, WAVE, flowId=whole.id, waveId=locked["id"], locked=True, name="Steady")
    await ask(graph, MOVE, flowId=whole.id, moves=[to(whole, "Mailer", newWaveNumber=4)])
    await ask(graph, HOURS, flowId=whole.id, **hours)
    await wake(bench, whole.id)
    begun = (await read(graph, whole.id))["timeline"]["activities"][0]
    await ask(graph, DATES, flowId=whole.id, activityId=begun["id"], percentComplete=50)
    await wake(bench, whole.id)
    await ask(graph, WORDS, flowId=whole.id, summary="We move.", rationale="x")
    source = await read(graph, whole.id)

    flow, errors = await clone(graph, whole.id, applicationIds=list(whole.ids.values()))
    await bench.drive()

    found = await read(graph, flow["id"])
    assert errors == []
    assert flow["id"] != whole.id
    assert found["configuration"] == source["configuration"]
    assert (found["status"], holding(found, "Mailer")) == ("COMPLETED", 4)
    assert placed(found)[locked["number"]] == placed(source)[locked["number"]]
    assert (wave(found, locked["number"])["name"], wave(found, locked["number"])["locked"]) == ("Steady", True)
    own = [each for each in found["resourcePlan"]["allocations"] if not each["suggested"]]
    assert [Decimal(each["hours"]) for each in own] == [Decimal(500)]
    assert found["synthesis"]["summary"] == "We move."
    assert {each["percentComplete"] for each in found["timeline"]["activities"]} == {0}
    assert found["overrides"]["nodes"] == []
    assert await read(graph, whole.id) == source


async def test_what_the_caller_gives_replaces_the_sources_and_nothing_else_does(
    graph: Graph, bench: Bench, ready: dict[str, str]
) -> None:
    group = [{"name": "Pair", "applicationIds": [ready["Portal"], ready["Mailer"]]}]
    first = await start(
        graph,
        ready,
        maxAppsPerWave=3,
        contingencyPercentage="7.5",
        pilotWave=False,
        moveGroups=group,
        maxParallelWaves=2,
    )
    ids = list(ready.values())

    kept, _ = await clone(graph, first, applicationIds=ids)
    given, _ = await clone(graph, first, applicationIds=ids, maxAppsPerWave=4, contingencyPercentage="15")
    cleared, _ = await clone(graph, first, applicationIds=ids, moveGroups=None, startsOn=None, pilotWave=True)

    source = (await read(graph, first))["configuration"]
    assert (await read(graph, kept["id"]))["configuration"] == source
    wanted = {**source, "maxAppsPerWave": 4, "contingencyPercentage": "15"}
    assert (await read(graph, given["id"]))["configuration"] == wanted
    wanted = {**source, "moveGroups": [], "startsOn": None, "pilotWave": True}
    assert (await read(graph, cleared["id"]))["configuration"] == wanted


async def test_variables_that_are_left_out_are_the_sources_too(graph: Graph, ready: dict[str, str]) -> None:
    first = await start(graph, ready, maxAppsPerWave=3, contingencyPercentage="7.5")
    text = """mutation ($ids: [ID!]!, $of: ID!, $most: Int!) { startFlow(input: {cloneOf: $of, configuration: {
      planning: {applicationIds: $ids, maxAppsPerWave: $most}}}) { flow { id configuration } errors { code } } }"""

    payload = (await graph.data(text, ids=list(ready.values()), of=first, most=5))["startFlow"]

    assert payload["errors"] == []
    source = (await read(graph, first))["configuration"]
    assert payload["flow"]["configuration"] == {**source, "maxAppsPerWave": 5}


async def test_choices_about_what_a_clone_leaves_out_are_left_out(graph: Graph, bench: Bench, whole: Planned) -> None:
    before = await read(graph, whole.id)
    own = wave(before, holding(before, "Mailer") or 0)
    await ask(graph, WAVE, flowId=whole.id, waveId=own["id"], locked=True)
    await ask(graph, MOVE, flowId=whole.id, moves=[to(whole, "Portal", newWaveNumber=6)])
    fewer = [id for name, id in whole.ids.items() if name not in ("Mailer", "Portal")]

    flow, errors = await clone(graph, whole.id, applicationIds=fewer)
    await bench.drive()

    found = await read(graph, flow["id"])
    assert errors == []
    assert found["status"] == "COMPLETED"
    assert sorted(name for names in placed(found).values() for name in names) == ["Archive", "Ledger", "Payroll"]


async def test_a_plan_and_its_clone_compare(graph: Graph, bench: Bench, whole: Planned) -> None:
    flow, _ = await clone(graph, whole.id, applicationIds=list(whole.ids.values()), maxAppsPerWave=5, pilotWave=False)
    await bench.drive()

    found = (await graph.data(COMPARE, ids=[whole.id, flow["id"]]))["comparePlans"]

    assert [(each["flow"]["id"], each["waves"]) for each in found["plans"]] == [(whole.id, 3), (flow["id"], 1)]
    assert found["moved"]["totalCount"] == len(found["moved"]["nodes"]) > 0
    assert {each["placements"][1]["wave"]["number"] for each in found["moved"]["nodes"]} == {1}


async def test_only_a_flow_that_is_there_and_of_the_type_is_cloned(graph: Graph, whole: Planned) -> None:
    ids = list(whole.ids.values())
    discovery = (await graph.data("{ flows(filter: { types: [DISCOVERY] }) { nodes { id } } }"))["flows"]["nodes"][0]
    stranger = Graph(graph.engine, graph.work, new_tenant())
    await make_tenant(graph.engine, stranger.tenant)
    before = await graph.data("{ flows { totalCount } }")

    refused = [
        await clone(graph, discovery["id"], applicationIds=ids),
        await clone(graph, f"MasterFlow:{new_id()}", applicationIds=ids),
        await clone(stranger, whole.id, applicationIds=ids),
    ]

    assert refused == [
        (None, [("INVALID_INPUT", ["cloneOf"])]),
        (None, [("NOT_FOUND", ["cloneOf"])]),
        (None, [("NOT_FOUND", ["cloneOf"])]),
    ]
    assert await graph.data("{ flows { totalCount } }") == before


async def test_a_discovery_is_cloned_with_its_mappings_and_a_file_of_its_own(graph: Graph) -> None:
    mappings = [{"column": "App", "target": "name"}]
    source = {"source": {"text": "App\nPayroll\n"}, "fileName": "one.csv", "mappings": mappings}
    first, _ = await ask(graph, START, configuration={"discovery": source}, autoAdvance=False)

    again = {"source": {"text": "App\nLedger\n"}, "fileName": "two.csv"}
    second, errors = await ask(graph, START, configuration={"discovery": again}, cloneOf=first["id"], autoAdvance=False)

    text = "query ($id: ID!) { flow(id: $id) { configuration } }"
    one, two = [(await graph.data(text, id=each["id"]))["flow"]["configuration"] for each in (first, second)]
    assert errors == []
    assert two["mappings"] == one["mappings"] == mappings
    assert two["fileName"] == "two.csv"
    assert two["fileId"] != one["fileId"]


async def test_what_the_schema_shows_as_defaults_are_those_of_the_domain(graph: Graph, ready: dict[str, str]) -> None:
    ids = list(ready.values())
    flow, _ = await ask(graph, START, configuration={"planning": {"applicationIds": ids}}, autoAdvance=False)
    text = '{ __type(name: "PlanningConfigurationInput") { inputFields { name defaultValue } } }'

    shown = {each["name"]: each["defaultValue"] for each in (await graph.data(text))["__type"]["inputFields"]}

    by_itself = Codec().encode(PlanningConfiguration(()))
    expected = {
        "maxAppsPerWave": "5",
        "waveDurationLimitDays": "90",
        "contingencyPercentage": '"15"',
        "pilotWave": "true",
        "maxParallelWaves": "1",
    }
    assert {name: value for name, value in shown.items() if value is not None} == expected
    found = (await read(graph, flow["id"]))["configuration"]
    assert found == {**by_itself, "applicationIds": found["applicationIds"]}
    assert {name: str(by_itself[name]).lower() for name in expected} == {
        name: value.strip('"') for name, value in expected.items()
    }
