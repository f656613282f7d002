"""A decommission through the schema: candidates, their data, the shutdown, and what it refuses to switch off."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from domain.access import Role
from persistence.database import open_database
from tests.graph import Graph
from tests.integration.conftest import Bench, make_tenant, postgres_bench
from tests.integration.test_graph_assessment import SUBMIT, follow
from tests.integration.test_graph_commands import ERRORS, START, started
from tests.integration.test_graph_execution import HISTORY, answer, problems, report
from tests.integration.test_graph_portfolio import EFFORT, READY, ask
from tests.integration.test_graph_portfolio import SAVE as DEPEND
from tests.toy import new_tenant

CSV = """Application Name,Environment,Criticality,Technologies,Technical Owner,Legal Hold,Contract End
Payroll,PRODUCTION,LOW,Java 17,Ada,,
Ledger,PRODUCTION,LOW,Oracle Database 19,Grace,,
Portal,PRODUCTION,LOW,Java 21,Alan,,
Vault,PRODUCTION,LOW,Java 21,Alan,yes,2027-06-30
"""
STEP = "id number title kind status owner plannedMinutes rollback application { name } dependsOn { number }"
FLOW = f"""query ($id: ID!) {{ flow(id: $id) {{ id status version progress iteration route allowedActions
  phases {{ key status proposedInput result route }} warnings {{ code message phase }}
  overrides {{ nodes {{ phase subject before after rationale }} }}
  applications {{ nodes {{ name readiness }} }}
  child {{ ... on DecommissionFlow {{
    candidates {{ totalCount nodes {{ application {{ name }} reason blockers approved approvedBy
      waived {{ code message }} }} }}
    archives {{ nodes {{ application {{ name }} dataSet kind basis retentionUntil legalHold destination verified
      verifiedBy }} }}
    shutdownOrder {{ {STEP} }} rollbackOrder {{ number }} }} }} }} }}"""
REVISE = f"""mutation ($input: OverridePhaseInput!) {{ overridePhase(input: $input) {{ flow {{ id version }}
  {ERRORS} }} }}"""
DROP = f"mutation ($input: DeleteInput!) {{ deleteDependency(input: $input) {{ deletedId {ERRORS} }} }}"


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
    """Four applications that are to be retired but Portal, which goes on; Payroll cannot do without Ledger."""
    found = {"discovery": {"source": {"text": CSV}, "fileName": "apps.csv"}}
    await follow(graph, bench, await started(graph, configuration=found))
    nodes = (await graph.data("{ applications { nodes { id name } } }"))["applications"]["nodes"]
    ids = {node["name"]: node["id"] for node in nodes}
    wanted: dict[str, Any] = {"readiness": "READY_FOR_PLANNING", "reason": "Decided."}
    for strategy, names in (("RETIRE", ("Payroll", "Ledger", "Vault")), ("REHOST", ("Portal",))):
        scope = [ids[name] for name in names]
        decision = {"strategy": strategy, "effort": EFFORT}
        assert (await ask(graph, READY, **wanted, applicationIds=scope, decision=decision))[1] == []
    assert (await ask(graph, DEPEND, fromId=ids["Payroll"], toId=ids["Ledger"], kind="HARD"))[1] == []
    return ids


async def start(graph: Graph, bench: Bench, ids: list[str], **options: Any) -> str:
    configuration = {"applicationIds": ids, "options": options} if options else {"applicationIds": ids}
    payload = (await graph.data(START, input={"configuration": {"decommission": configuration}}))["startFlow"]
    assert payload["errors"] == []
    await bench.drive()
    return str(payload["flow"]["id"])


async def read(graph: Graph, flow_id: str) -> dict[str, Any]:
    flow = dict((await graph.data(FLOW, id=flow_id))["flow"])
    phases = {each["key"]: each for each in flow.pop("phases")}
    return {**flow, **flow.pop("child"), "phases": phases}


async def test_applications_are_approved_archived_and_switched_off_dependents_first(
    graph: Graph, bench: Bench, ids: dict[str, str]
) -> None:
    flow_id = await start(graph, bench, [ids["Ledger"], ids["Payroll"]], archiveDestination="s3://cold/")
    found = await read(graph, flow_id)
    assert (found["status"], found["progress"]) == ("AWAITING_INPUT", 0)
    assert found["route"].startswith("/decommission/planning?flow=")
    assert [
        (each["application"]["name"], each["reason"], each["blockers"]) for each in found["candidates"]["nodes"]
    ] == [
        ("Ledger", "RETIRE", []),
        ("Payroll", "RETIRE", []),
    ]
    alone = await answer(graph, bench, flow_id, "decommission_planning", approvedApplicationIds=[ids["Ledger"]])
    assert alone == [
        ("NOT_READY", "Ledger is needed by what is live: Payroll.", ["data", "approvedApplicationIds", "0"])
    ]
    assert await answer(graph, bench, flow_id, "decommission_planning") == []

    found = await read(graph, flow_id)
    assert found["progress"] == 35
    assert [
        (each["application"]["name"], each["dataSet"], each["kind"], each["destination"], each["verified"])
        for each in found["archives"]["nodes"]
    ] == [
        ("Ledger", "Data of Ledger", "finance", "s3://cold/ledger/Data of Ledger", False),
        ("Ledger", "Configuration and logs", "log", "s3://cold/ledger/Configuration and logs", False),
        ("Payroll", "Data of Payroll", "payroll", "s3://cold/payroll/Data of Payroll", False),
        ("Payroll", "Configuration and logs", "log", "s3://cold/payroll/Configuration and logs", False),
    ]
    assert await answer(graph, bench, flow_id, "data_migration") == []

    found = await read(graph, flow_id)
    assert found["progress"] == 70
    assert {each["verifiedBy"] for each in found["archives"]["nodes"]} == {"alice"}
    await _switched_off(graph, bench, found, ids)


async def _switched_off(graph: Graph, bench: Bench, found: dict[str, Any], ids: dict[str, str]) -> None:
    """Step by step, and signed by a LEAD."""
    flow_id = found["id"]
    stops = [each["application"]["name"] for each in found["shutdownOrder"] if each["kind"] == "stop"]
    assert stops == ["Payroll", "Ledger"]
    for step in found["shutdownOrder"]:
        assert await report(graph, step, "COMPLETED") == []
    signed = {"flowId": flow_id, "phase": "system_shutdown", "data": {"confirmedApplicationIds": []}}
    assert await graph.code(SUBMIT, Role.CONTRIBUTOR, input=signed) == "FORBIDDEN"
    assert await answer(graph, bench, flow_id, "system_shutdown", Role.LEAD) == []
    found = await read(graph, flow_id)
    assert (found["status"], found["progress"]) == ("COMPLETED", 100)
    assert {each["readiness"] for each in found["applications"]["nodes"]} == {"RETIRED"}
    history = (await graph.data(HISTORY, id=ids["Ledger"]))["application"]["history"]["nodes"]
    assert (history[0]["before"], history[0]["after"]) == ("READY_FOR_PLANNING", "RETIRED")
    again = await graph.data(START, input={"configuration": {"decommission": {"applicationIds": [ids["Ledger"]]}}})
    assert [each["message"] for each in again["startFlow"]["errors"]] == ["Ledger has been retired."]


async def shutting(graph: Graph, bench: Bench, ids: list[str]) -> dict[str, Any]:
    """A decommission of these whose steps are being done."""
    flow_id = await start(graph, bench, ids)
    assert await answer(graph, bench, flow_id, "decommission_planning") == []
    assert await answer(graph, bench, flow_id, "data_migration") == []
    return await read(graph, flow_id)


def of_kind(found: dict[str, Any], name: str, kind: str) -> dict[str, Any]:
    steps = (each for each in found["shutdownOrder"] if each["application"]["name"] == name)
    return next(each for each in steps if each["kind"] == kind)


async def test_what_goes_on_is_no_candidate_and_what_is_needed_is_blocked(
    graph: Graph, bench: Bench, ids: dict[str, str]
) -> None:
    refused = await graph.data(START, input={"configuration": {"decommission": {"applicationIds": [ids["Portal"]]}}})
    assert [(each["code"], each["path"]) for each in refused["startFlow"]["errors"]] == [
        ("NOT_READY", ["configuration", "decommission", "applicationIds", "0"])
    ]
    needed = (await ask(graph, DEPEND, fromId=ids["Portal"], toId=ids["Vault"], kind="SOFT"))[0]
    flow_id = await start(graph, bench, [ids["Vault"]])

    found = await read(graph, flow_id)
    assert found["candidates"]["nodes"][0]["blockers"] == [
        "Vault is needed by what is live: Portal.",
        "Data of Vault are under a legal hold: they are kept as long as it lasts.",
        "The contract of Vault runs until 2027-06-30.",
    ]
    assert found["phases"]["decommission_planning"]["proposedInput"]["approvedApplicationIds"] == []
    wanted = {"approvedApplicationIds": [ids["Vault"]]}
    errors = await answer(graph, bench, flow_id, "decommission_planning", **wanted)
    assert [code for code, *_ in errors] == ["NOT_READY"] * 3
    assert (await read(graph, flow_id))["candidates"]["nodes"][0]["approved"] is False

    result = found["phases"]["decommission_planning"]["result"]
    codes = ("LIVE_DEPENDENTS", "LEGAL_HOLD", "CONTRACT_END")
    wave = {"flowId": flow_id, "phase": "decommission_planning", "rationale": "Counsel agrees; we pay to the end."}
    strict = await problems(graph, REVISE, **wave, data={"candidates": _waved(result, *codes)})
    assert [code for code, *_ in strict] == ["INVALID_INPUT"]
    assert await problems(graph, REVISE, **wave, data={"candidates": _waved(result, *codes[1:])}) == []
    found = await read(graph, flow_id)
    assert [each["code"] for each in found["candidates"]["nodes"][0]["waived"]] == list(codes[1:])
    assert found["overrides"]["nodes"][0]["rationale"] == "Counsel agrees; we pay to the end."
    assert [code for code, *_ in await answer(graph, bench, flow_id, "decommission_planning", **wanted)] == [
        "NOT_READY"
    ]

    assert (await ask(graph, DROP, id=needed["id"]))[1] == []
    assert await answer(graph, bench, flow_id, "decommission_planning", **wanted) == []
    await _archives_under_a_hold(graph, bench, flow_id)


async def _archives_under_a_hold(graph: Graph, bench: Bench, flow_id: str) -> None:
    """They are kept as long as it lasts, wherever a person has them."""
    found = await read(graph, flow_id)
    assert [(each["retentionUntil"], each["legalHold"]) for each in found["archives"]["nodes"]] == [(None, True)] * 2
    proposed = found["phases"]["data_migration"]["proposedInput"]["archives"]
    lifted = [{**each, "legalHold": False, "retentionUntil": "2030-01-01"} for each in proposed]
    assert [code for code, *_ in await answer(graph, bench, flow_id, "data_migration", archives=lifted)] == [
        "NOT_READY"
    ] * 2
    unread = [{**each, "verified": False} for each in proposed[:1]]
    assert [code for code, *_ in await answer(graph, bench, flow_id, "data_migration", archives=unread)] == [
        "NOT_READY"
    ] * 2
    elsewhere = [{**each, "destination": "tape 7"} for each in proposed]
    assert await answer(graph, bench, flow_id, "data_migration", archives=elsewhere, comment="Cheaper.") == []
    found = await read(graph, flow_id)
    assert {each["destination"] for each in found["archives"]["nodes"]} == {"tape 7"}
    told = [
        (each["phase"], each["after"]["destination"], each["rationale"]) for each in found["overrides"]["nodes"][1:]
    ]
    assert told == [("data_migration", "tape 7", "Cheaper.")] * 2


def _waved(result: dict[str, Any], *codes: str) -> list[dict[str, Any]]:
    return [
        {**each, "blockers": [{**one, "waived": one["code"] in codes} for one in each["blockers"]]}
        for each in result["candidates"]
    ]


async def test_nothing_is_switched_off_that_something_live_needs_by_now(
    graph: Graph, bench: Bench, ids: dict[str, str]
) -> None:
    found = await shutting(graph, bench, [ids["Payroll"]])
    for kind in ("announce", "backup"):
        assert await report(graph, of_kind(found, "Payroll", kind), "COMPLETED") == []
    assert (await ask(graph, DEPEND, fromId=ids["Portal"], toId=ids["Payroll"], kind="HARD"))[1] == []

    refused = await report(graph, of_kind(found, "Payroll", "close"), "COMPLETED")
    assert refused == [("NOT_READY", "Payroll is still needed by what is live: Portal.", ["status"])]
    assert of_kind(await read(graph, found["id"]), "Payroll", "close")["status"] == "READY"
    unfinished = await answer(graph, bench, found["id"], "system_shutdown", confirmedApplicationIds=[ids["Payroll"]])
    assert {code for code, *_ in unfinished} == {"NOT_READY"}
    assert {each["readiness"] for each in (await read(graph, found["id"]))["applications"]["nodes"]} == {
        "READY_FOR_PLANNING"
    }

    assert await report(graph, of_kind(found, "Payroll", "backup"), "FAILED") != []
    stuck = of_kind(await read(graph, found["id"]), "Payroll", "stop")
    assert stuck["status"] == "PENDING"


async def test_another_tenant_sees_and_reports_nothing(graph: Graph, bench: Bench, ids: dict[str, str]) -> None:
    found = await shutting(graph, bench, [ids["Payroll"]])
    foreign = new_tenant()
    await make_tenant(graph.engine, foreign)
    other = Graph(graph.engine, bench.work, foreign)

    assert (await other.data(FLOW, id=found["id"]))["flow"] is None
    (error,) = await report(other, found["shutdownOrder"][0], "COMPLETED")
    assert error[:2] == ("NOT_FOUND", "There is no such runbook step.")
    assert (await read(graph, found["id"]))["shutdownOrder"] == found["shutdownOrder"]
