"""What the sample alone has none of: an assessment by the product's own rules, its export, a plan, a model's use."""

from __future__ import annotations

from collections.abc import AsyncIterator

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.artifact import ArtifactKind
from domain.artifacts.saving import ArtifactGiven
from domain.commands import StartFlow
from domain.contract import UploadContract
from domain.export import ExportFormat
from domain.model_usage import ModelUsage, ModelUse
from engine.exports import ExportJob
from persistence.database import reading
from persistence.model_budgets import DailyBudget
from readers.contracts import ContractFiles
from resolvers import flows
from resolvers.artifacts import TasksFromArtifact, create_tasks, save_artifact
from resolvers.contracts import upload_contract
from resolvers.exports import ExportFlow, export_flow
from server.composition import new_id, now
from server.seed import SAMPLE, _Sample
from server.settings import Settings
from server.worker import make_exporter
from tests.unit.contracts.made import SENTENCES, word


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
        await _ask_models(engine, sample, flow_id)
        await _upload_contract(sample)
        await _recommend(sample, flow_id)
    finally:
        sample._runner.solvers.close()


async def _run(sample: _Sample, command: StartFlow) -> str:
    flow = await flows.start_flow(sample._alice, command)
    await sample._carry_through(flow.id)
    return flow.id


async def _ask_models(engine: AsyncEngine, sample: _Sample, flow_id: str) -> None:
    """As if an agent had asked one in the flow's first run."""
    query = text("SELECT id, phase FROM phase_runs WHERE flow_id = :flow ORDER BY started_at LIMIT 1")
    async with reading(engine, SAMPLE.tenant) as connection:
        run = (await connection.execute(query, {"flow": flow_id})).one()
    usage = ModelUsage("openai", "small", 100, 10, 1)
    async with sample._works(SAMPLE.tenant) as uow:
        await uow.model_uses.add(ModelUse(new_id(), flow_id, str(run.id), run.phase, "strategist", now(), usage))
    await DailyBudget(engine, 1_000, now).take(SAMPLE.engagement_id, 110)


async def _upload_contract(sample: _Sample) -> None:
    """Of the first customer, read as by the API."""

    async def chunks() -> AsyncIterator[bytes]:
        yield word(*SENTENCES)

    async with sample._works(SAMPLE.tenant) as uow:
        customer = (await uow.customers.find())[0]
    await upload_contract(sample._alice, ContractFiles(), UploadContract(customer.id, "a.docx", chunks()))


async def _recommend(sample: _Sample, flow_id: str) -> None:
    """Something to do, and the task that it became."""
    items = {"items": [{"title": "Call the owners"}, {"title": "Look at the licences"}]}
    given = ArtifactGiven(flow_id, ArtifactKind.RECOMMENDATIONS, "What comes next", items)
    artifact = await save_artifact(sample._alice, given)
    await create_tasks(sample._alice, TasksFromArtifact(artifact.id))


async def _ready(engine: AsyncEngine, readiness: str) -> list[str]:
    async with reading(engine, SAMPLE.tenant) as connection:
        query = text("SELECT id FROM applications WHERE readiness = :readiness ORDER BY name")
        return [str(row.id) for row in await connection.execute(query, {"readiness": readiness})]
