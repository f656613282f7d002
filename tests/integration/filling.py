"""What the sample alone has none of: an assessment by the product's own rules, an export of it, and a plan."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.commands import StartFlow
from domain.export import ExportFormat
from engine.exports import ExportJob
from persistence.database import reading
from resolvers import flows
from resolvers.exports import ExportFlow, export_flow
from server.seed import SAMPLE, _Sample
from server.settings import Settings
from server.worker import make_exporter


async def fill(engine: AsyncEngine, settings: Settings) -> None:
    """Each of them, run to its end."""
    sample = _Sample(engine, settings)
    try:
        ready = await _ready(engine, "READY_FOR_ASSESSMENT")
        flow_id = await _run(sample, StartFlow("assessment", {"applicationIds": ready[:8]}))
        export = await export_flow(sample._alice, ExportFlow(flow_id, ExportFormat.JSON))
        await make_exporter(sample._works, settings).write(ExportJob(SAMPLE.tenant, flow_id, export.id))
        ready = await _ready(engine, "READY_FOR_PLANNING")
        await _run(sample, StartFlow("planning", {"applicationIds": ready, "maxAppsPerWave": 3}))
    finally:
        sample._runner.solvers.close()


async def _run(sample: _Sample, command: StartFlow) -> str:
    flow = await flows.start_flow(sample._alice, command)
    await sample._carry_through(flow.id)
    return flow.id


async def _ready(engine: AsyncEngine, readiness: str) -> list[str]:
    async with reading(engine, SAMPLE.tenant) as connection:
        query = text("SELECT id FROM applications WHERE readiness = :readiness ORDER BY name")
        return [str(row.id) for row in await connection.execute(query, {"readiness": readiness})]
