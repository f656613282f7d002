"""An execution through the schema: from its checks over its runbook to the sign-off, and every way it is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from domain.access import Role
from persistence.database import open_database
from tests.graph import Graph
from tests.integration.conftest import Bench, postgres_bench
from tests.integration.test_graph_assessment import SUBMIT, follow
from tests.integration.test_graph_commands import ERRORS, START, started
from tests.integration.test_graph_portfolio import EFFORT, READY, ask
from tests.integration.test_graph_portfolio import SAVE as DEPEND

CSV = """Application Name,Environment,Criticality,Technologies,Technical Owner,Data Volume
Payroll,PRODUCTION,LOW,Java 17,Ada,50
Ledger,TEST,LOW,Java 21,Grace,10
Archive,TEST,LOW,Java 21,,
"""
CHECK = "id subject title passed blocking evidence checkedBy application { name }"
STEP = """id number title kind status owner plannedMinutes rollback note startedAt finishedAt application { name }
  dependsOn { number }"""
FLOW = f"""query ($id: ID!) {{ flow(id: $id) {{ id status version progress iteration allowedActions configuration route
  previousIteration {{ id }} phases {{ key status proposedInput result }} warnings {{ code message phase }}
  overrides {{ nodes {{ phase subject before after rationale createdBy }} }}
  applications {{ nodes {{ name readiness }} }}
  child {{ ... on ExecutionFlow {{ wave {{ number }} readinessChecks {{ {CHECK} }} runbook {{ {STEP} }}
    rollbackOrder {{ number }} validations {{ {CHECK} }} }} }} }} }}"""
RECORD = f"""mutation ($input: RecordCheckInput!) {{ recordCheck(input: $input) {{ check {{ id }}
  flow {{ id version }} {ERRORS} }} }}"""
REPORT = f"""mutation ($input: UpdateRunbookStepInput!) {{ updateRunbookStep(input: $input) {{ step {{ id }}
  flow {{ id version }} {ERRORS} }} }}"""
HISTORY = "query ($id: ID!) { application(id: $id) { readiness history { nodes { field before after } } } }"


@pytest.fixture
async def bench(module_database: str) -> AsyncIterator[Bench]:
    async with postgres_bench(module_database) as made:
        yield made


@pytest.fixture
async def graph(module_database: str, bench: Bench) -> AsyncIterator[Graph]:
    engine = open_database(module_database)
    yield Graph(engine, bench.work, bench.tenant)
    await engine.dispose()


@pytest.fixture
async def ids(graph: Graph, bench: Bench) -> dict[str, str]:
    """Three applications with decisions; Payroll cannot do without Ledger."""
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


async def start(graph: Graph, bench: Bench, **configuration: Any) -> str:
    payload = (await graph.data(START, input={"configuration": {"execution": configuration}}))["startFlow"]
    assert payload["errors"] == []
    await bench.drive()
    return str(payload["flow"]["id"])


async def read(graph: Graph, flow_id: str) -> dict[str, Any]:
    flow = dict((await graph.data(FLOW, id=flow_id))["flow"])
    phases = {each["key"]: each for each in flow.pop("phases")}
    return {**flow, **flow.pop("child"), "phases": phases, "statuses": {k: p["status"] for k, p in phases.items()}}


async def problems(graph: Graph, text: str, *roles: Role, **input: Any) -> list[tuple[str, str, list[str]]]:
    """The code, the sentence and the path of each error."""
    (payload,) = (await graph.data(text, *roles, input=input)).values()
    return [(each["code"], each["message"], each["path"]) for each in payload["errors"]]


async def record(graph: Graph, *roles: Role, **input: Any) -> list[Any]:
    return await problems(graph, RECORD, *roles, **input)


async def report(graph: Graph, step: dict[str, Any], status: str, *roles: Role, **input: Any) -> list[Any]:
    return await problems(graph, REPORT, *roles, id=step["id"], status=status, **input)


async def pass_all(graph: Graph, checks: list[dict[str, Any]]) -> None:
    for check in checks:
        if check["passed"] is not True and check["blocking"]:
            assert await record(graph, id=check["id"], passed=True, evidence="Seen.") == []


async def answer(graph: Graph, bench: Bench, flow_id: str, phase: str, *roles: Role, **data: Any) -> list[Any]:
    """The proposal as it is, or with what is given."""
    proposed = (await read(graph, flow_id))["phases"][phase]["proposedInput"]
    errors = await problems(graph, SUBMIT, *roles, flowId=flow_id, phase=phase, data={**proposed, **data})
    await bench.drive()
    return errors


async def test_a_move_is_checked_carried_out_and_signed_off(graph: Graph, bench: Bench, ids: dict[str, str]) -> None:
    flow_id = await start(graph, bench, applicationIds=[ids["Payroll"], ids["Ledger"]])
    found = await read(graph, flow_id)

    assert (found["status"], found["progress"], found["wave"]) == ("AWAITING_INPUT", 0, None)
    assert found["phases"]["pre_migration"]["proposedInput"] == {"confirmedApplicationIds": [], "comment": None}
    await pass_all(graph, found["readinessChecks"])
    assert await answer(graph, bench, flow_id, "pre_migration") == []
    found = await read(graph, flow_id)
    assert (found["status"], found["progress"]) == ("AWAITING_INPUT", 30)
    assert {each["name"]: each["readiness"] for each in found["applications"]["nodes"]} == {
        "Ledger": "MIGRATING",
        "Payroll": "MIGRATING",
    }
    for step in found["runbook"]:
        assert await report(graph, step, "COMPLETED") == []
    assert await answer(graph, bench, flow_id, "migration_execution") == []
    found = await read(graph, flow_id)
    assert found["progress"] == 80
    await pass_all(graph, found["validations"])
    assert await answer(graph, bench, flow_id, "post_migration") == []
    found = await read(graph, flow_id)
    assert (found["status"], found["progress"]) == ("COMPLETED", 100)
    assert {each["readiness"] for each in found["applications"]["nodes"]} == {"MIGRATED"}
