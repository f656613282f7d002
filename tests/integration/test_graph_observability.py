"""An observability flow through the schema: confirmed, changed by people, fed with metrics, and refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import yaml

from domain.access import Role
from persistence.database import open_database
from tests.graph import Graph
from tests.integration.conftest import Bench, make_tenant, postgres_bench
from tests.integration.test_graph_assessment import SUBMIT, follow
from tests.integration.test_graph_commands import ERRORS, START, started
from tests.toy import new_id, new_tenant

CSV = """Application Name,Environment,Criticality
Payroll,PRODUCTION,MISSION_CRITICAL
Ledger,TEST,LOW
"""
FLOW = """query ($id: ID!) { flow(id: $id) { id type status route progress warnings { code } configuration
  phases { key status proposedInput result } artifacts { totalCount }
  child { ... on ObservabilityFlow {
    objectives { totalCount nodes { id indicator target window rationale confirmed application { name } } }
    configurations(first: 10) { totalCount nodes { kind title version source content metadata step } }
    findings { nodes { metric observed objective severity recommendation application { name } } } } } } }"""
OVERRIDE = (
    f"""mutation ($input: OverridePhaseInput!) {{ overridePhase(input: $input) {{ flow {{ id status }} {ERRORS} }} }}"""
)
UPDATE = f"mutation ($input: UpdateFlowInput!) {{ updateFlow(input: $input) {{ flow {{ id status }} {ERRORS} }} }}"
RUN = f"mutation ($input: PhaseActionInput!) {{ runPhase(input: $input) {{ flow {{ status }} {ERRORS} }} }}"
SETUP, TUNING = "monitoring_setup", "performance_optimization"


@pytest.fixture
async def bench(fresh_database: str) -> AsyncIterator[Bench]:
    async with postgres_bench(fresh_database) as made:
        yield made


@pytest.fixture
async def graph(fresh_database: str, bench: Bench) -> AsyncIterator[Graph]:
    engine = open_database(fresh_database)
    yield Graph(engine, bench.work, bench.tenant)
    await engine.dispose()


@pytest.fixture
async def ids(graph: Graph, bench: Bench) -> dict[str, str]:
    """Two applications by name."""
    found = {"discovery": {"source": {"text": CSV}, "fileName": "apps.csv"}}
    await follow(graph, bench, await started(graph, configuration=found))
    nodes = (await graph.data("{ applications { nodes { id name } } }"))["applications"]["nodes"]
    return {node["name"]: node["id"] for node in nodes}


async def begun(graph: Graph, bench: Bench, ids: dict[str, str], **options: Any) -> str:
    configuration = {"observability": {"applicationIds": list(ids.values()), "options": options}}
    payload = (await graph.data(START, input={"configuration": configuration}))["startFlow"]
    assert payload["errors"] == []
    await bench.drive()
    return str(payload["flow"]["id"])


async def read(graph: Graph, flow_id: str) -> dict[str, Any]:
    flow = dict((await graph.data(FLOW, id=flow_id))["flow"])
    lists = {name: value["nodes"] for name, value in flow.pop("child").items()}
    return {**flow, **lists, "statuses": {each["key"]: each["status"] for each in flow["phases"]}}


async def run(graph: Graph, bench: Bench, flow_id: str, phase: str) -> None:
    """What waking the flow does, at once."""
    payload = (await graph.data(RUN, input={"flowId": flow_id, "phase": phase}))["runPhase"]
    assert payload["errors"] == []
    await bench.drive()


async def test_objectives_are_confirmed_and_become_files(graph: Graph, bench: Bench, ids: dict[str, str]) -> None:
    measured = [{"applicationId": ids["Ledger"], "metric": "availability", "observed": 95, "periodDays": 7}]
    flow_id = await begun(graph, bench, ids, metrics=measured)

    flow = await read(graph, flow_id)
    place = (flow["type"], flow["status"], flow["route"].partition("?")[0], flow["progress"])
    assert place == ("OBSERVABILITY", "AWAITING_INPUT", "/observability/monitoring-setup", 0)
    targets = [(each["application"]["name"], each["indicator"], each["target"]) for each in flow["objectives"]]
    assert targets == [
        ("Ledger", "availability", 99.0),
        ("Ledger", "latency_p95", 500.0),
        ("Payroll", "availability", 99.95),
        ("Payroll", "latency_p95", 500.0),
    ]
    assert {each["confirmed"] for each in flow["objectives"]} == {False}
    assert flow["configurations"] == []
    assert flow["phases"][0]["proposedInput"]["objectiveIds"] == [each["id"] for each in flow["objectives"]]
    assert flow["configuration"]["options"]["metrics"][0]["applicationId"] == ids["Ledger"]

    answer = {"objectiveIds": [flow["objectives"][0]["id"], flow["objectives"][2]["id"]]}
    submitted = await graph.data(SUBMIT, input={"flowId": flow_id, "phase": SETUP, "data": answer})
    assert submitted["submitPhaseInput"]["errors"] == []
    await bench.drive()

    flow = await read(graph, flow_id)
    assert (flow["status"], flow["route"].partition("?")[0]) == ("COMPLETED", "/observability/summary")
    assert [each["confirmed"] for each in flow["objectives"]] == [True, False, True, False]
    assert sorted(each["title"] for each in flow["configurations"]) == [
        "OpenSLO: Ledger",
        "OpenSLO: Payroll",
        "Prometheus rules: Ledger",
        "Prometheus rules: Payroll",
    ]
    assert {each["step"] for each in flow["configurations"]} == {SETUP}
    assert flow["artifacts"]["totalCount"] == 4
    assert all(list(yaml.safe_load_all(each["content"])) for each in flow["configurations"])
    [finding] = flow["findings"]
    assert (finding["application"]["name"], finding["severity"], finding["objective"]) == ("Ledger", "HIGH", 99.0)
    assert {each["code"] for each in flow["warnings"]} == {"NO_METRICS"}
    assert [event.kind for event in await bench.events(flow_id.partition(":")[2])].count("ARTIFACT") == 4


async def test_a_person_changes_a_target_and_the_files_follow(graph: Graph, bench: Bench, ids: dict[str, str]) -> None:
    flow_id = await begun(graph, bench, {"Payroll": ids["Payroll"]})
    await follow(graph, bench, flow_id)
    result = (await read(graph, flow_id))["phases"][0]["result"]
    objectives = [dict(each) for each in result["objectives"]]
    objectives[0]["target"] = 99.99
    wanted = {"flowId": flow_id, "phase": SETUP, "data": {"objectives": objectives}, "rationale": "The board asks."}

    assert await graph.code(OVERRIDE, Role.CONTRIBUTOR, input=wanted) == "FORBIDDEN"
    assert {each["version"] for each in (await read(graph, flow_id))["configurations"]} == {1}
    assert (await graph.data(OVERRIDE, Role.ARCHITECT, input=wanted))["overridePhase"]["errors"] == []

    flow = await read(graph, flow_id)
    assert flow["statuses"] == {SETUP: "COMPLETED", TUNING: "STALE"}
    assert flow["objectives"][0]["target"] == 99.99
    versions = {each["title"]: (each["version"], each["source"]) for each in flow["configurations"]}
    assert versions == {"OpenSLO: Payroll": (2, "USER"), "Prometheus rules: Payroll": (2, "USER")}
    assert all("99.99" in each["content"] or "0.0001" in each["content"] for each in flow["configurations"])

    objectives[0]["target"] = 100
    refused = (await graph.data(OVERRIDE, Role.ARCHITECT, input=wanted))["overridePhase"]["errors"]
    assert [each["message"] for each in refused] == ["A target is from 50 to 99.999 %."]
    assert (await read(graph, flow_id))["objectives"][0]["target"] == 99.99

    del objectives[1:]
    objectives[0] |= {"target": 99.9}
    assert (await graph.data(OVERRIDE, Role.ARCHITECT, input=wanted))["overridePhase"]["errors"] == []
    assert [each["target"] for each in (await read(graph, flow_id))["objectives"]] == [99.9]


async def test_new_metrics_run_the_findings_again_and_nothing_else(
    graph: Graph, bench: Bench, ids: dict[str, str]
) -> None:
    flow_id = await begun(graph, bench, ids)
    await follow(graph, bench, flow_id)
    assert (await read(graph, flow_id))["findings"] == []

    def update(**options: Any) -> dict[str, Any]:
        configuration = {"observability": {"applicationIds": list(ids.values()), "options": options}}
        return {"flowId": flow_id, "configuration": configuration}

    bad = [{"applicationId": ids["Payroll"], "metric": "cpu", "observed": 120}]
    [problem] = (await graph.data(UPDATE, input=update(metrics=bad)))["updateFlow"]["errors"]
    assert problem["message"] == "The cpu is from 0 to 100 %."
    assert problem["path"] == ["configuration", "observability", "options", "metrics", "0", "observed"]
    assert (await read(graph, flow_id))["status"] == "COMPLETED"

    good = [{**bad[0], "observed": 90}]
    assert (await graph.data(UPDATE, input=update(metrics=good)))["updateFlow"]["errors"] == []
    assert (await read(graph, flow_id))["statuses"] == {SETUP: "COMPLETED", TUNING: "STALE"}
    await run(graph, bench, flow_id, TUNING)
    flow = await read(graph, flow_id)
    assert (flow["status"], [each["metric"] for each in flow["findings"]]) == ("COMPLETED", ["cpu"])
    assert {each["version"] for each in flow["configurations"]} == {1}

    named = update(metrics=good, series={"requests": "hits_total"})
    assert (await graph.data(UPDATE, input=named))["updateFlow"]["errors"] == []
    await run(graph, bench, flow_id, SETUP)
    assert (await read(graph, flow_id))["statuses"] == {SETUP: "AWAITING_INPUT", TUNING: "STALE"}
    mine = [
        each["id"] for each in (await read(graph, flow_id))["objectives"] if each["application"]["name"] == "Payroll"
    ]
    answer = {"flowId": flow_id, "phase": SETUP, "data": {"objectiveIds": mine}}
    assert (await graph.data(SUBMIT, input=answer))["submitPhaseInput"]["errors"] == []
    flow = await read(graph, flow_id)
    assert {each["title"]: each["version"] for each in flow["configurations"]} == {
        "OpenSLO: Payroll": 2,
        "Prometheus rules: Payroll": 2,
    }
    assert any("hits_total" in each["content"] for each in flow["configurations"])


async def test_other_tenants_and_strange_applications_are_refused(
    graph: Graph, bench: Bench, ids: dict[str, str]
) -> None:
    flow_id = await begun(graph, bench, ids)
    await follow(graph, bench, flow_id)
    objective = (await read(graph, flow_id))["objectives"][0]["id"]
    before = (await graph.data("{ flowSummary { total } }"))["flowSummary"]

    for strange in ([], [f"Application:{new_id()}"]):
        configuration = {"observability": {"applicationIds": strange}}
        payload = (await graph.data(START, input={"configuration": configuration}))["startFlow"]
        assert payload["errors"][0]["path"][:3] == ["configuration", "observability", "applicationIds"]
    assert (await graph.data("{ flowSummary { total } }"))["flowSummary"] == before

    other = new_tenant()
    await make_tenant(graph.engine, other)
    foreign = Graph(graph.engine, bench.work, other)
    node = "query ($id: ID!) { node(id: $id) { id } }"
    assert (await foreign.data(node, id=objective))["node"] is None
    assert (await graph.data(node, id=objective))["node"] == {"id": objective}
    wanted = {"observability": {"applicationIds": list(ids.values())}}
    payload = (await foreign.data(START, input={"configuration": wanted}))["startFlow"]
    assert {each["code"] for each in payload["errors"]} == {"NOT_FOUND"}
