"""The architecture that applications are measured by, through the schema: standards, templates and exceptions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from domain.access import Role
from persistence.database import open_database
from tests.graph import Graph
from tests.integration.conftest import Bench, postgres_bench
from tests.integration.test_graph_assessment import CSV, follow
from tests.integration.test_graph_commands import ERRORS, START, started
from tests.integration.test_graph_portfolio import ask, changed
from tests.toy import new_id

FACTS = "id name category requirement mandatory supportedVersions { technology specifier } template version updatedBy"
SAVE = f"""mutation ($input: SaveArchitectureStandardInput!) {{ saveArchitectureStandard(input: $input) {{
  standard {{ {FACTS} }} {ERRORS} }} }}"""
DELETE = f"mutation ($input: DeleteInput!) {{ deleteArchitectureStandard(input: $input) {{ deletedId {ERRORS} }} }}"
APPLY = f"""mutation ($input: ApplyTemplateInput!) {{ applyArchitectureTemplate(input: $input) {{
  standards {{ {FACTS} }} {ERRORS} }} }}"""
FLOW = """query ($id: ID!) { flow(id: $id) { status version phases { key status proposedInput }
  overrides { nodes { phase subject before after } }
  child { ... on AssessmentFlow { standards { nodes { id name } } techDebt { nodes { title severity } } } } } }"""
JAVA = {"category": "TECHNOLOGY_VERSION", "name": "Our Java", "requirement": "Java 21."}
VERSIONS = [{"technology": "java", "specifier": ">=21"}]


@pytest.fixture
async def bench(fresh_database: str) -> AsyncIterator[Bench]:
    async with postgres_bench(fresh_database) as made:
        yield made


@pytest.fixture
async def graph(fresh_database: str, bench: Bench) -> AsyncIterator[Graph]:
    engine = open_database(fresh_database)
    yield Graph(engine, bench.work, bench.tenant)
    await engine.dispose()


async def assessed(graph: Graph, bench: Bench, until: str) -> str:
    """An assessment of two applications that waits there."""
    found = {"discovery": {"source": {"text": CSV}, "fileName": "apps.csv"}}
    await follow(graph, bench, await started(graph, configuration=found))
    nodes = (await graph.data("{ applications { nodes { id } } }"))["applications"]["nodes"]
    input = {"configuration": {"assessment": {"applicationIds": [node["id"] for node in nodes]}}}
    flow_id = str((await graph.data(START, input=input))["startFlow"]["flow"]["id"])
    await follow(graph, bench, flow_id, until=until)
    return flow_id


async def statuses(graph: Graph, flow_id: str) -> dict[str, str]:
    flow = (await graph.data(FLOW, id=flow_id))["flow"]
    return {phase["key"]: phase["status"] for phase in flow["phases"]}


async def test_a_standard_is_made_changed_and_deleted(graph: Graph) -> None:
    made, errors = await ask(graph, SAVE, **JAVA, supportedVersions=VERSIONS)
    input: dict[str, Any] = {**JAVA, "id": made["id"]}
    after, _ = await ask(graph, SAVE, **input, mandatory=False, expectedVersion=1, user="bob")
    kept, _ = await ask(graph, SAVE, **input)
    stale = await ask(graph, SAVE, **{**input, "name": "Other"}, expectedVersion=1)
    stale_delete = await ask(graph, DELETE, id=made["id"], expectedVersion=1)
    gone, _ = await ask(graph, DELETE, id=made["id"], expectedVersion=2)
    again = await ask(graph, DELETE, id=made["id"])

    assert errors == []
    assert made["supportedVersions"] == [{"technology": "Java", "specifier": ">=21"}]
    assert (made["mandatory"], made["version"], made["updatedBy"], made["template"]) == (True, 1, None, None)
    assert (after["mandatory"], after["version"], after["updatedBy"]) == (False, 2, "bob")
    assert after["supportedVersions"] == made["supportedVersions"]
    assert (kept["mandatory"], kept["version"]) == (False, 2)
    assert stale == (None, [("VERSION_CONFLICT", ["expectedVersion"])])
    assert stale_delete == (None, [("VERSION_CONFLICT", ["expectedVersion"])])
    assert gone == made["id"]
    assert again == (None, [("NOT_FOUND", ["id"])])
    assert await changed(graph) == [[["ArchitectureStandard", made["id"].partition(":")[2]]]] * 3


async def test_a_standard_that_will_not_do_is_refused_with_all_that_is_wrong(graph: Graph) -> None:
    await ask(graph, SAVE, **JAVA)
    wrong = [{"technology": " ", "specifier": ">=21"}, {"technology": "Java", "specifier": "the newest"}]

    twice = await ask(graph, SAVE, **{**JAVA, "name": "our  JAVA"})
    found, errors = await ask(graph, SAVE, **{**JAVA, "name": " "}, supportedVersions=wrong)

    assert twice == (None, [("ALREADY_EXISTS", ["name"])])
    assert found is None
    assert errors == [
        ("INVALID_INPUT", ["name"]),
        ("INVALID_INPUT", ["supportedVersions", "0", "technology"]),
        ("INVALID_INPUT", ["supportedVersions", "1", "specifier"]),
    ]


async def test_the_architecture_is_an_architects(graph: Graph) -> None:
    gone = {"id": f"ArchitectureStandard:{new_id()}"}

    assert await graph.code(SAVE, Role.CONTRIBUTOR, input=JAVA) == "FORBIDDEN"
    assert await graph.code(DELETE, Role.CONTRIBUTOR, input=gone) == "FORBIDDEN"
    assert await graph.code(APPLY, Role.CONTRIBUTOR, input={"templateKey": "modern-java"}) == "FORBIDDEN"
    assert (await ask(graph, SAVE, Role.ARCHITECT, **JAVA))[1] == []


async def test_a_template_is_applied_once(graph: Graph) -> None:
    made, errors = await ask(graph, APPLY, templateKey="healthcare")
    again, _ = await ask(graph, APPLY, templateKey="healthcare")
    unknown = await ask(graph, APPLY, templateKey="alchemy")

    assert errors == []
    assert len(made) == 10
    assert {standard["template"] for standard in made} == {"healthcare"}
    assert again == made
    assert unknown == (None, [("NOT_FOUND", ["templateKey"])])
    assert len(await changed(graph)) == 1


async def test_a_standard_of_an_assessment_makes_what_follows_stale(graph: Graph, bench: Bench) -> None:
    flow_id = await assessed(graph, bench, "component_sixr_strategies")

    made, errors = await ask(graph, SAVE, **JAVA, flowId=flow_id, supportedVersions=VERSIONS)

    assert errors == []
    flow = (await graph.data(FLOW, id=flow_id))["flow"]
    found = {phase["key"]: phase["status"] for phase in flow["phases"]}
    assert found["architecture_minimums"] == "COMPLETED"
    assert found["tech_debt_analysis"] == "STALE"
    assert found["component_sixr_strategies"] == "STALE"
    assert flow["status"] == "READY"
    (override,) = flow["overrides"]["nodes"]
    assert (override["phase"], override["subject"], override["before"]) == ("architecture_minimums", made["id"], None)
    assert override["after"]["name"] == "Our Java"
    assert made["id"] in [node["id"] for node in flow["child"]["standards"]["nodes"]]
    events = [event.kind for event in await bench.events(flow_id.partition(":")[2])]
    assert events.count("OVERRIDE") == 1


async def test_at_the_pause_a_template_joins_what_is_proposed(graph: Graph, bench: Bench) -> None:
    flow_id = await assessed(graph, bench, "architecture_minimums")

    made, errors = await ask(graph, APPLY, templateKey="retail", flowId=flow_id)

    assert errors == []
    flow = (await graph.data(FLOW, id=flow_id))["flow"]
    minimums = next(phase for phase in flow["phases"] if phase["key"] == "architecture_minimums")
    assert minimums["status"] == "AWAITING_INPUT"
    assert {standard["id"] for standard in made} <= set(minimums["proposedInput"]["standardIds"])
    await follow(graph, bench, flow_id, until="component_sixr_strategies")
    assert (await statuses(graph, flow_id))["tech_debt_analysis"] == "COMPLETED"


async def test_a_standard_changed_or_deleted_elsewhere_makes_stale_what_measured_by_it(
    graph: Graph, bench: Bench
) -> None:
    flow_id = await assessed(graph, bench, "component_sixr_strategies")
    made, _ = await ask(graph, SAVE, **JAVA, flowId=flow_id)
    await follow(graph, bench, flow_id)
    rerun = f"mutation ($input: PhaseActionInput!) {{ runPhase(input: $input) {{ flow {{ status }} {ERRORS} }} }}"
    await ask(graph, rerun, flowId=flow_id, phase="tech_debt_analysis")
    await follow(graph, bench, flow_id, until="component_sixr_strategies")
    fresh = await statuses(graph, flow_id)

    _, unused = await ask(graph, SAVE, **{**JAVA, "name": "Another"})
    after_another = await statuses(graph, flow_id)
    await ask(graph, SAVE, **JAVA, id=made["id"], mandatory=False)
    after_change = await statuses(graph, flow_id)
    await ask(graph, rerun, flowId=flow_id, phase="tech_debt_analysis")
    await follow(graph, bench, flow_id, until="component_sixr_strategies")
    await ask(graph, DELETE, id=made["id"])

    assert (fresh["tech_debt_analysis"], unused) == ("COMPLETED", [])
    assert after_another == fresh
    assert (after_change["tech_debt_analysis"], after_change["architecture_minimums"]) == ("STALE", "COMPLETED")
    assert (await statuses(graph, flow_id))["tech_debt_analysis"] == "STALE"
    flow = (await graph.data(FLOW, id=flow_id))["flow"]
    assert made["id"] not in [node["id"] for node in flow["child"]["standards"]["nodes"]]
    last = flow["overrides"]["nodes"][-1]
    assert (last["subject"], last["before"]["name"], last["after"]) == (made["id"], "Our Java", None)
