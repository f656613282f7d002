"""Figures over all flows: 100,000 runs, contributions and overrides beside 1,000,000 events, over HTTP."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import psycopg
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from benchmarks.reporting import interleaved, tell
from benchmarks.site import serve
from domain.access import Tenant
from persistence.database import open_database, reading, select_tenant
from tests.integration.conftest import make_tenant
from tests.toy import new_tenant

FLOWS, EACH, EVENTS = 20_000, 5, 50
TIMES = 30
LIMIT_MS = 500
ANALYTICS = """{ flowAnalytics { flows completionRate failureRate medianDurationMs learnings
  phases { type phase runs failures p50Ms p95Ms } agents { agent contributions meanConfidence overridden modelShare }
  overridesByStrategy { subject recommended overridden } usage { provider model promptTokens completionTokens requests }
  dataQualityByIteration { type iteration completeness applications rejectedRows openFindings meanConfidence } } }"""
SUMMARY = "{ flowSummary { total active awaitingInput byType { type count active } byStatus { status count } } }"
# What no answer can do without: reading every run once.
BARE = """SELECT phase, count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY finished_at - started_at)
  FROM phase_runs GROUP BY phase"""
COUNTED = "SELECT kind, status, count(*) FROM master_flows GROUP BY kind, status"

# Made of their numbers alone, so that every run of this benchmark reads the same rows.
_ID = "CAST(lpad(to_hex({table}), 8, '0') || '-0000-7000-8000-' || lpad(to_hex({number}), 12, '0') AS uuid)"
_AT = "timestamptz '2026-01-01' + {number} * interval '7 seconds'"
_KIND = "(ARRAY['discovery', 'assessment', 'planning'])[1 + f % 3]"
_PHASES = """(CASE f % 3
    WHEN 0 THEN ARRAY['data_import', 'attribute_mapping', 'data_cleansing', 'inventory', 'dependencies']
    WHEN 1 THEN ARRAY['initialization', 'architecture_minimums', 'tech_debt_analysis', 'component_sixr_strategies',
        'finalization']
    ELSE ARRAY['wave_planning', 'resource_allocation', 'timeline_generation', 'cost_estimation', 'synthesis'] END)"""


def _id(table: int, number: str) -> str:
    return _ID.format(table=table, number=number)


def _at(number: str) -> str:
    return _AT.format(number=number)


_EACH = f"generate_series(0, {FLOWS - 1}) AS f, generate_series(0, {EACH - 1}) AS n"
_RUN = f"f * {EACH} + n"
_ROWS = (
    f"""INSERT INTO master_flows (engagement_id, id, kind, name, status, progress, iteration, version, last_seq,
        created_by, created_at, updated_by, updated_at, started_at, completed_at)
    SELECT :tenant, {_id(1, "f")}, {_KIND}, 'Flow', CASE WHEN f % 10 = 0 THEN 'FAILED' ELSE 'COMPLETED' END,
        100, 1 + f % 9, 1, {EVENTS}, 'alice', {_at("f")}, 'alice', {_at("f")}, {_at("f")},
        CASE WHEN f % 10 = 0 THEN NULL ELSE {_at("f")} + f % 977 * interval '1 second' END
    FROM generate_series(0, {FLOWS - 1}) AS f""",
    f"""INSERT INTO phase_runs (engagement_id, id, flow_id, phase, attempt, status, source, started_at, finished_at)
    SELECT :tenant, {_id(2, _RUN)}, {_id(1, "f")}, {_PHASES}[1 + n], 1,
        CASE WHEN f % 10 = 0 AND n = 4 THEN 'FAILED' ELSE 'COMPLETED' END, 'RULES', {_at("f")},
        {_at("f")} + (f * 31 + n) % 4001 * interval '1 millisecond'
    FROM {_EACH}""",
    f"""INSERT INTO contributions (engagement_id, id, flow_id, run_id, phase, agent, action, details, confidence,
        source, started_at, finished_at)
    SELECT :tenant, {_id(3, _RUN)}, {_id(1, "f")}, {_id(2, _RUN)}, {_PHASES}[1 + n], 'agent ' || f % 3 || n, 'proposed',
        '{{}}', (f % 100) / 100.0, CASE WHEN n = 0 THEN 'MODEL' ELSE 'RULES' END, {_at("f")}, {_at("f")}
    FROM {_EACH}""",
    f"""INSERT INTO overrides (engagement_id, id, flow_id, phase, subject, before, after, rationale, created_by,
        created_at)
    SELECT :tenant, {_id(4, _RUN)}, {_id(1, "f")}, {_PHASES}[1 + n], 'subject', '1', '2', 'because', 'alice',
        {_at("f")} + (n - 2) * interval '1 second'
    FROM {_EACH}""",
    f"""INSERT INTO model_uses (engagement_id, id, flow_id, run_id, phase, agent, at, provider, model, prompt_tokens,
        completion_tokens, requests)
    SELECT :tenant, {_id(5, _RUN)}, {_id(1, "f")}, {_id(2, _RUN)}, {_PHASES}[1 + n], 'agent', {_at("f")}, 'openai',
        'model ' || f % 4, 1000, 200, 1
    FROM {_EACH}""",
    f"""INSERT INTO iteration_quality (engagement_id, flow_id, kind, iteration, completeness, applications,
        rejected_rows, open_findings, mean_confidence, completed_at)
    SELECT :tenant, {_id(1, "f")}, {_KIND}, 1 + f % 9, 0.5, 10, 1, 2, 0.7, {_at("f")}
    FROM generate_series(0, {FLOWS - 1}) AS f WHERE f % 10 > 0""",
    f"""INSERT INTO events (engagement_id, position, flow_id, flow_kind, seq, kind, occurred_at, phase, data)
    SELECT :tenant, f * {EVENTS} + n, {_id(1, "f")}, {_KIND}, n, 'AGENT_STEP', {_at("f")}, 'one', '{{"message": "x"}}'
    FROM generate_series(0, {FLOWS - 1}) AS f, generate_series(1, {EVENTS}) AS n""",
)


async def measure(url: str, broadcast_url: str) -> None:
    """Against one statement over the runs alone."""
    tenant = new_tenant()
    engine = open_database(url)
    await make_tenant(engine, tenant)
    async with engine.begin() as connection:
        await _fill(connection, tenant)
    await asyncio.to_thread(_settle, url)
    with tempfile.TemporaryDirectory() as folder:
        async with serve(url, broadcast_url, Path(folder), tenant) as site:

            async def bare(statement: str) -> object:
                async with reading(engine, tenant) as connection:
                    return (await connection.execute(text(statement))).all()

            figures = (await site.ask(ANALYTICS))["flowAnalytics"]
            runs = sum(phase["runs"] for phase in figures["phases"])
            done = sum(agent["contributions"] for agent in figures["agents"])
            print(f"  {figures['flows']:,} flows, {runs:,} runs, {done:,} contributions, {FLOWS * EVENTS:,} events")
            taken = await interleaved(lambda: site.ask(ANALYTICS), lambda: bare(BARE), TIMES)
            tell("flowAnalytics", *taken, "one statement over the runs", LIMIT_MS)
            taken = await interleaved(lambda: site.ask(SUMMARY), lambda: bare(COUNTED), TIMES)
            tell("flowSummary", *taken, "one statement over the flows", LIMIT_MS)
    await engine.dispose()


async def _fill(connection: AsyncConnection, tenant: Tenant) -> None:
    await select_tenant(connection, tenant)
    await connection.execute(text("SET LOCAL statement_timeout = 0"))
    for statement in _ROWS:
        await connection.execute(_of(statement, tenant))


def _settle(url: str) -> None:
    """As autovacuum leaves the tables after a while; the application's own role may not."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def _of(statement: str, tenant: Tenant) -> TextClause:
    return text(statement.replace(":tenant", f"CAST('{tenant.engagement_id}' AS uuid)"))
