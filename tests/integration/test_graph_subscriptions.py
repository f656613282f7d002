"""Subscriptions through the schema: each event in a context of its own, with what is true when it is delivered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest
from broadcaster import Broadcast

from domain.access import Member, Role
from domain.errors import CursorExpired, NotFound
from domain.flows import DEFINITIONS
from persistence.database import open_database
from persistence.event_log import EventReader
from persistence.reads import PostgresReads
from resolvers.context import Context
from schema.root import schema
from server.admission import admit
from server.documents import Documents
from server.execution import Execution
from streams.hub import Hub
from tests.graph import Graph
from tests.integration.conftest import Bench, postgres_bench
from tests.integration.test_graph_commands import started
from tests.toy import caller

_documents = Documents(schema._schema)


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
async def hub(graph: Graph) -> AsyncIterator[Hub]:
    async with Broadcast("memory://") as broadcast, Hub(EventReader(graph.engine), broadcast, poll_seconds=0.05) as hub:
        yield hub


async def take(graph: Graph, hub: Hub, count: int, text: str, **variables: Any) -> list[Any]:
    """The first answers of a subscription, each made in a context of its own."""
    asking = caller(graph.work, graph.tenant)
    execution = Execution(schema._schema, _documents.operation(text, None), variables)
    taken: list[Any] = []

    def reads() -> PostgresReads:
        return PostgresReads(graph.engine, graph.tenant, "alice", DEFINITIONS)

    async with (
        asyncio.timeout(20),
        reads() as first,
        aclosing(await execution.events(Context(asking, first, hub))) as events,
    ):
        async for event in events:
            async with reads() as own:
                answer = await execution.deliver(event, Context(asking, own, hub))
            assert "errors" not in answer, answer["errors"]
            taken.append(answer["data"])
            if len(taken) == count:
                break
    return taken


async def test_a_flows_events_come_in_order_with_its_state_now(graph: Graph, hub: Hub, bench: Bench) -> None:
    flow_id = await started(graph)
    await bench.drive()
    text = """subscription ($id: ID!) { flowEvents(flowId: $id, after: "0") { __typename kind cursor flowId
      ... on FlowStatusChanged { previousFlowStatus flowStatus flow { status currentPhase { key } } }
      ... on PhaseStatusChanged { phase phaseStatus flowPhase { status } by }
      ... on AgentActivity { agent message percent source } } }"""

    events = [data["flowEvents"] for data in await take(graph, hub, 6, text, id=flow_id)]

    assert [event["cursor"] for event in events] == ["1", "2", "3", "4", "5", "6"]
    assert {event["flowId"] for event in events} == {flow_id}
    assert events[0] == {
        "__typename": "FlowStatusChanged",
        "kind": "FLOW_STATUS",
        "cursor": "1",
        "flowId": flow_id,
        "previousFlowStatus": None,
        "flowStatus": "READY",
        "flow": {"status": "AWAITING_INPUT", "currentPhase": {"key": "attribute_mapping"}},
    }
    assert events[1]["__typename"] == "PhaseStatusChanged"
    assert (events[1]["phase"], events[1]["phaseStatus"]) == ("data_import", "RUNNING")
    assert events[1]["flowPhase"] == {"status": "COMPLETED"}


async def test_a_subscriber_resumes_after_its_cursor_and_chooses_kinds(graph: Graph, hub: Hub, bench: Bench) -> None:
    flow_id = await started(graph)
    await bench.drive()
    text = """subscription ($id: ID!) { flowEvents(flowId: $id, after: "3", kinds: [INPUT_REQUESTED]) { cursor
      ... on InputRequested { phase inputSchema } } }"""

    (data,) = await take(graph, hub, 1, text, id=flow_id)

    assert data["flowEvents"]["phase"] == "attribute_mapping"
    assert data["flowEvents"]["inputSchema"]["properties"]["mappings"]["type"] == "array"


async def test_the_engagements_events_have_cursors_of_their_own(graph: Graph, hub: Hub, bench: Bench) -> None:
    one, two = await started(graph), await started(graph)
    text = """subscription { engagementEvents(after: "0", types: [DISCOVERY], kinds: [FLOW_STATUS]) {
      cursor changedIds flow { id } event { cursor flowId kind } } }"""

    events = [data["engagementEvents"] for data in await take(graph, hub, 4, text)]

    assert [event["flow"]["id"] for event in events] == [one, one, two, two]
    assert [event["event"]["cursor"] for event in events] == ["1", "3", "1", "3"]
    assert [event["cursor"] for event in events] == ["1", "3", "4", "6"]


async def test_a_change_outside_any_flow_names_what_to_refetch(graph: Graph, hub: Hub, fresh_database: str) -> None:
    await admit(fresh_database, graph.tenant, [Member("alice", frozenset({Role.ADMIN}))])
    change = "mutation ($input: SetMemberInput!) { setMember(input: $input) { errors { message } } }"
    await graph.data(change, input={"userId": "bob", "roles": ["LEAD"]})
    text = 'subscription { engagementEvents(after: "0") { changedIds flow { id } event { kind } } }'

    (data,) = await take(graph, hub, 1, text)

    engagement = f"Engagement:{graph.tenant.engagement_id}"
    assert data["engagementEvents"] == {"changedIds": [engagement], "flow": None, "event": None}


NO_FLOW = "01900000-0000-7000-8000-0000000000ff"
FOLLOW = "subscription ($id: ID!, $after: String) { flowEvents(flowId: $id, after: $after) { cursor } }"


@pytest.mark.parametrize("flow_id", ["nonsense", f"MasterFlow:{NO_FLOW}", f"Application:{NO_FLOW}"])
async def test_what_is_not_there_cannot_be_followed(graph: Graph, hub: Hub, flow_id: str) -> None:
    with pytest.raises(NotFound, match=r"^There is no such flow\.$"):
        await take(graph, hub, 1, FOLLOW, id=flow_id)


@pytest.mark.parametrize("after", ["nonsense", "-1", "99", ""])
async def test_a_cursor_that_never_was_has_expired(graph: Graph, hub: Hub, after: str) -> None:
    flow_id = await started(graph)

    with pytest.raises(CursorExpired):
        await take(graph, hub, 1, FOLLOW, id=flow_id, after=after)
