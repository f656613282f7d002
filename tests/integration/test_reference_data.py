"""A real portfolio and its list of dependencies, through every pause with what is proposed and two defaults."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.graph import Graph
from tests.integration.conftest import Bench
from tests.integration.test_graph_assessment import SUBMIT, follow
from tests.integration.test_graph_commands import started
from tests.integration.test_graph_learning import bench, graph
from tests.unit.discovery.driving import GOVUK_DATA

__all__ = ["bench", "graph"]

RESULT = """query ($id: ID!) { flow(id: $id) { status progress warnings { code }
  currentPhase { key proposedInput } phases { key result } } }"""
APPLICATIONS = (
    "{ applications(first: 100) { totalCount nodes { name readiness readinessGaps criticality environment } } }"
)


@pytest.mark.skipif(not GOVUK_DATA.is_dir(), reason="the reference data are not here")
async def test_a_portfolio_is_ready_once_its_defaults_are_given_and_its_edges_take_nothing(
    graph: Graph, bench: Bench
) -> None:
    portfolio = await _imported(graph, bench, "portfolio-2020-06-01.yml")
    before = (await graph.data(APPLICATIONS))["applications"]
    edges = await _imported(graph, bench, "derived-edges-2020-06-01.csv")
    after = (await graph.data(APPLICATIONS))["applications"]

    assert (portfolio["inventory"]["created"], portfolio["inventory"]["ready"]) == (86, 86)
    assert Counter((each["readiness"], each["criticality"], each["environment"]) for each in before["nodes"]) == {
        ("READY_FOR_ASSESSMENT", "MEDIUM", "PRODUCTION"): 86
    }
    assert after == before
    assert (edges["inventory"]["created"], edges["inventory"]["vanished"]) == (0, 0)
    assert (portfolio["dependencies"]["dependencies"], edges["dependencies"]["dependencies"]) == (133, 159)
    assert (edges["data_import"]["rows"], edges["data_import"]["rejected"]) == (159, 0)


async def _imported(graph: Graph, bench: Bench, name: str) -> dict[str, Any]:
    """Each phase's result, with a criticality and an environment where the file tells none."""
    source = {"source": {"text": (GOVUK_DATA / name).read_text()}, "fileName": name}
    flow_id = await started(graph, configuration={"discovery": source})
    await follow(graph, bench, flow_id, until="data_cleansing")
    proposed = (await graph.data(RESULT, id=flow_id))["flow"]["currentPhase"]["proposedInput"]
    data = {**proposed, "defaults": {"criticality": "MEDIUM", "environment": "PRODUCTION"}}
    input = {"flowId": flow_id, "phase": "data_cleansing", "data": data}
    assert (await graph.data(SUBMIT, input=input))["submitPhaseInput"]["errors"] == []
    await follow(graph, bench, flow_id)

    flow = (await graph.data(RESULT, id=flow_id))["flow"]
    assert (flow["status"], flow["progress"]) == ("COMPLETED", 100)
    assert "FACTS_ASSUMED" in {warning["code"] for warning in flow["warnings"]}
    return {phase["key"]: phase["result"] for phase in flow["phases"]}
