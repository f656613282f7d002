"""Counting: how many flows, applications and differences there are of each kind; and each subject's views."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, Select, func, select

from domain.application import Criticality, Readiness
from domain.decision import Strategy
from domain.known import CriticalityCount, DifferenceCounts, FlowCount, PortfolioSummary, ReadinessCount, StrategyCount
from domain.transition import FlowStatus
from persistence import tables
from persistence.reads.portfolio import newest_decision

Rows = Sequence[Row[Any]]


def flow_query(tenant: str) -> Select[Any]:
    flows = tables.master_flows
    return (
        select(flows.c.kind, flows.c.status, func.count().label("n"))
        .where(flows.c.engagement_id == tenant)
        .group_by(flows.c.kind, flows.c.status)
        .order_by(flows.c.kind, flows.c.status)
    )


def flows(rows: Rows) -> tuple[FlowCount, ...]:
    return tuple(FlowCount(row.kind, FlowStatus(row.status), row.n) for row in rows)


def portfolio_query(tenant: str) -> Select[Any]:
    """One row for each readiness, criticality and strategy that occur together."""
    apps = tables.applications
    counted = (
        select(apps.c.readiness, apps.c.criticality, newest_decision().label("strategy"), apps.c.completeness)
        .where(apps.c.engagement_id == tenant)
        .subquery()
    )
    together = (counted.c.readiness, counted.c.criticality, counted.c.strategy)
    return select(*together, func.count().label("n"), func.sum(counted.c.completeness).label("completeness")).group_by(
        *together
    )


def portfolio(rows: Rows) -> PortfolioSummary:
    total = sum(row.n for row in rows)
    strategies = ((s, n) for s, n in _sums(rows, "strategy", Strategy) if s is not None)
    return PortfolioSummary(
        applications=total,
        by_readiness=tuple(ReadinessCount(*each) for each in _sums(rows, "readiness", Readiness)),
        by_strategy=tuple(StrategyCount(*each) for each in strategies),
        by_criticality=tuple(CriticalityCount(*each) for each in _sums(rows, "criticality", Criticality)),
        mean_completeness=sum(row.completeness for row in rows) / total if total else 0.0,
    )


def _sums(rows: Rows, name: str, word: Any) -> Iterator[tuple[Any, int]]:
    """How many there are of each value of that column, in the order of the words; None comes last."""
    for value in (*word, None):
        count = sum(row.n for row in rows if getattr(row, name) == value)
        if count:
            yield value, count


def difference_query(tenant: str, flow_ids: Sequence[str]) -> Select[Any]:
    found = tables.inventory_differences
    return (
        select(found.c.flow_id, found.c.kind, func.count().label("n"))
        .where(found.c.engagement_id == tenant, found.c.flow_id.in_(sorted(set(flow_ids))))
        .group_by(found.c.flow_id, found.c.kind)
    )


def differences(rows: Rows) -> Mapping[str, DifferenceCounts]:
    counts: dict[str, dict[str, int]] = {}
    for row in rows:
        counts.setdefault(row.flow_id, {})[row.kind] = row.n
    return {flow_id: DifferenceCounts(flow_id, **kinds) for flow_id, kinds in counts.items()}


def ui_state_query(tenant: str, flow_ids: Sequence[str], subject: str) -> Select[Any]:
    views = tables.ui_states
    return select(views.c.flow_id, views.c.state).where(
        views.c.engagement_id == tenant,
        views.c.flow_id.in_(sorted(set(flow_ids))),
        views.c.subject == subject,
    )
