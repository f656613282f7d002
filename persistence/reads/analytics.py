"""Figures over all flows, each by one statement over indexed rows of the engagement; events are not looked at."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from sqlalchemy import ARRAY, BindParameter, DateTime, Row, Text, TextClause, bindparam, text
from sqlalchemy.dialects.postgresql import UUID

from domain.analytics import (
    AgentAnalytics,
    AnalyticsFilter,
    FlowAnalytics,
    IterationQuality,
    OverrideRate,
    PhaseAnalytics,
)
from domain.decision import Strategy
from domain.model_usage import ModelUsage

# What a statement may use, so that sorting the durations of some 100,000 runs needs no file.
MEMORY = "32MB"

Fetch = Callable[[TextClause], Awaitable[Sequence[Row[Any]]]]

# Inlined, so that the planner knows how many there are.
_CHOSEN = """WITH chosen AS NOT MATERIALIZED (SELECT id, kind, status, started_at, completed_at FROM master_flows
    WHERE engagement_id = :tenant {where}) """
_FLOWS = """SELECT count(*) AS flows, count(*) FILTER (WHERE status = 'COMPLETED') AS completed,
    count(*) FILTER (WHERE status = 'FAILED') AS failed,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM completed_at - started_at) * 1000)
        FILTER (WHERE status = 'COMPLETED') AS median
    FROM chosen"""
_PHASES = """SELECT chosen.kind, phase, count(*) AS runs,
    count(*) FILTER (WHERE run.status = 'FAILED' AND error->>'code' IS DISTINCT FROM 'CANCELLED') AS failures,
    percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (
        ORDER BY CAST(extract(epoch FROM finished_at - run.started_at) * 1000 AS double precision)) AS times
    FROM phase_runs AS run JOIN chosen ON chosen.id = run.flow_id
    WHERE run.engagement_id = :tenant GROUP BY chosen.kind, phase"""
_AGENTS = """SELECT agent, count(*) AS contributions, avg(confidence) AS mean_confidence,
    count(*) FILTER (WHERE changed.at >= done.started_at) AS overridden,
    CAST(avg(CAST(source IN ('MODEL', 'MODEL_CHECKED_BY_RULES') AS integer)) AS double precision) AS model_share
    FROM contributions AS done JOIN chosen ON chosen.id = done.flow_id
    LEFT JOIN (SELECT flow_id, phase, max(created_at) AS at FROM overrides WHERE engagement_id = :tenant
        GROUP BY flow_id, phase) AS changed ON changed.flow_id = done.flow_id AND changed.phase = done.phase
    WHERE done.engagement_id = :tenant GROUP BY agent ORDER BY agent"""
_STRATEGIES = """SELECT recommended AS strategy, count(*) AS recommended,
    count(*) FILTER (WHERE strategy <> recommended) AS overridden
    FROM decisions JOIN chosen ON chosen.id = decisions.flow_id
    WHERE decisions.engagement_id = :tenant GROUP BY decisions.recommended"""
_QUALITY = """SELECT quality.kind, iteration,
    coalesce(sum(completeness * applications) / nullif(sum(applications), 0), 0) AS completeness,
    sum(applications) AS applications, sum(rejected_rows) AS rejected_rows, sum(open_findings) AS open_findings,
    avg(mean_confidence) AS mean_confidence
    FROM iteration_quality AS quality JOIN chosen ON chosen.id = quality.flow_id
    WHERE quality.engagement_id = :tenant GROUP BY quality.kind, iteration"""
_USAGE = """SELECT provider, model, CAST(sum(prompt_tokens) AS bigint) AS prompt_tokens,
    CAST(sum(completion_tokens) AS bigint) AS completion_tokens, CAST(sum(requests) AS bigint) AS requests
    FROM model_uses AS used JOIN chosen ON chosen.id = used.flow_id
    WHERE used.engagement_id = :tenant GROUP BY provider, model ORDER BY provider, model"""
# Patterns outlive their flows: what they were learned in is the first word of their kind.
_LEARNINGS = """SELECT count(*) AS n FROM learning_patterns WHERE engagement_id = :tenant {where}"""


async def analytics(fetch: Fetch, tenant: str, wanted: AnalyticsFilter) -> FlowAnalytics:
    """All figures about the flows that are wanted."""

    async def rows(query: str) -> Sequence[Row[Any]]:
        return await fetch(_query(_CHOSEN.format(where=_where("kind", wanted)) + query, tenant, wanted))

    flows = (await rows(_FLOWS))[0]
    of_kind = r"split_part(regexp_replace(kind, '^feedback\.', ''), '.', 1)"
    learnings = await fetch(_query(_LEARNINGS.format(where=_where(of_kind, wanted)), tenant, wanted))
    return FlowAnalytics(
        flows=flows.flows,
        completed=flows.completed,
        failed=flows.failed,
        median_duration_ms=flows.median,
        phases=tuple(_phase(row) for row in await rows(_PHASES)),
        agents=tuple(AgentAnalytics(**row._mapping) for row in await rows(_AGENTS)),
        overrides_by_strategy=_strategies(await rows(_STRATEGIES)),
        learnings=learnings[0].n,
        data_quality_by_iteration=tuple(IterationQuality(**row._mapping) for row in await rows(_QUALITY)),
        usage=tuple(ModelUsage(**row._mapping) for row in await rows(_USAGE)),
    )


def _where(kind: str, wanted: AnalyticsFilter) -> str:
    of_kinds = f" AND {kind} = ANY(:kinds)" if wanted.kinds is not None else ""
    return of_kinds + (" AND created_at >= :since" if wanted.since is not None else "")


def _query(query: str, tenant: str, wanted: AnalyticsFilter) -> TextClause:
    given: list[BindParameter[Any]] = [bindparam("tenant", tenant, UUID(as_uuid=False))]
    if wanted.since is not None:
        given.append(bindparam("since", wanted.since, DateTime(timezone=True)))
    if wanted.kinds is not None:
        given.append(bindparam("kinds", list(wanted.kinds), ARRAY(Text)))
    return text(query).bindparams(*given)


def _phase(row: Row[Any]) -> PhaseAnalytics:
    p50, p95 = row.times or (0.0, 0.0)
    return PhaseAnalytics(row.kind, row.phase, row.runs, row.failures, p50 or 0.0, p95 or 0.0)


def _strategies(rows: Sequence[Row[Any]]) -> tuple[OverrideRate, ...]:
    found = {row.strategy: OverrideRate(Strategy(row.strategy), row.recommended, row.overridden) for row in rows}
    return tuple(found[each] for each in Strategy if each in found)
