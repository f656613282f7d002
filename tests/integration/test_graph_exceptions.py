"""Exceptions from standards, through the schema: requested by one person, decided by another."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from domain.access import Role
from domain.event import RunPhase
from persistence.database import open_database
from tests.graph import Graph
from tests.integration.conftest import Bench, postgres_bench
from tests.integration.test_graph_architecture import assessed, statuses
from tests.integration.test_graph_commands import ERRORS
from tests.integration.test_graph_portfolio import ask
from tests.toy import new_id

FACTS = """id status kind rationale requestedBy decidedBy comment expiresOn requirement standard { id }
  application { name } flow { id }"""
REQUEST = f"""mutation ($input: StandardExceptionInput!) {{ requestStandardException(input: $input) {{
  exception {{ {FACTS} }} flow {{ id version }} {ERRORS} }} }}"""
DECIDE = f"""mutation ($input: DecideExceptionInput!) {{ decideStandardException(input: $input) {{
  exception {{ {FACTS} }} flow {{ id version }} {ERRORS} }} }}"""
DEBT = """query ($id: ID!) { flow(id: $id) { child { ... on AssessmentFlow {
  standards { nodes { id name supportedVersions { technology } } }
  techDebt { nodes { title standard { id } application { id techDebt { score } } } } } } } }"""
RUN = f"mutation ($input: PhaseActionInput!) {{ runPhase(input: $input) {{ flow {{ status }} {ERRORS} }} }}"


@pytest.fixture
async def bench(fresh_database: str) -> AsyncIterator[Bench]:
    async with postgres_bench(fresh_database) as made:
        yield made


@pytest.fixture
async def graph(fresh_database: str, bench: Bench) -> AsyncIterator[Graph]:
    engine = open_database(fresh_database)
    yield Graph(engine, bench.work, bench.tenant)
    await engine.dispose()


async def below_standard(graph: Graph, flow_id: str) -> dict[str, Any]:
    """The one finding that is below a standard: Payroll's Java."""
    child = (await graph.data(DEBT, id=flow_id))["flow"]["child"]
    (item,) = [node for node in child["techDebt"]["nodes"] if node["standard"]]
    return dict(item)


async def wish(graph: Graph, flow_id: str, **more: Any) -> dict[str, Any]:
    item = await below_standard(graph, flow_id)
    return {
        "flowId": flow_id,
        "applicationId": item["application"]["id"],
        "standardId": item["standard"]["id"],
        "kind": "EXCEPTION",
        "rationale": "The vendor supports it.",
        **more,
    }


async def test_an_approved_exception_softens_the_debt_it_covers(graph: Graph, bench: Bench) -> None:
    flow_id = await assessed(graph, bench, "component_sixr_strategies")
    before = (await below_standard(graph, flow_id))["application"]["techDebt"]["score"]

    requested, errors = await ask(graph, REQUEST, **await wish(graph, flow_id, expiresOn="2099-12-31"), user="bob")
    decided, _ = await ask(graph, DECIDE, id=requested["id"], approve=True, comment="For now.")

    assert errors == []
    assert (requested["status"], requested["requestedBy"]) == ("PROPOSED", "bob")
    assert requested["flow"]["id"] == flow_id
    assert (decided["status"], decided["decidedBy"], decided["comment"]) == ("APPROVED", "alice", "For now.")
    assert decided["expiresOn"] == "2099-12-31"
    assert (await statuses(graph, flow_id))["tech_debt_analysis"] == "STALE"
    await graph.data(RUN, input={"flowId": flow_id, "phase": "tech_debt_analysis"})
    assert any(isinstance(job, RunPhase) for job in await bench.drive())
    assert (await below_standard(graph, flow_id))["application"]["techDebt"]["score"] < before


async def test_nobody_decides_his_own_exception_and_only_a_lead_decides(graph: Graph, bench: Bench) -> None:
    flow_id = await assessed(graph, bench, "component_sixr_strategies")
    requested, _ = await ask(graph, REQUEST, Role.CONTRIBUTOR, **await wish(graph, flow_id))

    own = await ask(graph, DECIDE, id=requested["id"], approve=True)
    code = await graph.code(DECIDE, Role.ARCHITECT, user="bob", input={"id": requested["id"], "approve": True})
    rejected, _ = await ask(graph, DECIDE, Role.LEAD, id=requested["id"], approve=False, user="bob")
    twice = await ask(graph, DECIDE, id=requested["id"], approve=True, user="bob")
    unknown = await ask(graph, DECIDE, id=f"StandardException:{new_id()}", approve=True)

    assert own == (None, [("SELF_APPROVAL", ["id"])])
    assert code == "FORBIDDEN"
    assert rejected["status"] == "REJECTED"
    assert twice == (None, [("INVALID_TRANSITION", ["id"])])
    assert unknown == (None, [("NOT_FOUND", ["id"])])
    assert (await statuses(graph, flow_id))["tech_debt_analysis"] == "COMPLETED"


async def test_a_request_that_will_not_do_is_refused(graph: Graph, bench: Bench) -> None:
    flow_id = await assessed(graph, bench, "component_sixr_strategies")
    input = await wish(graph, flow_id)
    await ask(graph, REQUEST, **input)

    twice = await ask(graph, REQUEST, **input)
    addition = await ask(graph, REQUEST, **input | {"kind": "ADDITION"})
    blank = {"kind": "MODIFICATION", "rationale": " ", "expiresOn": "2020-01-01"}
    modification = await ask(graph, REQUEST, **input | blank)
    elsewhere = await ask(graph, REQUEST, **input | {"applicationId": f"Application:{new_id()}"})

    assert twice == (None, [("ALREADY_EXISTS", ["standardId"])])
    assert addition == (None, [("INVALID_INPUT", ["standardId"]), ("INVALID_INPUT", ["requirement"])])
    assert modification == (
        None,
        [("INVALID_INPUT", ["expiresOn"]), ("INVALID_INPUT", ["rationale"]), ("INVALID_INPUT", ["requirement"])],
    )
    assert elsewhere == (None, [("NOT_FOUND", ["applicationId"])])
    assert await graph.code(REQUEST, Role.VIEWER, input=input) == "FORBIDDEN"


async def test_a_request_is_one_version_and_one_event_of_its_flow(graph: Graph, bench: Bench) -> None:
    flow_id = await assessed(graph, bench, "tech_debt_analysis")
    input = await wish(graph, flow_id)
    ask_flow = "query ($id: ID!) { flow(id: $id) { version } }"
    before = (await graph.data(ask_flow, id=flow_id))["flow"]

    requested, _ = await ask(graph, REQUEST, **input, user="bob")

    after = (await graph.data(ask_flow, id=flow_id))["flow"]
    assert after["version"] == before["version"] + 1
    events = await bench.events(flow_id.partition(":")[2])
    assert events[-1].data == {"changed": [["StandardException", requested["id"].partition(":")[2]]]}
