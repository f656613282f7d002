"""Every change at an assessment's pauses teaches something, through the schema."""

from __future__ import annotations

from typing import Any

from tests.graph import Graph
from tests.integration.conftest import Bench
from tests.integration.test_graph_architecture import JAVA, VERSIONS, assessed
from tests.integration.test_graph_architecture import SAVE as STANDARD
from tests.integration.test_graph_learning import LEARNINGS, bench, graph
from tests.integration.test_graph_portfolio import ask
from tests.integration.test_graph_revising import DEBT, PAGE, PARTS, items, payroll

__all__ = ["bench", "graph"]

LEARNED = "query ($id: ID!) { flow(id: $id) { learnings { totalCount } events(kinds: [LEARNING]) { nodes { kind } } } }"


async def learned(graph: Graph, phase: str) -> list[tuple[str, float, dict[str, Any]]]:
    nodes = (await graph.data(LEARNINGS, kind=f"assessment.{phase}"))["learnings"]["nodes"]
    return [(node["summary"], node["confidence"], node["data"]) for node in nodes]


async def test_debt_that_is_dismissed_taken_back_and_judged_otherwise(graph: Graph, bench: Bench) -> None:
    flow_id = await assessed(graph, bench, "tech_debt_analysis")
    about = {"flowId": flow_id, "applicationId": (await payroll(graph, flow_id))["id"]}
    old = (await items(graph, flow_id))[0]
    kept = {name: old[name] for name in ("id", "category", "severity", "title", "evidence", "remediationHours")}
    own = {**kept, "id": None, "title": "Mine"}
    judged = {"severity": old["severity"], "hours": old["remediationHours"]}
    said = []

    for change in (
        {},
        {"dismissed": True, "dismissedReason": "Goes in May."},
        {"dismissed": False},
        {"severity": "LOW"},
    ):
        item = {**kept, **change} if change else {name: value for name, value in own.items() if name != "id"}
        assert (await ask(graph, DEBT, **about, items=[item]))[1] == []
        said.append(await learned(graph, "tech_debt_analysis"))

    # An item of a person's own corrects nothing.
    assert said[0] == []
    ((summary, confidence, data),) = said[1]
    assert (summary, confidence) == (f"{old['title']} was dismissed: Goes in May.", 0.75)
    assert (data["proposed"], data["chosen"], data["reason"]) == (
        {**judged, "dismissed": False},
        {**judged, "dismissed": True},
        "Goes in May.",
    )
    assert [each[0] for each in said[2]] == [f"{old['title']} counts after all."]
    assert [each[0] for each in said[3]] == [f"{old['title']} is LOW in truth, not {old['severity']}."]
    flow = (await graph.data(LEARNED, id=flow_id))["flow"]
    assert (flow["learnings"]["totalCount"], len(flow["events"]["nodes"])) == (1, 3)


async def test_components_standards_and_pages(graph: Graph, bench: Bench) -> None:
    flow_id = await assessed(graph, bench, "app_on_page_generation")
    own = await payroll(graph, flow_id)
    about = {"flowId": flow_id, "applicationId": own["id"]}
    section = own["appOnPage"]["sections"][0]
    parts = [{"name": "srv-1", "type": "database", "technologies": [{"name": "PostgreSQL", "version": "16"}]}]

    for mutation, more in (
        (PAGE, {"sections": [{"key": section["key"], "body": "Mine."}]}),
        (PARTS, {"components": parts}),
    ):
        assert (await ask(graph, mutation, **about, **more))[1] == []
    assert (await ask(graph, STANDARD, **JAVA, supportedVersions=VERSIONS, flowId=flow_id))[1] == []

    assert await learned(graph, "app_on_page_generation") == [
        (f"Written by a person: {section['title']}.", 0.75, {"corrected": "page", "sections": [section["key"]]})
    ]
    ((summary, _, data),) = await learned(graph, "tech_debt_analysis")
    assert summary == "Its components are in truth: database."
    assert (data["corrected"], data["chosen"]) == (
        "components",
        [{"type": "database", "technologies": ["PostgreSQL 16"]}],
    )
    ((summary, _, data),) = await learned(graph, "architecture_minimums")
    assert (summary, data["requirement"], data["versions"]) == (
        "The standard Our Java was added.",
        "Java 21.",
        ["Java >=21"],
    )
