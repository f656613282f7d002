"""A pattern that agents were shown is judged by what a person then decides."""

from __future__ import annotations

from typing import Any

import pytest

from domain.decision import Strategy
from domain.learning import LearningPattern, LearningScope
from tests.faulty_model import FaultyModel, says
from tests.graph import Graph
from tests.integration.asked import of
from tests.integration.conftest import Bench
from tests.integration.test_agents_in_phases import (
    CHECKER,
    STRATEGIES,
    STRATEGIST,
    assessed,
    bench,
    graph,
    model,
    quiet_bench,
)
from tests.integration.test_graph_assessment import OVERRIDE, decisions, follow
from tests.integration.test_graph_learning import LEARNINGS
from tests.toy import new_id, now

__all__ = ["bench", "graph", "model", "quiet_bench"]

pytestmark = pytest.mark.asyncio(loop_scope="module")

KIND = f"feedback.assessment.{STRATEGIES}"


async def taught(graph: Graph) -> None:
    """Whatever the rules recommend, somebody would have it retired."""
    said = [
        LearningPattern(
            id=new_id(),
            scope=LearningScope.ENGAGEMENT,
            kind=KIND,
            summary=f"{strategy} was recommended, RETIRE chosen.",
            data={"data": {"recommended": str(strategy), "chosen": "RETIRE"}},
            confidence=0.9,
            flow_id=None,
            created_at=now(),
        )
        for strategy in Strategy
    ]
    async with graph.work(graph.tenant) as uow:
        await uow.learnings.save(said, None)


async def standing(graph: Graph) -> dict[str, tuple[int, float]]:
    """Uses and confidence, by what was recommended."""
    nodes = (await graph.data(LEARNINGS, kind=KIND))["learnings"]["nodes"]
    return {node["data"]["data"]["recommended"]: (node["uses"], node["confidence"]) for node in nodes}


async def override(graph: Graph, flow_id: str, decision: dict[str, Any], strategy: str) -> None:
    about = {"flowId": flow_id, "applicationId": decision["application"]["id"]}
    payload = await graph.data(OVERRIDE, input={**about, "strategy": strategy, "rationale": "So."})
    assert payload["overrideDecision"]["errors"] == []


async def test_it_is_judged_once_he_has_decided_and_else_when_the_flow_ends(
    graph: Graph, bench: Bench, model: FaultyModel
) -> None:
    model.reply(says("{}"), when=lambda request: of(STRATEGIST)(request) or of(CHECKER)(request), stays=True)
    await taught(graph)
    flow_id = await assessed(graph, bench)
    shown = await standing(graph)
    first, *others = await decisions(graph, flow_id)

    await override(graph, flow_id, first, "RETAIN")
    overruled = await standing(graph)
    for each in others:
        await override(graph, flow_id, each, "RETIRE")
    await follow(graph, bench, flow_id)

    every = dict.fromkeys(map(str, Strategy), (1, 0.9))
    assert any("RETIRE chosen" in request.text for request in model.received)
    assert shown == every
    assert overruled == {**every, first["recommended"]: (1, 0.45)}
    kept = dict.fromkeys(every, (1, 0.92))
    assert await standing(graph) == {**kept, first["recommended"]: (1, 0.45)}
