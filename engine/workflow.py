"""The durable workflows of phase runs, exports and reviews: a lost worker's goes on elsewhere, after its last step."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypedDict, TypeVar

from dbos import DBOS
from opentelemetry.trace import Span

from domain.access import Tenant
from domain.errors import Refused
from domain.planning.ports import SolveCancelled, SolveFailed
from engine.exports import ExportJob, ExportRunner
from engine.patience import passing, patiently
from engine.phases import PhaseRunner, PortfolioMoved
from engine.ports import RunCancelled
from engine.queue import EXPORT, REVIEW, WORKFLOW
from engine.reviews import Reviewer
from engine.run import Run, Staged
from engine.tracing import failed, running, step

log = logging.getLogger(__name__)
T = TypeVar("T")

DONE = "done"
# How often a phase works anew on what others have changed meanwhile.
TRIES = 10


class Verdict(TypedDict, total=False):
    """What a step came to, as JSON: an exception would be stored as a pickle."""

    batches: int
    reviewed: bool
    played: bool
    moved: bool
    code: str
    message: str
    retryable: bool


def register(runner: PhaseRunner, exports: ExportRunner, reviewer: Reviewer) -> None:
    """Define the workflows with the means of this process; once, before launching."""
    _register_phase(runner)
    _register_export(exports)
    _register_review(reviewer)


def _register_review(reviewer: Reviewer) -> None:
    @DBOS.workflow(name=REVIEW)
    async def review(client_account_id: str, engagement_id: str, flow_ids: list[str]) -> str:
        tenant = Tenant(client_account_id, engagement_id)
        # No steps: each is one transaction that says nothing twice, so beginning anew repeats nothing. One that cannot
        # be looked through holds up no other.
        with running("review", engagement_id=engagement_id) as span:
            verdicts = [await _judged(patiently(partial(_reviewed, reviewer, tenant, flow_id))) for flow_id in flow_ids]
            return _told(span, next((verdict["code"] for verdict in verdicts if "code" in verdict), DONE))


async def _reviewed(reviewer: Reviewer, tenant: Tenant, flow_id: str) -> Verdict:
    await reviewer.review(tenant, flow_id)
    return {}


def _register_export(exports: ExportRunner) -> None:
    @DBOS.workflow(name=EXPORT)
    async def export(client_account_id: str, engagement_id: str, flow_id: str, export_id: str) -> str:
        job = ExportJob(Tenant(client_account_id, engagement_id), flow_id, export_id)
        with running("export", engagement_id=engagement_id, flow_id=flow_id, export_id=export_id) as span:
            return _told(span, await _exported(exports, job))


async def _exported(exports: ExportRunner, job: ExportJob) -> str:
    if not await patiently(lambda: exports.start(job)):
        return "given up"
    # One step: until its last transaction nothing of it is stored, so that beginning anew repeats nothing.
    verdict = await _step("write", lambda: _judged(_written(exports, job)))
    if "code" in verdict:
        await _step("fail", lambda: exports.fail(job, verdict["message"]))
        return verdict["code"]
    return DONE


async def _written(exports: ExportRunner, job: ExportJob) -> Verdict:
    await exports.write(job)
    return {}


def _register_phase(runner: PhaseRunner) -> None:

    @DBOS.workflow(name=WORKFLOW)
    async def phase(client_account_id: str, engagement_id: str, flow_id: str, run_id: str) -> str:
        run = Run(Tenant(client_account_id, engagement_id), flow_id, run_id)
        with running("phase", engagement_id=engagement_id, flow_id=flow_id, run_id=run_id) as span:
            return _told(span, await _run(runner, run))


async def _run(runner: PhaseRunner, run: Run) -> str:
    # Not a step: a step that has ended is not repeated, and this counts how often the run was begun.
    if not await patiently(lambda: runner.start(run)):
        return "given up"
    if not await _step("begin", lambda: runner.begin(run)):
        return "unwanted"
    verdict = await _worked_out(runner, run)
    if "code" in verdict:
        await _step("fail", lambda: _failed(runner, run, verdict))
        return verdict["code"]
    return DONE


def _told(span: Span, outcome: str) -> str:
    span.set_attribute("flotilla.outcome", outcome)
    if outcome != DONE:
        failed(span, outcome)
    return outcome


async def _worked_out(runner: PhaseRunner, run: Run) -> Verdict:
    """What rules and agents came to, saved; worked out again while others change what they looked at."""
    for _ in range(TRIES):
        verdict = await _step("rules", lambda: _judged(_batches(runner, run)))
        if "batches" in verdict:
            verdict = await _step("agents", lambda: _judged(_asked(runner, run, _staged(verdict))))  # noqa: B023
        if "batches" in verdict:
            verdict = await _step("save", lambda: _judged(_saved(runner, run, _staged(verdict))))  # noqa: B023
        if not verdict.get("moved"):
            return verdict
    message = "The portfolio was changed again and again while this phase ran. Retry it when others are done."
    return {"code": "PORTFOLIO_MOVED", "message": message, "retryable": True}


async def _step(name: str, work: Callable[[], Awaitable[T]]) -> T:
    async def patient() -> T:
        # In here: a step that is not repeated after a recovery is no span either.
        with step(name):
            return await patiently(work)

    result: T = await DBOS.run_step_async({"name": name, "preemptible": True}, patient)
    return result


async def _batches(runner: PhaseRunner, run: Run) -> Verdict:
    return _verdict(await runner.rules(run))


async def _asked(runner: PhaseRunner, run: Run, staged: Staged) -> Verdict:
    return _verdict(await runner.ask(run, staged))


def _verdict(staged: Staged) -> Verdict:
    return {"batches": staged.batches, "reviewed": staged.reviewed, "played": staged.played}


def _staged(verdict: Verdict) -> Staged:
    return Staged(verdict["batches"], verdict.get("reviewed", False), verdict.get("played", False))


async def _saved(runner: PhaseRunner, run: Run, staged: Staged) -> Verdict:
    await runner.save(run, staged)
    return {}


async def _failed(runner: PhaseRunner, run: Run, verdict: Verdict) -> None:
    await runner.fail(run, verdict["code"], verdict["message"], retryable=verdict["retryable"])


async def _judged(work: Awaitable[Verdict]) -> Verdict:
    """What the work came to; a refusal or a fault as a verdict, a lost connection as it is."""
    try:
        return await work
    except Refused as refused:
        first = refused.problems[0]
        return {"code": str(first.code), "message": str(refused), "retryable": False}
    except PortfolioMoved:
        return {"moved": True}
    except (RunCancelled, SolveCancelled):
        return {"code": "CANCELLED", "message": "The run is no longer wanted.", "retryable": True}
    except SolveFailed as failed:
        log.warning("solve_failed", extra={"reason": str(failed)})
        return {"code": "SOLVE_FAILED", "message": f"{failed} Retry the phase.", "retryable": True}
    except Exception as fault:
        if passing(fault):
            raise
        log.exception("phase_failed")
        message = "The product made a mistake here; the log has the details. Retry, or report it."
        return {"code": "INTERNAL", "message": message, "retryable": True}
