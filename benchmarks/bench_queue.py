"""Queues of customers' work out of 10,000 customers, over HTTP: the whole of one owner's, and one of 200."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from random import Random

import asyncpg

from benchmarks.reporting import interleaved, tell
from benchmarks.site import serve
from domain.customer import AccountPlan, Customer
from domain.customer_success.listing import QueueOf
from domain.customer_success.queue import Team, assign, by_customer, statistics
from domain.customer_success.scoring_rules import DEFAULTS
from domain.flows import DEFINITIONS
from persistence.database import open_database
from persistence.reads import PostgresReads
from tests.graph import Graph
from tests.integration.conftest import Bench, postgres_bench
from tests.integration.queues import held, keep
from tests.toy import new_id, now

CUSTOMERS, MINE, TIMES, PROMISE_MS = 10_000, 110, 20, 300
OTHERS = ("grace", "ada", "edsger")
ASSIGNMENT = "id kind stage customer { id name arr { amount } } priority { total explanation } flow { id status }"
STATS = """stats { total byKind { kind count } byStage { stage count } byAccountPlan { accountPlan count }
  uniqueCustomers averagePriority minPriority maxPriority }"""
FIRST = f"""query ($owner: String) {{ workflowQueue(owner: $owner) {{ {STATS}
  assignments(first: 100) {{ totalCount nodes {{ {ASSIGNMENT} }} pageInfo {{ hasNextPage endCursor }} }} }} }}"""
BY_CUSTOMER = f"""query ($owner: String) {{ workflowQueue(owner: $owner) {{ byCustomer(first: 100) {{
  nodes {{ totalPriority highestPriority customer {{ name }} assignments {{ {ASSIGNMENT} }} }} }} }} }}"""


async def measure(url: str, broadcast_url: str) -> None:
    """Against the same rules in Python, for every customer and every request."""
    engine = open_database(url)
    async with postgres_bench(url) as bench:
        graph = Graph(engine, bench.work, bench.tenant)
        await _fill(graph, url)
        with tempfile.TemporaryDirectory() as folder:
            async with serve(url, broadcast_url, Path(folder), bench.tenant) as site:
                for owner, what in (("bob", "all of one owner"), ("ann", "one of 200")):
                    for name, query in (("first 100, stats", FIRST), ("by customer", BY_CUSTOMER)):
                        ours = partial(site.ask, query, owner=owner)
                        taken = await interleaved(ours, partial(_plainly, bench), TIMES)
                        tell(f"{what}, {await _count(graph, owner)}: {name}", *taken, "in Python", PROMISE_MS)
    await engine.dispose()


async def _fill(graph: Graph, url: str) -> None:
    random = Random(1)  # noqa: S311  (the same customers each time)
    mine = [replace(each, owner="ann") for each in _customers(random, MINE)]
    rest = [replace(each, owner="bob") for each in _customers(random, CUSTOMERS - MINE)]
    await keep(graph, [*mine, *rest], held(random, [*mine[:10], *rest[:500]], OTHERS))
    # As autovacuum does a moment after an import.
    owner = await asyncpg.connect(url)
    await owner.execute("ANALYZE")
    await owner.close()


async def _plainly(bench: Bench) -> object:
    async with bench.work(bench.tenant) as uow:
        known = await uow.customers.find()
    queue = assign(known, (), Team(), now().date())
    return statistics(queue), by_customer(queue[:100])


async def _count(graph: Graph, owner: str) -> int:
    listing = QueueOf(owner=owner, today=now().date(), rules=DEFAULTS)
    async with PostgresReads(graph.engine, graph.tenant, "ann", DEFINITIONS) as reads:
        return (await reads.queues.stats(listing)).total


def _customers(random: Random, count: int) -> list[Customer]:
    """As a portfolio of subscriptions has them: most renew within a year, some are at risk, some may grow."""
    today: date = now().date()
    return [
        Customer(
            new_id(),
            f"Customer {random.randrange(10**6)}",
            Decimal(random.randrange(1_000, 400_000)),
            "",
            renewal_date=today + timedelta(days=random.randrange(-20, 365)),
            account_plan=random.choice((None, *AccountPlan)),
            risk_score=Decimal(random.randrange(0, 1_000)) / 10,
            opportunity_score=Decimal(random.randrange(0, 1_000)) / 10,
        )
        for _ in range(count)
    ]
