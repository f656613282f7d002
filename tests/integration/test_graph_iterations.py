"""Discovery after discovery over one portfolio: what people corrected is proposed, decided and measured anew."""

from __future__ import annotations

from typing import Any

from domain.access import Role
from tests.graph import Graph
from tests.integration.conftest import Bench
from tests.integration.test_graph_assessment import SUBMIT, follow
from tests.integration.test_graph_commands import started
from tests.integration.test_graph_learning import LEARNINGS, bench, graph, neighbour, recorded

__all__ = ["bench", "graph", "neighbour"]

INVENTORY = "Application,Appl. Betr.,Operating system\nPayroll,Ines,Win2k8 R2\nLedger,Tom,Win2k8 R2\n"
MAPPINGS = """query ($id: ID!) { flow(id: $id) { currentPhase { key proposedInput }
  child { ... on DiscoveryFlow { mappings { column target confidence source } cleansing { nodes { id applied } } } }
  learnings { nodes { id summary confidence uses } }
  events(kinds: [LEARNING]) { nodes { ... on LearningRecorded { pattern { id } } } } } }"""


async def discovery(graph: Graph, bench: Bench, text: str = INVENTORY) -> str:
    """One that waits at the mapping."""
    source = {"source": {"text": text}, "fileName": "portfolio.csv"}
    flow_id = await started(graph, configuration={"discovery": source})
    await bench.drive()
    return flow_id


async def proposal(graph: Graph, flow_id: str, column: str = "Appl. Betr.") -> tuple[str | None, float, str]:
    mappings = (await graph.data(MAPPINGS, id=flow_id))["flow"]["child"]["mappings"]
    (found,) = [each for each in mappings if each["column"] == column]
    return found["target"], found["confidence"], found["source"]


async def answer(graph: Graph, bench: Bench, flow_id: str, phase: str, data: dict[str, Any]) -> None:
    input = {"flowId": flow_id, "phase": phase, "data": data}
    assert (await graph.data(SUBMIT, input=input))["submitPhaseInput"]["errors"] == []
    await bench.drive()


async def test_a_mapping_corrected_twice_is_proposed_the_third_time(graph: Graph, bench: Bench) -> None:
    correction = {"mappings": [{"column": "Appl. Betr.", "target": "business_owner"}]}
    proposed, uses = [], []
    for _ in range(3):
        flow_id = await discovery(graph, bench)
        proposed.append(await proposal(graph, flow_id))
        uses += [each["uses"] for each in (await graph.data(LEARNINGS))["learnings"]["nodes"]]
        await answer(graph, bench, flow_id, "attribute_mapping", correction)
        await follow(graph, bench, flow_id)

    assert proposed == [(None, 0.0, "RULES"), ("business_owner", 0.75, "USER"), ("business_owner", 0.9, "USER")]
    assert uses == [1, 2]
    (pattern,) = (await graph.data(LEARNINGS, similarTo="column: 'Appl. Betr.'"))["learnings"]["nodes"]
    assert (pattern["kind"], pattern["summary"]) == (
        "discovery.attribute_mapping",
        'The column "Appl. Betr." fills business_owner.',
    )
    assert (pattern["data"], pattern["uses"], pattern["confidence"]) == (
        {"column": "appl. betr", "target": "business_owner"},
        2,
        0.96,
    )
    flow = (await graph.data(MAPPINGS, id=flow_id))["flow"]
    assert [each["id"] for each in flow["learnings"]["nodes"]] == [pattern["id"]]
    assert flow["events"]["nodes"] == [{"pattern": {"id": pattern["id"]}}]
    owners = (await graph.data("{ applications { nodes { name businessOwner } } }"))["applications"]["nodes"]
    assert owners == [{"name": "Ledger", "businessOwner": "Tom"}, {"name": "Payroll", "businessOwner": "Ines"}]


async def test_what_a_lead_teaches_the_client_account_is_proposed_in_its_other_engagements(
    graph: Graph, neighbour: Graph, bench: Bench
) -> None:
    flow_id = await discovery(graph, bench)
    said = {"column": "Appl. Betr.", "target": "business_owner"}
    pattern = await recorded(graph, flow_id, phase="attribute_mapping", scope="CLIENT_ACCOUNT", data=said)
    await bench.drive()

    there = await started(
        neighbour, configuration={"discovery": {"source": {"text": INVENTORY}, "fileName": "portfolio.csv"}}
    )
    tenant, bench.tenant = bench.tenant, neighbour.tenant
    await bench.drive()
    bench.tenant = tenant

    assert await proposal(neighbour, there) == ("business_owner", 0.9, "USER")
    node = "query ($id: ID!) { node(id: $id) { ... on LearningPattern { uses flow { id } } } }"
    assert await neighbour.data(node, Role.VIEWER, id=pattern["id"]) == {"node": {"uses": 1, "flow": None}}
    assert await graph.data(node, id=pattern["id"]) == {"node": {"uses": 1, "flow": {"id": flow_id}}}


async def test_a_refused_finding_is_proposed_refused_even_when_its_flow_is_gone(graph: Graph, bench: Bench) -> None:
    async def finding(flow_id: str) -> dict[str, Any]:
        (found,) = (await graph.data(MAPPINGS, id=flow_id))["flow"]["child"]["cleansing"]["nodes"]
        return dict(found)

    first = await discovery(graph, bench)
    await follow(graph, bench, first, until="data_cleansing")
    refused = {"refuse": [(await finding(first))["id"]], "acceptAll": True}
    await answer(graph, bench, first, "data_cleansing", refused)
    await follow(graph, bench, first)
    delete = "mutation ($input: FlowActionInput!) { deleteFlow(input: $input) { errors { code } } }"
    assert (await graph.data(delete, input={"flowId": first}))["deleteFlow"]["errors"] == []

    second = await discovery(graph, bench)
    await follow(graph, bench, second, until="data_cleansing")

    flow = (await graph.data(MAPPINGS, id=second))["flow"]
    assert flow["currentPhase"]["proposedInput"]["refuse"] == [(await finding(second))["id"]]
    (pattern,) = (await graph.data(LEARNINGS, kind="discovery.data_cleansing"))["learnings"]["nodes"]
    assert (pattern["uses"], pattern["data"]["accepted"], pattern["flow"]) == (1, False, None)
