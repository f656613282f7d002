"""What people change at an assessment's pauses, through the schema: components, technical debt and pages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from domain.access import Role
from persistence.database import open_database
from tests.graph import Graph
from tests.integration.conftest import Bench, postgres_bench
from tests.integration.test_graph_architecture import JAVA, SAVE, assessed, statuses
from tests.integration.test_graph_assessment import DECISIONS, OVERRIDE
from tests.integration.test_graph_commands import ERRORS
from tests.integration.test_graph_portfolio import UPDATE, ask
from tests.toy import new_id

PART = "id name type source technologies { name version } dependsOn { name } attributes"
PARTS = f"""mutation ($input: SaveComponentsInput!) {{ saveComponents(input: $input) {{
  application {{ id version components {{ {PART} }} }} flow {{ id status }} {ERRORS} }} }}"""
DEBT = f"""mutation ($input: SaveTechDebtInput!) {{ saveTechDebt(input: $input) {{
  application {{ id techDebt {{ score items }} }} flow {{ id }} {ERRORS} }} }}"""
PAGE = f"""mutation ($input: CustomizeAppOnPageInput!) {{ customizeAppOnPage(input: $input) {{
  appOnPage {{ id customized version sections {{ key title body customized }} }} flow {{ id }} {ERRORS} }} }}"""
READ = """query ($id: ID!) { flow(id: $id) { applications { nodes { id name techDebt { score items }
  components { id name } appOnPage { id version sections { key title customized } } } }
  overrides { nodes { phase subject before after } }
  child { ... on AssessmentFlow { techDebt { nodes { id title category severity evidence remediationHours source
    dismissed dismissedBy dismissedReason application { name } component { name } } } } } } }"""
RUN = f"mutation ($input: PhaseActionInput!) {{ runPhase(input: $input) {{ flow {{ status }} {ERRORS} }} }}"
ITEM = {"category": "SECURITY", "severity": "CRITICAL", "title": "Shared password", "evidence": "Seen.",
        "remediationHours": "8"}  # fmt: skip


@pytest.fixture
async def bench(fresh_database: str) -> AsyncIterator[Bench]:
    async with postgres_bench(fresh_database) as made:
        yield made


@pytest.fixture
async def graph(fresh_database: str, bench: Bench) -> AsyncIterator[Graph]:
    engine = open_database(fresh_database)
    yield Graph(engine, bench.work, bench.tenant)
    await engine.dispose()


async def payroll(graph: Graph, flow_id: str) -> dict[str, Any]:
    nodes = (await graph.data(READ, id=flow_id))["flow"]["applications"]["nodes"]
    return next(dict(node) for node in nodes if node["name"] == "Payroll")


async def items(graph: Graph, flow_id: str) -> list[dict[str, Any]]:
    nodes = (await graph.data(READ, id=flow_id))["flow"]["child"]["techDebt"]["nodes"]
    return [node for node in nodes if node["application"]["name"] == "Payroll"]


async def test_a_persons_components_are_looked_at_at_once(graph: Graph, bench: Bench) -> None:
    flow_id = await assessed(graph, bench, "component_sixr_strategies")
    about = {"flowId": flow_id, "applicationId": (await payroll(graph, flow_id))["id"]}
    listed = [
        {"name": "Web", "type": "Frontend", "dependsOn": ["Store"], "attributes": {"tls": False}},
        {"name": "Store", "type": "database", "technologies": [{"name": "PostgreSQL", "version": "9.6"}]},
    ]

    found, errors = await ask(graph, PARTS, Role.CONTRIBUTOR, **about, components=listed)

    assert errors == []
    by_name = {part["name"]: part for part in found["components"]}
    assert sorted(by_name) == ["Store", "Web"]
    assert (by_name["Web"]["type"], by_name["Web"]["source"]) == ("frontend", "USER")
    assert by_name["Web"]["dependsOn"] == [{"name": "Store"}]
    assert by_name["Store"]["technologies"] == [{"name": "PostgreSQL", "version": "9.6"}]
    assert "PostgreSQL 9.6 is past its end of support" in [item["title"] for item in await items(graph, flow_id)]
    assert (await statuses(graph, flow_id))["component_sixr_strategies"] == "STALE"
    flow = (await graph.data(READ, id=flow_id))["flow"]
    assert [(each["phase"], each["subject"]) for each in flow["overrides"]["nodes"]] == [
        ("tech_debt_analysis", about["applicationId"])
    ]
    # Decisions that are not made anew yet leave out what is gone.
    assert (await graph.ask(DECISIONS, id=flow_id)).get("errors") is None


async def test_a_component_keeps_what_the_list_does_not_say(graph: Graph, bench: Bench) -> None:
    flow_id = await assessed(graph, bench, "tech_debt_analysis")
    own = await payroll(graph, flow_id)
    about = {"flowId": flow_id, "applicationId": own["id"]}
    part = own["components"][0]

    renamed, errors = await ask(
        graph, PARTS, **about, components=[{"id": part["id"], "name": "Core", "type": "service"}]
    )
    refused = await ask(
        graph,
        PARTS,
        **about,
        components=[
            {"name": "A", "type": " ", "dependsOn": ["Z"]},
            {"name": "a", "type": "x", "id": f"Component:{new_id()}"},
        ],
    )
    empty = await ask(graph, PARTS, **about, components=[])

    assert errors == []
    assert [(each["id"], each["name"]) for each in renamed["components"]] == [(part["id"], "Core")]
    assert renamed["components"][0]["technologies"] == [{"name": "Java", "version": "8"}]
    assert (await statuses(graph, flow_id))["tech_debt_analysis"] == "AWAITING_INPUT"
    assert refused[0] is None
    assert sorted(refused[1]) == [
        ("ALREADY_EXISTS", ["components", "1", "name"]),
        ("INVALID_INPUT", ["components", "0", "type"]),
        ("NOT_FOUND", ["components", "0", "dependsOn", "0"]),
        ("NOT_FOUND", ["components", "1", "id"]),
    ]
    assert empty == (None, [("INVALID_INPUT", ["components"])])


async def test_a_persons_debt_survives_a_run_and_dismissing_needs_a_reason(graph: Graph, bench: Bench) -> None:
    flow_id = await assessed(graph, bench, "tech_debt_analysis")
    own = await payroll(graph, flow_id)
    about = {"flowId": flow_id, "applicationId": own["id"]}
    old = (await items(graph, flow_id))[0]
    kept = {name: old[name] for name in ("id", "category", "severity", "title", "evidence", "remediationHours")}

    added, errors = await ask(graph, DEBT, **about, items=[ITEM])
    unreasoned = await ask(graph, DEBT, **about, items=[{**kept, "dismissed": True}])
    dismissed = {**kept, "dismissed": True, "dismissedReason": "It goes in May."}
    after, _ = await ask(graph, DEBT, **about, items=[dismissed], user="bob")
    await ask(graph, SAVE, **JAVA, flowId=flow_id)
    _, run_errors = await ask(graph, RUN, flowId=flow_id, phase="tech_debt_analysis")
    await bench.drive()

    assert (errors, run_errors) == ([], [])
    assert added["techDebt"]["items"] == own["techDebt"]["items"] + 1
    assert added["techDebt"]["score"] > own["techDebt"]["score"]
    assert unreasoned == (None, [("INVALID_INPUT", ["items", "0", "dismissedReason"])])
    assert after["techDebt"]["score"] < added["techDebt"]["score"]
    found = {item["id"]: item for item in await items(graph, flow_id)}
    again = found[old["id"]]
    assert (again["dismissed"], again["dismissedBy"], again["dismissedReason"]) == (True, "bob", "It goes in May.")
    (written,) = [item for item in found.values() if item["title"] == "Shared password"]
    assert (written["source"], written["severity"]) == ("USER", "CRITICAL")


async def test_a_page_in_a_persons_words_is_kept(graph: Graph, bench: Bench) -> None:
    flow_id = await assessed(graph, bench, "app_on_page_generation")
    own = await payroll(graph, flow_id)
    about = {"flowId": flow_id, "applicationId": own["id"]}
    sections = [{"key": "overview", "body": {"text": "Pays."}}, {"key": "notes", "title": "Notes", "body": ["One"]}]

    page, errors = await ask(graph, PAGE, **about, sections=sections, expectedVersion=1)
    stale = await ask(graph, PAGE, **about, sections=sections, expectedVersion=1)
    untitled = await ask(graph, PAGE, **about, sections=[{"key": "other", "body": 1}])

    assert errors == []
    assert (page["customized"], page["version"]) == (True, 2)
    by_key = {section["key"]: section for section in page["sections"]}
    assert by_key["overview"] == {"key": "overview", "title": "Overview", "body": {"text": "Pays."}, "customized": True}
    assert by_key["notes"]["title"] == "Notes"
    assert not by_key["ownership"]["customized"]
    assert stale == (None, [("VERSION_CONFLICT", ["expectedVersion"])])
    assert untitled == (None, [("INVALID_INPUT", ["sections", "0", "title"])])


async def test_a_page_tells_what_was_changed_and_is_made_anew_around_a_persons_words(
    graph: Graph, bench: Bench
) -> None:
    flow_id = await assessed(graph, bench, "app_on_page_generation")
    own = await payroll(graph, flow_id)
    about = {"flowId": flow_id, "applicationId": own["id"]}
    await ask(graph, PAGE, **about, sections=[{"key": "overview", "body": {"text": "Pays."}}])

    await ask(graph, UPDATE, id=own["id"], department="Finance", user="bob")
    choice = {"flowId": flow_id, "applicationId": own["id"], "strategy": "RETAIN", "rationale": "For now."}
    await graph.data(OVERRIDE, input=choice)
    _, errors = await ask(graph, RUN, flowId=flow_id, phase="app_on_page_generation")
    await bench.drive()

    text = """query ($id: ID!, $of: ID!) { flow(id: $id) { child { ... on AssessmentFlow {
      appOnPage(applicationId: $of) { customized version sections { key body customized } } } } } }"""
    page = (await graph.data(text, id=flow_id, of=own["id"]))["flow"]["child"]["appOnPage"]
    bodies = {section["key"]: section["body"] for section in page["sections"]}
    newest = bodies["history"]["changes"][0]
    assert errors == []
    assert [section["key"] for section in page["sections"] if section["customized"]] == ["overview"]
    assert bodies["overview"] == {"text": "Pays."}
    assert (newest["field"], newest["before"], newest["after"], newest["by"]) == ("department", None, "Finance", "bob")
    assert [change["field"] for change in bodies["history"]["changes"]] == ["department", "readiness"]
    assert bodies["readiness"]["readiness"] == "IN_ASSESSMENT"
    assert {each["strategy"] for each in bodies["treatments"]} == {"RETAIN"}
    assert {item["underException"] for item in bodies["tech_debt"]["items"]} == {False}
    assert bodies["unknown_facts"]["share"] > 0
    assert all(bodies[key] for key in bodies if key not in ("move_group", "risks", "integration"))


async def test_nothing_is_changed_before_it_is_there_or_by_a_viewer(graph: Graph, bench: Bench) -> None:
    flow_id = await assessed(graph, bench, "architecture_minimums")
    about = {"flowId": flow_id, "applicationId": (await payroll(graph, flow_id))["id"]}

    debt = await ask(graph, DEBT, **about, items=[ITEM])
    page = await ask(graph, PAGE, **about, sections=[{"key": "overview", "body": 1}])

    assert debt == (None, [("INVALID_TRANSITION", ["flowId"])])
    assert page == (None, [("INVALID_TRANSITION", ["flowId"])])
    assert await graph.code(DEBT, Role.VIEWER, input={**about, "items": [ITEM]}) == "FORBIDDEN"
