"""The statement that determines and scores a queue comes to what the domain's rules come to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest
import pytest_asyncio

from domain.access import Experience
from domain.customer import AccountPlan, Customer
from domain.customer_success.kinds import WorkflowKind
from domain.customer_success.listing import QueueCustomers, QueueOf
from domain.customer_success.queue import (
    Assignment,
    StartedWorkflow,
    Team,
    WorkflowState,
    assign,
    by_customer,
    ended_for,
    open_workflows,
    state_of,
    statistics,
)
from domain.customer_success.scoring_rules import (
    DEFAULTS,
    ArrTier,
    ExperienceMultipliers,
    OpportunityRule,
    PlanMultipliers,
    RenewalBase,
    ScoringRules,
    StageDays,
    StrategicRule,
)
from domain.flows import DEFINITIONS
from domain.reading import Window
from persistence.database import open_database
from persistence.reads import PostgresReads
from tests.graph import Graph
from tests.integration.conftest import postgres_bench
from tests.integration.queues import TODAY, Held, customers, enrol, held, keep

pytestmark = pytest.mark.asyncio(loop_scope="module")

OWNERS = ("ann", "bob", "")
EXPERIENCE = {"ann": Experience.EXPERT, "bob": Experience.JUNIOR}
# None like the default, with halves, thousandths and noughts.
OTHERS = ScoringRules(
    stage_days=StageDays(1, 2, 8, 30, 61, 100, 365),
    renewal_base=RenewalBase(monitor=0.125),
    strategic=StrategicRule((AccountPlan.MONITOR, AccountPlan.MANAGE), 10, 20.5, 30.25),
    opportunity=OpportunityRule(59.9, 1.001, 0.333),
    arr_tiers=(ArrTier(1, 0.5), ArrTier(150_000, 1.25), ArrTier(100_000, 0)),
    arr_otherwise=3,
    plan=PlanMultipliers(1.1, 0.7, 0.3, 2, 1.7),
    experience=ExperienceMultipliers(1.15, 1, 1, 0.85),
    per_other_workflow=0.5,
    escalation=7,
)
RULES = (DEFAULTS, OTHERS, replace(DEFAULTS, arr_tiers=(), strategic=StrategicRule(())))
CASES = [(owner, days, rules) for rules in range(len(RULES)) for owner, days in zip(OWNERS, (0, 1, -30), strict=True)]


class Site:
    """What is in the tables, and reads of them."""

    def __init__(self, graph: Graph, known: tuple[Customer, ...], workflows: tuple[Held, ...]) -> None:
        self.graph, self.known, self.workflows = graph, known, workflows
        self.reads = PostgresReads(graph.engine, graph.tenant, "ann", DEFINITIONS)

    def expected(self, owner: str, today: date, rules: ScoringRules) -> tuple[Assignment, ...]:
        started = tuple(self._standing(rules))
        team = Team(EXPERIENCE, open_workflows(_started(each, rules) for each in self.workflows))
        return tuple(each for each in assign(self.known, started, team, today, rules) if each.owner == owner)

    def _standing(self, rules: ScoringRules) -> list[StartedWorkflow]:
        """Of each customer and kind the one that waits, else the one that sleeps, else the last that was done with."""
        ranks = {WorkflowState.OPEN: 2, WorkflowState.SNOOZED: 1, WorkflowState.ENDED: 0}
        found = {}
        for each in sorted(self.workflows, key=lambda each: (ranks[state_of(each.status)], each.workflow.started_at)):
            if state_of(each.status) is not WorkflowState.ENDED or each.workflow.ended_with is not None:
                found[each.workflow.customer_id, each.workflow.kind] = _started(each, rules)
        return list(found.values())


def _started(held: Held, rules: ScoringRules) -> StartedWorkflow:
    workflow = held.workflow
    return StartedWorkflow(
        workflow.flow_id,
        workflow.customer_id,
        workflow.kind,
        workflow.assigned_to,
        state_of(held.status),
        workflow.escalated,
        None if workflow.ended_with is None else ended_for(workflow.kind, workflow.ended_with, rules),
    )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(module_database: str) -> AsyncIterator[Site]:
    """Three hundred customers of three owners, one of them nobody, and several hundred workflows."""
    async with postgres_bench(module_database) as bench:
        engine = open_database(module_database)
        graph = Graph(engine, bench.work, bench.tenant)
        random = Random(20261121)
        known = customers(random, 300, OWNERS)
        workflows = tuple(held(random, known, OWNERS))
        await keep(graph, known, workflows)
        await enrol(graph, {**EXPERIENCE})
        made = Site(graph, known, workflows)
        async with made.reads:
            yield made
        await engine.dispose()


async def read(site: Site, listing: QueueOf, size: int = 100) -> list[tuple[str, WorkflowKind]]:
    """The whole queue, page by page."""
    found: list[tuple[str, WorkflowKind]] = []
    after = None
    while True:
        page = (await site.reads.pages([listing], Window(size, after)))[0]
        found += [(placed.customer_id, placed.kind) for placed in page.items]
        if not page.has_next:
            return found
        after = page.keys[-1]


@pytest.mark.parametrize(("owner", "days", "rules"), CASES)
async def test_order_and_statistics_are_the_domains(site: Site, owner: str, days: int, rules: int) -> None:
    today = TODAY + timedelta(days=days)
    expected = site.expected(owner, today, RULES[rules])
    listing = QueueOf(owner=owner, today=today, rules=RULES[rules])

    found = await read(site, listing)

    assert len(expected) > 50
    assert found == [(each.customer.id, each.kind) for each in expected]
    assert await site.reads.queues.stats(listing) == statistics(expected)
    assert await site.reads.counts([listing]) == [len(expected)]
    assert set(await site.reads.queues.shown(listing)) == {each.id for each in expected}


@pytest.mark.parametrize("kinds", [(), (WorkflowKind.RISK,), (WorkflowKind.RENEWAL, WorkflowKind.STRATEGIC)])
async def test_kinds_are_left_out_and_the_order_stays(site: Site, kinds: tuple[WorkflowKind, ...]) -> None:
    expected = [each for each in site.expected("ann", TODAY, DEFAULTS) if each.kind in kinds]
    listing = QueueOf(owner="ann", today=TODAY, rules=DEFAULTS, kinds=kinds)

    assert await read(site, listing, size=7) == [(each.customer.id, each.kind) for each in expected]
    assert await site.reads.counts([listing]) == [len(expected)]


async def test_customers_stand_where_the_most_urgent_of_each_stands(site: Site) -> None:
    expected = by_customer(site.expected("bob", TODAY, DEFAULTS))
    listing = QueueCustomers(owner="bob", today=TODAY, rules=DEFAULTS)

    page = (await site.reads.pages([listing], Window(1_000)))[0]

    assert [each.customer_id for each in page.items] == [group.customer.id for group in expected]


async def test_an_empty_queue_has_noughts(site: Site) -> None:
    listing = QueueOf(owner="nobody at all", today=TODAY, rules=DEFAULTS)

    assert await site.reads.queues.stats(listing) == statistics(())
    assert await read(site, listing) == []


async def test_whatever_can_be_seen_of_an_assignment_differs_once_it_is_other(site: Site) -> None:
    before = await site.reads.queues.shown(QueueOf(owner="ann", today=TODAY, rules=DEFAULTS))
    escalated = replace(DEFAULTS, escalation=21)
    after = await site.reads.queues.shown(QueueOf(owner="ann", today=TODAY, rules=escalated))

    changed = {id for id in before if before[id] != after[id]}
    louder = {each.id for each in site.expected("ann", TODAY, DEFAULTS) if each.priority.work.escalated}
    assert changed >= louder > set()
