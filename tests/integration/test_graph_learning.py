"""What was learned, through the schema: feedback, similarity, the client account, and who may see what."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from domain.access import Member, Role, Tenant
from persistence.database import open_database, reading, select_tenant
from persistence.tables import account_patterns, engagements, learning_patterns
from tests.graph import Graph
from tests.integration.conftest import Bench, make_tenant, postgres_bench
from tests.integration.test_graph_assessment import follow
from tests.integration.test_graph_commands import ERRORS, started
from tests.toy import new_id, new_tenant

PATTERN = "id scope kind summary data uses confidence flow { id }"
RECORD = f"""mutation ($input: FeedbackInput!) {{ recordFeedback(input: $input) {{
  pattern {{ {PATTERN} }} {ERRORS} }} }}"""
LEARNINGS = f"""query ($kind: String, $similarTo: String, $first: Int, $after: String) {{
  learnings(kind: $kind, similarTo: $similarTo, first: $first, after: $after) {{
    totalCount nodes {{ {PATTERN} }} pageInfo {{ hasNextPage endCursor }} }} }}"""
FLOW = """query ($id: ID!) { flow(id: $id) { version learnings { totalCount nodes { id } }
  events(kinds: [LEARNING]) { nodes { ... on LearningRecorded { pattern { id } } } } } }"""


@pytest.fixture
async def bench(fresh_database: str) -> AsyncIterator[Bench]:
    async with postgres_bench(fresh_database) as made:
        yield made


@pytest.fixture
async def graph(fresh_database: str, bench: Bench) -> AsyncIterator[Graph]:
    engine = open_database(fresh_database)
    yield Graph(engine, bench.work, bench.tenant)
    await engine.dispose()


@pytest.fixture
async def flow_id(graph: Graph, bench: Bench) -> str:
    """A discovery of Payroll and Ledger that has ended."""
    flow_id = await started(graph)
    await follow(graph, bench, flow_id)
    return flow_id


@pytest.fixture
async def neighbour(graph: Graph) -> Graph:
    """Another engagement of the same client account."""
    tenant = Tenant(graph.tenant.client_account_id, new_id())
    async with graph.engine.begin() as connection:
        await select_tenant(connection, tenant)
        row = {
            "id": tenant.engagement_id,
            "client_account_id": tenant.client_account_id,
            "name": "N",
            "currency": "USD",
        }
        await connection.execute(insert(engagements), row)
    return replace(graph, tenant=tenant)


@pytest.fixture
async def stranger(graph: Graph) -> Graph:
    """An engagement of another client account."""
    tenant = new_tenant()
    await make_tenant(graph.engine, tenant)
    return replace(graph, tenant=tenant)


async def say(graph: Graph, flow_id: str, *roles: Role, **more: Any) -> dict[str, Any]:
    input = {"flowId": flow_id, "subject": "mapping", "verdict": "WRONG", **more}
    return dict((await graph.data(RECORD, *roles, input=input))["recordFeedback"])


async def recorded(graph: Graph, flow_id: str, **more: Any) -> dict[str, Any]:
    payload = await say(graph, flow_id, **more)
    assert payload["errors"] == []
    return dict(payload["pattern"])


async def summaries(graph: Graph, **arguments: Any) -> list[str]:
    found = (await graph.data(LEARNINGS, **arguments))["learnings"]
    assert found["totalCount"] == len(found["nodes"])
    return [node["summary"] for node in found["nodes"]]


async def test_feedback_is_a_pattern_of_its_flow(graph: Graph, flow_id: str) -> None:
    before = (await graph.data(FLOW, id=flow_id))["flow"]

    pattern = await recorded(
        graph, flow_id, phase="attribute_mapping", comment=" Owners are\x07 departments. ", data={"rows": 2}
    )

    assert {**pattern, "id": ""} == {
        "id": "",
        "scope": "ENGAGEMENT",
        "kind": "feedback.discovery.attribute_mapping",
        "summary": "Wrong, Attribute mapping: Owners are departments.",
        "data": {
            "verdict": "WRONG",
            "subject": "mapping",
            "comment": "Owners are departments.",
            "data": {"rows": 2},
        },
        "uses": 0,
        "confidence": 0.9,
        "flow": {"id": flow_id},
    }
    after = (await graph.data(FLOW, id=flow_id))["flow"]
    assert after["version"] == before["version"]
    assert after["learnings"] == {"totalCount": 1, "nodes": [{"id": pattern["id"]}]}
    assert after["events"]["nodes"] == [{"pattern": {"id": pattern["id"]}}]
    log = "{ auditLog(first: 1) { nodes { mutation subjectId outcome before after } } }"
    standing = {"flowId": flow_id, "status": "COMPLETED", "phase": None, "version": before["version"]}
    assert (await graph.data(log))["auditLog"]["nodes"] == [
        {
            "mutation": "recordFeedback",
            "subjectId": pattern["id"],
            "outcome": "OK",
            "before": standing,
            "after": {**standing, "ids": [pattern["id"]]},
        }
    ]


async def test_the_same_feedback_twice_is_recorded_once(graph: Graph, flow_id: str) -> None:
    first = await recorded(graph, flow_id, comment="No.", idempotencyKey="k")

    again = await recorded(graph, flow_id, comment="No.", idempotencyKey="k")
    other = await say(graph, flow_id, comment="Yes.", idempotencyKey="k")

    assert again == first
    assert [error["code"] for error in other["errors"]] == ["IDEMPOTENCY_CONFLICT"]
    assert await summaries(graph) == ["Wrong, Discovery: No."]


async def test_all_that_is_wrong_with_feedback_is_told_and_nothing_is_kept(graph: Graph, flow_id: str) -> None:
    payload = await say(
        graph, flow_id, phase="shipping", subject=" ", comment="x" * 10_001, data={"text": "x" * (16 << 10)}
    )
    unknown = await say(graph, f"MasterFlow:{new_id()}")

    assert payload["pattern"] is None
    assert [(error["code"], error["path"]) for error in payload["errors"]] == [
        ("NOT_FOUND", ["phase"]),
        ("INVALID_INPUT", ["subject"]),
        ("INVALID_INPUT", ["comment"]),
        ("LIMIT_EXCEEDED", ["data"]),
    ]
    assert [(error["code"], error["path"]) for error in unknown["errors"]] == [("NOT_FOUND", ["flowId"])]
    assert await summaries(graph) == []


async def test_a_viewer_says_nothing_and_the_client_account_needs_a_lead(graph: Graph, flow_id: str) -> None:
    said: dict[str, Any] = {"flowId": flow_id, "subject": "x", "verdict": "HELPFUL"}

    assert await graph.code(RECORD, Role.VIEWER, input=said) == "FORBIDDEN"
    assert await graph.code(RECORD, Role.ARCHITECT, input=said | {"scope": "CLIENT_ACCOUNT"}) == "FORBIDDEN"
    assert await summaries(graph) == []
    assert (await say(graph, flow_id, Role.LEAD, scope="CLIENT_ACCOUNT"))["errors"] == []


async def test_the_similar_come_first_by_facts_then_by_words(graph: Graph, flow_id: str) -> None:
    await recorded(graph, flow_id, comment="Kosten gehören zur Miete.")
    await recorded(graph, flow_id, comment="Databases are licensed by core.", data={"target": "annual_cost"})
    await recorded(graph, flow_id, comment="The database annual cost target is in thousands.")

    assert await summaries(graph, similarTo="target: annual_cost") == [
        "Wrong, Discovery: Databases are licensed by core.",
        "Wrong, Discovery: The database annual cost target is in thousands.",
    ]
    assert await summaries(graph, similarTo="licence of a DATABASE") == [
        "Wrong, Discovery: The database annual cost target is in thousands.",
        "Wrong, Discovery: Databases are licensed by core.",
    ]
    assert await summaries(graph, similarTo="gehoren") == ["Wrong, Discovery: Kosten gehören zur Miete."]
    assert await summaries(graph, similarTo="'; DROP TABLE x; -- & | ! ()") == []
    assert len(await summaries(graph, similarTo=" ?! ")) == 3
    assert len(await summaries(graph, kind="feedback")) == 3
    assert len(await summaries(graph, kind="feedback.discovery")) == 3
    assert await summaries(graph, kind="feedback.disc") == []


@pytest.mark.parametrize("similar", [None, "alpha beta"])
async def test_a_long_list_is_read_in_pages_each_once(graph: Graph, flow_id: str, similar: str | None) -> None:
    for number in range(7):
        await recorded(graph, flow_id, comment=f"alpha {'beta ' * (number % 3)}{number}")
    whole = await summaries(graph, similarTo=similar)

    paged: list[str] = []
    after = None
    for _ in range(4):
        found = (await graph.data(LEARNINGS, similarTo=similar, first=2, after=after))["learnings"]
        paged += [node["summary"] for node in found["nodes"]]
        after = found["pageInfo"]["endCursor"]

    assert len(whole) == 7
    assert paged == whole
    assert found["pageInfo"]["hasNextPage"] is False
    assert await graph.code(LEARNINGS, similarTo="alpha" if similar is None else None, after=after) == "CURSOR_EXPIRED"


async def test_the_client_account_reads_it_without_flow_and_names(
    graph: Graph, flow_id: str, neighbour: Graph, stranger: Graph
) -> None:
    async with graph.work(graph.tenant) as uow:
        await uow.engagements.save_member(Member("ines.meier", frozenset({Role.VIEWER}), "ines@example.org"))
    said = f"Ines.Meier of payroll (ines@example.org, {flow_id}) says: column Eigner is the owner; payrolls are not."
    own = await recorded(
        graph,
        flow_id,
        phase="attribute_mapping",
        subject="Payroll",
        comment=said,
        scope="CLIENT_ACCOUNT",
        data={"column": "Eigner", "target": "business_owner", "applicationId": "x", "seen": ["Ledger", 3]},
    )
    await recorded(graph, flow_id, comment="Only here.")

    (read,) = (await neighbour.data(LEARNINGS))["learnings"]["nodes"]
    node = await neighbour.data("query ($id: ID!) { node(id: $id) { id } }", id=own["id"])

    assert own["flow"] == {"id": flow_id}
    assert own["data"]["subject"] == "Payroll"
    assert read == {
        "id": own["id"],
        "scope": "CLIENT_ACCOUNT",
        "kind": "feedback.discovery.attribute_mapping",
        "summary": "Wrong, Attribute mapping: … of … (…, …) says: column Eigner is the owner; payrolls are not.",
        "data": {
            "verdict": "WRONG",
            "comment": "… of … (…, …) says: column Eigner is the owner; payrolls are not.",
            "data": {"column": "Eigner", "target": "business_owner", "seen": ["…", 3]},
        },
        "uses": 0,
        "confidence": 0.9,
        "flow": None,
    }
    assert node == {"node": {"id": own["id"]}}
    assert (await neighbour.data(LEARNINGS, similarTo="ines ledger"))["learnings"]["totalCount"] == 0
    assert (await stranger.data(LEARNINGS))["learnings"]["totalCount"] == 0
    assert (await stranger.data("query ($id: ID!) { node(id: $id) { id } }", id=own["id"])) == {"node": None}


async def test_the_engagements_own_come_first(graph: Graph, flow_id: str, neighbour: Graph, bench: Bench) -> None:
    await recorded(graph, flow_id, comment="Shared cost.", scope="CLIENT_ACCOUNT")
    there = await started(neighbour)
    async with reading(graph.engine, neighbour.tenant) as connection:
        assert await connection.scalar(select(func.count()).select_from(learning_patterns)) == 0

    await recorded(neighbour, there, comment="Mine.")
    await recorded(neighbour, there, comment="Mine of cost.")

    assert await summaries(neighbour) == [
        "Wrong, Discovery: Mine of cost.",
        "Wrong, Discovery: Mine.",
        "Wrong, Discovery: Shared cost.",
    ]
    assert await summaries(neighbour, similarTo="cost shared") == [
        "Wrong, Discovery: Mine of cost.",
        "Wrong, Discovery: Shared cost.",
    ]
    bench.take_jobs()


async def test_the_database_lets_neighbours_count_uses_and_nothing_else(
    graph: Graph, flow_id: str, neighbour: Graph, stranger: Graph
) -> None:
    await recorded(graph, flow_id, scope="CLIENT_ACCOUNT")

    async with neighbour.engine.connect() as connection:
        await select_tenant(connection, neighbour.tenant)
        counted = await connection.execute(account_patterns.update().values(uses=account_patterns.c.uses + 1))
        deleted = await connection.execute(account_patterns.delete())
        with pytest.raises(DBAPIError, match="permission denied"):
            await connection.execute(account_patterns.update().values(summary="Mine"))
    async with stranger.engine.connect() as connection:
        await select_tenant(connection, stranger.tenant)
        elsewhere = await connection.execute(account_patterns.update().values(uses=9))

    assert (counted.rowcount, deleted.rowcount, elsewhere.rowcount) == (1, 0, 0)
    assert (await graph.data(LEARNINGS))["learnings"]["nodes"][0]["uses"] == 0


async def test_queries_alone_keep_client_accounts_apart(
    graph: Graph, flow_id: str, neighbour: Graph, stranger: Graph, fresh_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = await recorded(graph, flow_id, scope="CLIENT_ACCOUNT")
    own = await recorded(graph, flow_id)
    monkeypatch.setattr("persistence.database.APPLICATION_ROLE", make_url(fresh_database).username)
    engine = open_database(fresh_database)
    node = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    ids = [shared["id"], own["id"]]

    seen = [await replace(each, engine=engine).data(node, ids=ids) for each in (graph, neighbour, stranger)]

    await engine.dispose()
    assert seen == [
        {"nodes": [{"id": ids[0]}, {"id": ids[1]}]},
        {"nodes": [{"id": ids[0]}, None]},
        {"nodes": [None] * 2},
    ]


@pytest.mark.parametrize(
    "similar", ["a:b 'c' \\ é ﬁ ² ½ 部门:名 x=\"y'\\\" | & ! <-> ( )", "٣", "ǆ:ǅ", "a" * 20_000, "\u2028'\"", "½:½"]
)
async def test_whatever_is_looked_for_is_only_text(graph: Graph, flow_id: str, similar: str) -> None:
    await recorded(graph, flow_id, comment=similar[:10_000], data={"a": similar[:1_000], similar[:50]: 1})

    found = (await graph.data(LEARNINGS, similarTo=similar))["learnings"]

    assert found["totalCount"] in (0, 1)


async def test_a_pattern_outlives_its_flow(graph: Graph, flow_id: str) -> None:
    await recorded(graph, flow_id, comment="Stays.")
    delete = f"mutation ($input: FlowActionInput!) {{ deleteFlow(input: $input) {{ deletedId {ERRORS} }} }}"

    assert (await graph.data(delete, input={"flowId": flow_id}))["deleteFlow"]["errors"] == []

    (left,) = (await graph.data(LEARNINGS))["learnings"]["nodes"]
    assert (left["summary"], left["flow"]) == ("Wrong, Discovery: Stays.", None)


@pytest.mark.parametrize("given", [{"kind": "a\0b"}, {"similarTo": "a\0b"}, {"kind": "%"}])
async def test_a_text_that_no_pattern_can_hold_finds_none(graph: Graph, given: dict[str, str]) -> None:
    assert (await graph.data(LEARNINGS, **given))["learnings"]["totalCount"] == 0
