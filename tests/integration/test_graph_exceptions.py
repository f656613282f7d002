"""Exceptions from standards, through the schema: requested by one person, decided by another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import update

from domain.access import Role
from domain.event import RunPhase
from persistence.database import open_database, select_tenant
from persistence.tables import standard_exceptions
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


SHOWN = """query ($id: ID!) { flow(id: $id) { child { ... on AssessmentFlow { exceptions { nodes { id inForce } }
  decisions { nodes { application { id techDebt { score } } architectureExceptions { id inForce } } } } } } }"""


async def shown(graph: Graph, flow_id: str, application_id: str) -> dict[str, Any]:
    """That application's decision, with its exceptions and the score of its debt."""
    nodes = (await graph.data(SHOWN, id=flow_id))["flow"]["child"]["decisions"]["nodes"]
    return next(dict(node) for node in nodes if node["application"]["id"] == application_id)


async def test_an_exception_counts_until_its_last_day_and_says_so(graph: Graph, bench: Bench) -> None:
    flow_id = await assessed(graph, bench, "component_sixr_strategies")
    input = await wish(graph, flow_id, expiresOn="2099-12-31")
    before = await shown(graph, flow_id, input["applicationId"])
    requested, _ = await ask(graph, REQUEST, **input, user="bob")
    await ask(graph, DECIDE, id=requested["id"], approve=True)

    softened = await shown(graph, flow_id, input["applicationId"])
    async with graph.engine.begin() as connection:
        await select_tenant(connection, graph.tenant)
        await connection.execute(update(standard_exceptions).values(expires_on=date(2020, 1, 1)))
    expired = await shown(graph, flow_id, input["applicationId"])

    assert before["architectureExceptions"] == []
    assert softened["architectureExceptions"] == [{"id": requested["id"], "inForce": True}]
    assert softened["application"]["techDebt"]["score"] < before["application"]["techDebt"]["score"]
    assert expired["architectureExceptions"] == [{"id": requested["id"], "inForce": False}]
    assert expired["application"]["techDebt"] == before["application"]["techDebt"]


async def test_a_modification_measures_by_its_own_versions_and_an_addition_by_one_more(
    graph: Graph, bench: Bench
) -> None:
    flow_id = await assessed(graph, bench, "component_sixr_strategies")
    input = await wish(graph, flow_id)
    own = [{"technology": "Java", "specifier": ">=8"}]
    strict = [{"technology": "Java", "specifier": ">=25"}]
    about = {"flowId": flow_id, "applicationId": input["applicationId"], "rationale": "As agreed."}

    modified, _ = await ask(graph, REQUEST, **{**input, "kind": "MODIFICATION", "supportedVersions": own}, user="bob")
    await ask(graph, DECIDE, id=modified["id"], approve=True)
    await ask(graph, RUN, flowId=flow_id, phase="tech_debt_analysis")
    await bench.drive()
    nodes = (await graph.data(DEBT, id=flow_id))["flow"]["child"]["techDebt"]["nodes"]
    added, errors = await ask(
        graph, REQUEST, **about, kind="ADDITION", requirement="Newest Java.", supportedVersions=strict, user="bob"
    )
    await ask(graph, DECIDE, id=added["id"], approve=True)
    await ask(graph, RUN, flowId=flow_id, phase="tech_debt_analysis")
    await bench.drive()
    more = (await graph.data(DEBT, id=flow_id))["flow"]["child"]["techDebt"]["nodes"]

    assert [node["title"] for node in nodes if node["standard"]] == []
    assert (errors, added["standard"]) == ([], None)
    assert len(more) == len(nodes) + 1


async def test_two_who_decide_at_once_decide_once(graph: Graph, bench: Bench) -> None:
    flow_id = await assessed(graph, bench, "component_sixr_strategies")
    requested, _ = await ask(graph, REQUEST, **await wish(graph, flow_id), user="carol")
    other = Graph(graph.engine, graph.work, graph.tenant)

    answers = await asyncio.gather(
        ask(graph, DECIDE, id=requested["id"], approve=True),
        ask(other, DECIDE, id=requested["id"], approve=False, user="bob"),
    )

    assert sorted(str(errors) for _, errors in answers) == ["[('INVALID_TRANSITION', ['id'])]", "[]"]
    (decided,) = [exception for exception, errors in answers if not errors]
    assert decided["status"] == ("APPROVED" if decided["decidedBy"] == "alice" else "REJECTED")
