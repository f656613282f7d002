"""Queues through the schema: assignments, statistics, by customer, refetched by id, and what changes in them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio
from broadcaster import Broadcast

from domain.access import Experience, Role
from domain.customer import AccountPlan, Customer
from domain.customer_success.kinds import WorkflowKind
from domain.customer_success.workflow import CustomerWorkflow, EndedWith
from domain.event import Event, EventKind
from domain.flows import DEFINITIONS
from domain.ports import Clock
from domain.transition import FlowStatus
from persistence.database import open_database
from persistence.event_log import EventReader
from persistence.reads import PostgresReads
from resolvers.context import Context
from schema.root import schema
from server.documents import Documents
from server.execution import Execution
from streams.hub import Hub
from tests.graph import Graph
from tests.integration.conftest import make_tenant, postgres_bench
from tests.integration.queues import Held, enrol, keep
from tests.integration.test_graph_scoring import neighbour_of, save
from tests.toy import caller, new_id, new_tenant, now

pytestmark = pytest.mark.asyncio(loop_scope="module")

_documents = Documents(schema._schema)
ASSIGNMENT = "id kind stage customer { id name } priority { total explanation } flow { id }"
QUEUE = f"""query ($owner: String, $kinds: [WorkflowKind!], $first: Int, $after: String) {{
  workflowQueue(owner: $owner) {{ id owner
    assignments(kinds: $kinds, first: $first, after: $after) {{ totalCount nodes {{ {ASSIGNMENT} }}
      pageInfo {{ hasNextPage endCursor }} }} }} }}"""
STATS = """query ($owner: String) { workflowQueue(owner: $owner) { stats { total byKind { kind count }
  byStage { stage count } byAccountPlan { accountPlan count } uniqueCustomers averagePriority minPriority maxPriority }
  byCustomer { totalCount nodes { customer { name } totalPriority highestPriority assignments { kind } } } } }"""
NODE = f"query ($id: ID!) {{ node(id: $id) {{ id ... on WorkflowAssignment {{ {ASSIGNMENT} }} }} }}"
CHANGES = f"""subscription ($owner: String, $after: String) {{ workflowQueueChanges(owner: $owner, after: $after) {{
  cursor removedIds changed {{ {ASSIGNMENT} }} queue {{ owner stats {{ total }} }} }} }}"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(module_database: str) -> AsyncIterator[Graph]:
    async with postgres_bench(module_database) as bench:
        engine = open_database(module_database)
        yield Graph(engine, bench.work, bench.tenant)
        await engine.dispose()


@pytest_asyncio.fixture(loop_scope="module")
async def graph(site: Graph) -> Graph:
    """An engagement of its own with three customers of alice's and one of bob's."""
    made = replace(site, tenant=new_tenant())
    await make_tenant(made.engine, made.tenant)
    await keep(made, customers_of(made).values())
    return made


def customer(name: str, owner: str = "alice", days: int | None = None, **known: Any) -> Customer:
    today = now().date()
    renewal = None if days is None else today + timedelta(days=days)
    return Customer(new_id(), name, known.pop("arr", Decimal(0)), owner, renewal_date=renewal, **known)


_made: dict[str, dict[str, Customer]] = {}


def customers_of(graph: Graph) -> dict[str, Customer]:
    return _made.setdefault(
        graph.tenant.engagement_id,
        {
            each.name: each
            for each in (
                customer("Acme", days=20, account_plan=AccountPlan.INVEST),
                customer("Birch", days=3),
                customer("Cedar", risk_score=Decimal(75)),
                customer("Dove", "bob", days=10),
            )
        },
    )


async def queue_of(graph: Graph, owner: str | None = None, **more: Any) -> dict[str, Any]:
    return dict((await graph.data(QUEUE, Role.VIEWER, owner=owner, **more))["workflowQueue"])


async def listed(graph: Graph, owner: str | None = None, **more: Any) -> list[tuple[str, str, int]]:
    nodes = (await queue_of(graph, owner, **more))["assignments"]["nodes"]
    return [(each["customer"]["name"], each["kind"], each["priority"]["total"]) for each in nodes]


def held(customer: Customer, kind: WorkflowKind, owner: str, status: FlowStatus, **more: Any) -> Held:
    id = new_id()
    started_at = datetime(2026, 11, 1, tzinfo=UTC)
    template_id = more.pop("template_id", None) or new_id()
    return Held(CustomerWorkflow(id, id, customer.id, kind, owner, template_id, started_at, **more), status)


async def test_a_queue_is_the_callers_own_where_nobody_is_named(graph: Graph) -> None:
    queue = await queue_of(graph)

    assert queue["owner"] == "alice"
    assert queue["assignments"]["totalCount"] == 4
    assert await listed(graph) == [
        ("Birch", "RENEWAL", 105),
        ("Acme", "RENEWAL", 105),
        ("Acme", "STRATEGIC", 105),
        ("Cedar", "RISK", 105),
    ]
    assert await listed(graph, "bob") == [("Dove", "RENEWAL", 90)]
    assert await listed(graph, "nobody") == []


async def test_an_assignment_says_what_it_is_and_why(graph: Graph) -> None:
    (node,) = (await queue_of(graph, "bob"))["assignments"]["nodes"]

    dove = customers_of(graph)["Dove"].id
    assert node["id"] == f"WorkflowAssignment:{dove}:renewal"
    assert (node["stage"], node["customer"], node["flow"]) == (
        "CRITICAL",
        {"id": f"Customer:{dove}", "name": "Dove"},
        None,
    )
    assert node["priority"]["explanation"] == (
        "Renewal in 10 days (CRITICAL): (80 + 10 bonus) x 1 for the ARR x 1 for the plan x 1 for experience"
        " - 0 for no other workflows of the owner = 90."
    )


async def test_pages_follow_each_other_and_kinds_are_left_out(graph: Graph) -> None:
    first = (await queue_of(graph, first=3))["assignments"]
    rest = (await queue_of(graph, first=3, after=first["pageInfo"]["endCursor"]))["assignments"]

    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)
    ids = [node["id"] for node in (*first["nodes"], *rest["nodes"])]
    assert len(set(ids)) == 4
    assert await listed(graph, kinds=["RISK", "STRATEGIC"]) == [("Acme", "STRATEGIC", 105), ("Cedar", "RISK", 105)]
    assert (await queue_of(graph, kinds=["RISK"]))["assignments"]["totalCount"] == 1


async def test_statistics_and_customers(graph: Graph) -> None:
    queue = (await graph.data(STATS))["workflowQueue"]

    assert queue["stats"] == {
        "total": 4,
        "byKind": [
            {"kind": "RENEWAL", "count": 2},
            {"kind": "STRATEGIC", "count": 1},
            {"kind": "RISK", "count": 1},
        ],
        "byStage": [{"stage": "EMERGENCY", "count": 1}, {"stage": "SIGNATURE", "count": 1}],
        "byAccountPlan": [{"accountPlan": "INVEST", "count": 2}, {"accountPlan": None, "count": 2}],
        "uniqueCustomers": 3,
        "averagePriority": 105.0,
        "minPriority": 105,
        "maxPriority": 105,
    }
    assert queue["byCustomer"]["totalCount"] == 3
    assert queue["byCustomer"]["nodes"][1] == {
        "customer": {"name": "Acme"},
        "totalPriority": 210,
        "highestPriority": 105,
        "assignments": [{"kind": "RENEWAL"}, {"kind": "STRATEGIC"}],
    }


async def test_queues_and_assignments_are_found_again_by_their_ids(graph: Graph, site: Graph) -> None:
    queue = await queue_of(graph, "bob")
    (node,) = queue["assignments"]["nodes"]

    assert (await graph.data(NODE, id=queue["id"]))["node"] == {"id": queue["id"]}
    assert (await graph.data(NODE, id=node["id"]))["node"] == node
    for id in (queue["id"], node["id"]):
        assert await site.data(NODE, id=id) == {"node": None}
    nowhere = (node["id"].replace(":renewal", ":risk"), node["id"] + "s", f"WorkflowQueue:{new_id()}")
    for id in nowhere:
        assert await graph.data(NODE, id=id) == {"node": None}


async def test_running_workflows_are_their_assignees_and_weigh(graph: Graph) -> None:
    known = customers_of(graph)
    escalated = held(known["Acme"], WorkflowKind.RENEWAL, "bob", FlowStatus.AWAITING_INPUT, escalated_to="bob")
    await keep(graph, (), [escalated, held(known["Dove"], WorkflowKind.RENEWAL, "bob", FlowStatus.SNOOZED)])
    await enrol(graph, {"bob": Experience.EXPERT})

    assert await listed(graph) == [("Birch", "RENEWAL", 105), ("Acme", "STRATEGIC", 105), ("Cedar", "RISK", 105)]
    (node,) = (await queue_of(graph, "bob"))["assignments"]["nodes"]
    # 70 x 1.5 x 1.2 = 126, and 20 for the escalation.
    assert (node["flow"]["id"], node["priority"]["total"]) == (f"MasterFlow:{escalated.workflow.flow_id}", 146)


async def test_what_was_completed_stays_away_until_its_reason_changes(graph: Graph) -> None:
    cedar = customers_of(graph)["Cedar"]
    ended = EndedWith(now().date(), risk_score=Decimal(75))
    done = held(cedar, WorkflowKind.RISK, "alice", FlowStatus.COMPLETED, ended_with=ended)
    await keep(graph, (), [done])
    assert "Cedar" not in {name for name, _, _ in await listed(graph)}

    await keep(graph, [replace(cedar, risk_score=Decimal(80))])

    assert ("Cedar", "RISK", 108) in await listed(graph)


async def test_a_reason_that_was_other_for_a_while_is_a_new_one(graph: Graph) -> None:
    cedar = customers_of(graph)["Cedar"]
    ended = EndedWith(now().date(), risk_score=Decimal(75))
    await keep(graph, (), [held(cedar, WorkflowKind.RISK, "alice", FlowStatus.COMPLETED, ended_with=ended)])

    await keep(graph, [replace(cedar, risk_score=Decimal(10))])
    await keep(graph, [cedar])

    assert ("Cedar", "RISK", 105) in await listed(graph)


async def test_an_assignment_names_the_template_that_guides_it(graph: Graph) -> None:
    shipped = (await graph.data("{ workflowTemplates { id kind stage core } }"))["workflowTemplates"]
    emergency = next(each["id"] for each in shipped if each["stage"] == "EMERGENCY")
    usual = next(each["id"] for each in shipped if (each["kind"], each["stage"]) == ("RENEWAL", None))
    text = """{ workflowQueue { assignments(kinds: [RENEWAL]) { nodes { customer { name } template { id } } } } }"""

    async def templates() -> dict[str, str]:
        nodes = (await graph.data(text))["workflowQueue"]["assignments"]["nodes"]
        return {node["customer"]["name"]: node["template"]["id"] for node in nodes}

    assert await templates() == {"Birch": emergency, "Acme": usual}
    # One that runs keeps what it was started with, whatever would be chosen now.
    acme, kept = customers_of(graph)["Acme"], emergency.partition(":")[2]
    await keep(graph, (), [held(acme, WorkflowKind.RENEWAL, "alice", FlowStatus.READY, template_id=kept)])
    assert await templates() == {"Birch": emergency, "Acme": emergency}


async def test_rules_count_for_all_engagements_of_the_account_at_once(graph: Graph, site: Graph) -> None:
    neighbour = await neighbour_of(graph)
    stranger = replace(site, tenant=new_tenant())
    await make_tenant(stranger.engine, stranger.tenant)
    for each in (neighbour, stranger):
        await keep(each, [customer("Elm", "bob", days=10)])

    assert (await save(neighbour, {"renewalBonus": {"critical": 110}}))["errors"] == []

    assert await listed(graph, "bob") == [("Dove", "RENEWAL", 190)]
    assert await listed(neighbour, "bob") == [("Elm", "RENEWAL", 190)]
    assert await listed(stranger, "bob") == [("Elm", "RENEWAL", 90)]


# ── what changes


@asynccontextmanager
async def watching(graph: Graph, clock: Clock = now, **variables: Any) -> AsyncIterator[asyncio.Queue[Any]]:
    """The answers of a subscription to the queue's changes, as they come; it is under way once this is entered."""
    asking = replace(caller(graph.work, graph.tenant), clock=clock)
    execution = Execution(schema._schema, _documents.operation(CHANGES, None), variables)
    answers: asyncio.Queue[Any] = asyncio.Queue()
    async with Broadcast("memory://") as broadcast, Hub(EventReader(graph.engine), broadcast, poll_seconds=0.05) as hub:
        task = asyncio.create_task(_take(graph, hub, asking, execution, answers))
        while not hub.figures()["followers"]:  # noqa: ASYNC110  (the hub tells nobody)
            await asyncio.sleep(0.01)
        try:
            yield answers
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def _take(graph: Graph, hub: Hub, asking: Any, execution: Execution, answers: asyncio.Queue[Any]) -> None:
    def reads() -> PostgresReads:
        return PostgresReads(graph.engine, graph.tenant, "alice", DEFINITIONS)

    async with reads() as first, aclosing(await execution.events(Context(asking, first, hub))) as events:
        async for event in events:
            async with reads() as own:
                answer = await execution.deliver(event, Context(asking, own, hub))
            answers.put_nowait(answer["data"]["workflowQueueChanges"] if "errors" not in answer else answer)


async def next_of(answers: asyncio.Queue[Any]) -> dict[str, Any]:
    async with asyncio.timeout(20):
        return dict(await answers.get())


async def change(graph: Graph, *customers: Customer) -> None:
    """Save them and tell the log of it, as the commands do."""
    async with graph.work(graph.tenant) as uow:
        await uow.customers.save(customers)
        changed = [["Customer", each.id] for each in customers]
        uow.tell(Event(EventKind.CHILD_CHANGED, now(), data={"changed": changed}))


async def test_a_changed_customer_changes_the_queue_of_his_owner_alone(graph: Graph) -> None:
    known = customers_of(graph)
    async with watching(graph) as alices, watching(graph, owner="bob") as bobs:
        await change(graph, replace(known["Dove"], owner="alice", version=2))
        mine, his = await next_of(alices), await next_of(bobs)

        dove = f"WorkflowAssignment:{known['Dove'].id}:renewal"
        assert [each["id"] for each in mine["changed"]] == [dove]
        assert (mine["removedIds"], mine["queue"]["stats"]["total"]) == ([], 5)
        assert (his["changed"], his["removedIds"], his["queue"]["stats"]["total"]) == ([], [dove], 0)

        await change(graph, replace(known["Birch"], renewal_date=None, version=2))
        gone = await next_of(alices)
        assert gone["removedIds"] == [f"WorkflowAssignment:{known['Birch'].id}:renewal"]
        assert bobs.empty()


async def test_other_rules_reach_watchers_in_every_engagement_of_the_account(graph: Graph) -> None:
    neighbour = await neighbour_of(graph)
    async with watching(graph, owner="bob") as answers:
        await save(neighbour, {"renewalBase": {"critical": 81}})

        told = await next_of(answers)

    assert [each["priority"]["total"] for each in told["changed"]] == [91]


async def test_a_new_day_changes_what_rests_on_days(graph: Graph) -> None:
    """It is a second before midnight in the engagement's time zone, three days from now."""
    behind = datetime.combine(now().date() + timedelta(days=4), time(), UTC) - timedelta(seconds=1) - now()
    async with watching(graph, lambda: now() + behind, owner="bob") as answers:
        told = await next_of(answers)

    (dove,) = told["changed"]
    assert (dove["stage"], dove["priority"]["total"], told["queue"]["stats"]["total"]) == ("EMERGENCY", 105, 1)
    assert dove["priority"]["explanation"].startswith("Renewal in 6 days")


async def test_who_comes_back_with_his_cursor_is_told_to_read_anew_what_he_missed(graph: Graph) -> None:
    known = customers_of(graph)
    before = (await graph.data("{ viewer { engagement { eventCursor } } }"))["viewer"]["engagement"]["eventCursor"]
    await change(graph, replace(known["Dove"], version=2))

    async with watching(graph, owner="bob", after=before) as answers:
        missed = await next_of(answers)
    async with watching(graph, owner="bob", after=missed["cursor"]) as answers:
        await change(graph, replace(known["Dove"], version=3, risk_score=Decimal(90)))
        told = await next_of(answers)

    assert (missed["changed"], missed["removedIds"]) == ([], [])
    assert int(missed["cursor"]) > int(before)
    assert sorted(each["kind"] for each in told["changed"]) == ["RENEWAL", "RISK"]


async def test_a_cursor_that_never_was_ends_it(graph: Graph) -> None:
    asking = Execution(schema._schema, _documents.operation(CHANGES, None), {"after": "9000000"})
    async with (
        Broadcast("memory://") as broadcast,
        Hub(EventReader(graph.engine), broadcast) as hub,
        PostgresReads(graph.engine, graph.tenant, "alice", DEFINITIONS) as reads,
        aclosing(await asking.events(Context(caller(graph.work, graph.tenant), reads, hub))) as events,
    ):
        with pytest.raises(Exception, match="cursor"):
            await anext(aiter(events))


async def test_more_than_a_hundred_changes_are_not_told_one_by_one(graph: Graph) -> None:
    async with watching(graph) as answers:
        await change(graph, *(customer(f"Many {number}", days=5) for number in range(101)))

        told = await next_of(answers)

    assert (told["changed"], told["removedIds"], told["queue"]["stats"]["total"]) == ([], [], 105)
