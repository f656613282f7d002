"""What the sample alone has none of: an assessment by the product's own rules, its export, a plan, a model's use."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.application import Readiness
from domain.artifact import ArtifactKind
from domain.artifacts.saving import ArtifactGiven
from domain.builds.commands import CompleteBuildPhase
from domain.builds.table import BuildRole
from domain.commands import StartFlow
from domain.contract import UploadContract
from domain.decision import HoursRange, Strategy
from domain.export import ExportFormat
from domain.flow import Flow
from domain.model_usage import ModelUsage, ModelUse
from domain.need import Need
from domain.readiness_move import ReadinessDecision, SetReadiness
from domain.recording import CheckReport
from domain.saved_action import ActionKind, SaveSavedAction
from engine.exports import ExportJob
from persistence.database import reading
from persistence.model_budgets import DailyBudget
from readers.contracts import ContractFiles
from resolvers import flows
from resolvers.actions import ExecuteAction, execute_action, save_saved_action
from resolvers.artifacts import TasksFromArtifact, create_tasks, save_artifact
from resolvers.builds import complete_phase
from resolvers.contracts import upload_contract
from resolvers.exports import ExportFlow, export_flow
from resolvers.portfolio import set_readiness
from resolvers.recording import record_check
from resolvers.threads import OpenThread, SendMessage, open_thread, send_message
from server.composition import new_id, now
from server.seed import SAMPLE, _Sample
from server.settings import Settings
from server.worker import make_exporter
from tests.unit.contracts.made import SENTENCES, word

UNNEEDED = "NOT EXISTS (SELECT FROM dependencies WHERE to_id = applications.id) AND attributes->>'contract_end' IS NULL"


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
        await _carry_out(sample, ready[:1])
        for kind in ("modernization", "finops"):
            await _run(sample, StartFlow(kind, {"applicationIds": ready[:4]}))
        await _run(sample, StartFlow("observability", _observed(ready[:2])))
        await _retire(sample, (await _ready(engine, "READY_FOR_ASSESSMENT", UNNEEDED))[:1])
        await _ask_models(engine, sample, flow_id)
        await _upload_contract(sample)
        await _recommend(sample, flow_id)
        await _talk(sample)
        await _build(sample)
    finally:
        sample._runner.solvers.close()


async def _run(sample: _Sample, command: StartFlow) -> str:
    flow = await flows.start_flow(sample._alice, command)
    await sample._carry_through(flow.id)
    return flow.id


def _observed(application_ids: list[str]) -> dict[str, object]:
    """The first is slower than it may be, so that there is something to find."""
    slow = {"applicationId": application_ids[0], "metric": "latency_p95", "observed": 9_000.0, "unit": "ms"}
    return {"applicationIds": application_ids, "options": {"metrics": [slow]}}


async def _carry_out(sample: _Sample, application_ids: list[str]) -> None:
    """As far as its runbook."""
    flow = await flows.start_flow(sample._alice, StartFlow("execution", {"applicationIds": application_ids}))
    await _until_it_waits(sample, flow.id)
    async with sample._works(SAMPLE.tenant) as uow:
        checks = (await uow.portfolio.load(frozenset({Need.CHECKS}), flow.id, ())).checks
    for check in checks:
        await record_check(sample._alice, check.id, CheckReport(passed=True, evidence="Seen."))
    await _answer(sample, flow.id)


async def _retire(sample: _Sample, application_ids: list[str]) -> None:
    """As far as the shutdown."""
    effort = HoursRange(Decimal(1), Decimal(1), Decimal(1))
    decided = ReadinessDecision(Strategy.RETIRE, effort)
    wanted = SetReadiness(tuple(application_ids), Readiness.READY_FOR_PLANNING, "Nobody uses it.", decided)
    await set_readiness(sample._alice, wanted)
    flow = await flows.start_flow(sample._alice, StartFlow("decommission", {"applicationIds": application_ids}))
    await _until_it_waits(sample, flow.id)
    await _answer(sample, flow.id)
    await _answer(sample, flow.id)


async def _flow(sample: _Sample, flow_id: str) -> Flow:
    async with sample._works(SAMPLE.tenant) as uow:
        return await uow.flows.get(flow_id)


async def _until_it_waits(sample: _Sample, flow_id: str) -> None:
    while (flow := await _flow(sample, flow_id)).running:
        await sample._step(flow)


async def _answer(sample: _Sample, flow_id: str) -> None:
    """What is proposed, and what that sets going."""
    await sample._step(await _flow(sample, flow_id))
    await _until_it_waits(sample, flow_id)


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


async def _talk(sample: _Sample) -> None:
    """A customer's workflow, something said in it, and something done with it."""
    async with sample._works(SAMPLE.tenant) as uow:
        customer = (await uow.customers.find())[0]
    command = StartFlow("customer_success", {"customerId": customer.id, "kind": "RISK"})
    flow = await flows.start_flow(sample._alice, command)
    await _until_it_waits(sample, flow.id)
    waiting = (await _flow(sample, flow.id)).active
    assert waiting is not None
    thread = await open_thread(sample._alice, OpenThread(flow.id, waiting.key))
    await send_message(sample._alice, SendMessage(thread.id, "What now?"))
    saved = SaveSavedAction("call", "Call them", ActionKind.SCHEDULE, {"title": "Call", "dueOn": "2027-01-15"})
    await save_saved_action(sample._alice, saved)
    await execute_action(sample._alice, ExecuteAction(flow.id, "call"))


async def _ready(engine: AsyncEngine, readiness: str, where: str = "true") -> list[str]:
    async with reading(engine, SAMPLE.tenant) as connection:
        query = text(f"SELECT id FROM applications WHERE readiness = :readiness AND {where} ORDER BY name")
        return [str(row.id) for row in await connection.execute(query, {"readiness": readiness})]


async def _build(sample: _Sample) -> None:
    """As far as the code writer, to whom it is handed over."""
    wanted = {"projectId": "shop", "buildId": "1", "requirements": ["Greet."]}
    flow = await flows.start_flow(sample._alice, StartFlow("build", wanted))
    for _ in ("discovery", "planning"):
        await complete_phase(sample._alice, CompleteBuildPhase(flow.id, BuildRole.Q_ASSISTANT, "R1: greet.", {}))
