"""Figures over all flows, through the schema: exact ones of flows that ran, and of rows that were written for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, text

from domain.access import Role
from persistence.database import select_tenant
from persistence.tables import contributions, learning_patterns, master_flows, overrides, phase_runs
from tests.graph import Graph
from tests.integration.conftest import Bench
from tests.integration.test_graph_assessment import OVERRIDE, assessment, decisions, follow
from tests.integration.test_graph_commands import started
from tests.integration.test_graph_learning import bench, graph, stranger
from tests.toy import new_id

__all__ = ["assessment", "bench", "graph", "stranger"]

ASK = """query ($types: [FlowType!], $since: DateTime) { flowAnalytics(types: $types, since: $since) {
  flows completionRate failureRate medianDurationMs learnings
  phases { type phase runs failures p50Ms p95Ms }
  agents { agent contributions meanConfidence overridden modelShare }
  overridesByStrategy { subject recommended overridden }
  dataQualityByIteration { type iteration completeness applications rejectedRows openFindings meanConfidence }
  usage { provider model promptTokens completionTokens requests } } }"""
NOTHING: dict[str, Any] = {
    "flows": 0,
    "completionRate": 0.0,
    "failureRate": 0.0,
    "medianDurationMs": None,
    "learnings": 0,
    "phases": [],
    "agents": [],
    "overridesByStrategy": [],
    "dataQualityByIteration": [],
    "usage": [],
}
BEGIN = datetime(2026, 11, 1, tzinfo=UTC)


async def ask(graph: Graph, **arguments: Any) -> dict[str, Any]:
    return dict((await graph.data(ASK, Role.VIEWER, **arguments))["flowAnalytics"])


async def flow(graph: Graph, status: str, day: int, seconds: int | None = None, kind: str = "discovery") -> str:
    """The registry's row of a flow that took so long."""
    at = BEGIN + timedelta(days=day)
    row = {
        "id": new_id(),
        "engagement_id": graph.tenant.engagement_id,
        "kind": kind,
        "name": "F",
        "status": status,
        "progress": 0,
        "iteration": 1,
        "version": 1,
        "created_by": "alice",
        "created_at": at,
        "updated_by": "alice",
        "updated_at": at,
        "started_at": at,
        "completed_at": at + timedelta(seconds=seconds) if seconds is not None else None,
    }
    await write(graph, master_flows, row)
    return str(row["id"])


async def write(graph: Graph, table: Any, *rows: dict[str, Any]) -> None:
    async with graph.engine.begin() as connection:
        await select_tenant(connection, graph.tenant)
        await connection.execute(insert(table), [{"engagement_id": graph.tenant.engagement_id, **row} for row in rows])


def run(flow_id: str, status: str, seconds: int | None, **more: Any) -> dict[str, Any]:
    finished = BEGIN + timedelta(seconds=seconds) if seconds is not None else None
    about = {"id": new_id(), "flow_id": flow_id, "phase": "data_import", "attempt": 1, "source": "RULES"}
    return {
        **about,
        "status": status,
        "started_at": BEGIN,
        "finished_at": finished,
        "error": None,
        **more,
    }


async def test_nothing_is_measured_where_nothing_ran(graph: Graph) -> None:
    assert await ask(graph) == NOTHING


async def test_flows_and_runs_are_counted_exactly(graph: Graph, stranger: Graph) -> None:
    first, second = await flow(graph, "COMPLETED", 1, 10), await flow(graph, "COMPLETED", 2, 30)
    third = await flow(graph, "FAILED", 3)
    await flow(graph, "COMPLETED", 4, 80, kind="assessment")
    await write(
        graph,
        phase_runs,
        *(run(first, "COMPLETED", seconds) for seconds in range(1, 21)),
        run(second, "FAILED", 21, error={"code": "BROKEN"}),
        run(third, "FAILED", None, error={"code": "CANCELLED"}),
        run(third, "RUNNING", None, phase="attribute_mapping"),
    )

    found = await ask(graph)

    assert (found["flows"], found["completionRate"], found["failureRate"]) == (4, 0.75, 0.25)
    assert found["medianDurationMs"] == 30_000
    assert found["phases"] == [
        {"type": "DISCOVERY", "phase": "data_import", "runs": 22, "failures": 1, "p50Ms": 11_000, "p95Ms": 20_000},
        {"type": "DISCOVERY", "phase": "attribute_mapping", "runs": 1, "failures": 0, "p50Ms": 0, "p95Ms": 0},
    ]
    assert (await ask(graph, types=["ASSESSMENT"]))["medianDurationMs"] == 80_000
    assert (await ask(graph, types=["ASSESSMENT"]))["phases"] == []
    since = (BEGIN + timedelta(days=2)).isoformat()
    assert (await ask(graph, types=["DISCOVERY"], since=since))["flows"] == 2
    assert (await ask(graph, types=[]))["flows"] == 0
    assert await ask(stranger) == NOTHING


async def test_agents_and_patterns_are_counted_exactly(graph: Graph) -> None:
    flow_id = await flow(graph, "COMPLETED", 1, 10)
    attempt = run(flow_id, "COMPLETED", 1)
    await write(graph, phase_runs, attempt)

    def said(agent: str, source: str, minute: int, confidence: float | None = None) -> dict[str, Any]:
        about = {"id": new_id(), "flow_id": flow_id, "run_id": attempt["id"], "phase": "data_import", "action": "A"}
        at = BEGIN + timedelta(minutes=minute)
        return {**about, "agent": agent, "source": source, "details": {}, "confidence": confidence, "started_at": at}

    await write(
        graph,
        contributions,
        said("mapper", "RULES", 1, 0.5),
        said("mapper", "MODEL", 2, 0.7),
        said("mapper", "MODEL_CHECKED_BY_RULES", 9, 0.9),
        said("mapper", "USER", 9),
        said("importer", "RULES", 1),
    )
    about = {"flow_id": flow_id, "phase": "data_import", "subject": "s", "created_by": "bob", "before": 1, "after": 2}
    await write(graph, overrides, {"id": new_id(), "created_at": BEGIN + timedelta(minutes=5), **about})
    learned = {"scope": "ENGAGEMENT", "summary": "s", "data": {}, "confidence": 1.0, "flow_id": None}
    for kind, day in (("discovery.x", 1), ("feedback.discovery", 2), ("assessment.x", 3)):
        at = BEGIN + timedelta(days=day)
        await write(graph, learning_patterns, {"id": new_id(), "kind": kind, "created_at": at, **learned})

    found = await ask(graph)

    assert [
        {**each, "meanConfidence": None, "modelShare": round(each["modelShare"], 3)} for each in found["agents"]
    ] == [
        {"agent": "importer", "contributions": 1, "meanConfidence": None, "overridden": 1, "modelShare": 0.0},
        {"agent": "mapper", "contributions": 4, "meanConfidence": None, "overridden": 2, "modelShare": 0.5},
    ]
    assert [each["meanConfidence"] for each in found["agents"]] == [None, pytest.approx(0.7)]
    assert found["learnings"] == 3
    assert (await ask(graph, types=["DISCOVERY"]))["learnings"] == 2
    since = (BEGIN + timedelta(days=2)).isoformat()
    assert (await ask(graph, types=["DISCOVERY"], since=since))["learnings"] == 1


async def test_strategies_are_counted_as_recommended_and_as_overridden(graph: Graph, assessment: str) -> None:
    first, second = await decisions(graph, assessment)
    input = {"flowId": assessment, "applicationId": first["application"]["id"], "strategy": "RETIRE", "rationale": "x"}
    assert (await graph.data(OVERRIDE, input=input))["overrideDecision"]["errors"] == []

    found = await ask(graph, types=["ASSESSMENT"])

    counted = {each["subject"]: (each["recommended"], each["overridden"]) for each in found["overridesByStrategy"]}
    expected: dict[str, tuple[int, int]] = {}
    for each, overridden in ((first, 1), (second, 0)):
        recommended, changed = expected.get(each["recommended"], (0, 0))
        expected[each["recommended"]] = (recommended + 1, changed + overridden)
    assert counted == expected
    assert found["learnings"] == 1
    strategists = [each for each in found["agents"] if each["agent"] == "migration_strategist"]
    assert strategists == [
        {
            "agent": "migration_strategist",
            "contributions": 1,
            "meanConfidence": None,
            "overridden": 1,
            "modelShare": 0.0,
        }
    ]


FIRST = (
    "Application,Environment,Criticality,Technologies\nPayroll,PRODUCTION,,Java 8\nLedger,,,\nToo,many,cells,in,it\n"
)
SECOND = (
    "Application,Environment,Criticality,Technologies\nPayroll,PRODUCTION,HIGH,Java 8\nLedger,TEST,LOW,COBOL\nCrm,,,\n"
)
CHANGES = """query ($id: ID!) { flow(id: $id) { iteration previousIteration { id }
  child { ... on DiscoveryFlow { changes { created changed vanished applications { nodes { name } } } } } } }"""
COMPLETENESS = "{ applications { nodes { completeness } } }"


async def discovered(graph: Graph, bench: Bench, table: str) -> str:
    source = {"source": {"text": table}, "fileName": "apps.csv"}
    flow_id = await started(graph, configuration={"discovery": source})
    await follow(graph, bench, flow_id)
    return flow_id


async def mean_completeness(graph: Graph) -> float:
    known = [node["completeness"] for node in (await graph.data(COMPLETENESS))["applications"]["nodes"]]
    return float(sum(known) / len(known))


async def test_a_second_discovery_shows_what_changed_and_how_completeness_moved(graph: Graph, bench: Bench) -> None:
    first = await discovered(graph, bench, FIRST)
    before = await mean_completeness(graph)
    second = await discovered(graph, bench, SECOND)
    after = await mean_completeness(graph)
    async with graph.engine.begin() as connection:
        # What the portfolio is like today is none of an iteration's business.
        await select_tenant(connection, graph.tenant)
        await connection.execute(text("UPDATE applications SET completeness = 0"))

    quality = (await ask(graph))["dataQualityByIteration"]
    shown = (await graph.data(CHANGES, id=second))["flow"]

    assert after > before > 0
    assert [(each["type"], each["iteration"], each["applications"]) for each in quality] == [
        ("DISCOVERY", 1, 2),
        ("DISCOVERY", 2, 3),
    ]
    assert [each["completeness"] for each in quality] == [pytest.approx(before), pytest.approx(after)]
    assert [(each["rejectedRows"], each["openFindings"]) for each in quality] == [(1, 0), (0, 0)]
    assert [each["meanConfidence"] for each in quality] == [pytest.approx(0.95), pytest.approx(0.95)]
    assert (shown["iteration"], shown["previousIteration"]) == (2, {"id": first})
    changes = shown["child"]["changes"]
    assert (changes["created"], changes["changed"], changes["vanished"]) == (1, 2, 0)
    assert [node["name"] for node in changes["applications"]["nodes"]] == ["Crm", "Ledger", "Payroll"]


async def test_an_assessment_is_measured_by_its_own_applications_and_debt(
    graph: Graph, bench: Bench, assessment: str
) -> None:
    waiting = [each["type"] for each in (await ask(graph))["dataQualityByIteration"]]
    found = await decisions(graph, assessment)
    for each in found:
        if each["tooCloseToCall"]:
            input = {
                "flowId": assessment,
                "applicationId": each["application"]["id"],
                "strategy": each["strategy"],
                "rationale": "So.",
            }
            assert (await graph.data(OVERRIDE, input=input))["overrideDecision"]["errors"] == []
    await follow(graph, bench, assessment)
    debt = """query ($id: ID!) { flow(id: $id) { status child { ... on AssessmentFlow {
      techDebt { nodes { dismissed } } decisions { nodes { confidence } } } } } }"""
    ended = (await graph.data(debt, id=assessment))["flow"]

    (quality,) = (await ask(graph, types=["ASSESSMENT"]))["dataQualityByIteration"]

    assert (waiting, ended["status"]) == (["DISCOVERY"], "COMPLETED")
    assert (quality["iteration"], quality["applications"], quality["rejectedRows"]) == (1, 2, 0)
    assert quality["openFindings"] == len(ended["child"]["techDebt"]["nodes"]) > 0
    confidences = [each["confidence"] for each in ended["child"]["decisions"]["nodes"]]
    assert quality["meanConfidence"] == pytest.approx(sum(confidences) / 2)
    assert quality["completeness"] == pytest.approx(await mean_completeness(graph))


async def test_figures_that_take_too_long_are_null_with_an_error(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("persistence.reads.analytics._FLOWS", "SELECT pg_sleep(9)")
    monkeypatch.setattr("persistence.reads.reads.PATIENCE_MS", 50)

    answer = await graph.ask("{ flowAnalytics { flows } flowSummary { total } }")

    assert answer["data"] == {"flowAnalytics": None, "flowSummary": {"total": 0}}
    (error,) = answer["errors"]
    assert (error["extensions"]["code"], error["path"]) == ("LIMIT_EXCEEDED", ["flowAnalytics"])
