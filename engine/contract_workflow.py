"""The durable workflow that looks at a contract a second time."""

from __future__ import annotations

import logging

from dbos import DBOS

from domain.access import Tenant
from engine.contracts import ContractJob, ContractRunner
from engine.patience import passing, patiently
from engine.queue import CONTRACT
from engine.tracing import failed, running

log = logging.getLogger(__name__)

DONE = "done"
MISTAKE = "The product made a mistake when it looked a second time; the log has the details."


def register_contracts(runner: ContractRunner) -> None:
    """Define the workflow with the means of this process; once, before launching."""

    @DBOS.workflow(name=CONTRACT)
    async def contract(client_account_id: str, engagement_id: str, contract_id: str) -> str:
        job = ContractJob(Tenant(client_account_id, engagement_id), contract_id)
        with running("contract", engagement_id=engagement_id, contract_id=contract_id) as span:
            outcome = await _checked(runner, job)
            span.set_attribute("flotilla.outcome", outcome)
            if outcome != DONE:
                failed(span, outcome)
            return outcome


async def _checked(runner: ContractRunner, job: ContractJob) -> str:
    """No steps: until its last transaction nothing of it is stored, so that beginning anew repeats nothing."""
    if not await patiently(lambda: runner.start(job)):
        return "given up"
    try:
        await patiently(lambda: runner.check(job))
    except Exception as fault:
        if passing(fault):
            raise
        log.exception("contract_failed")
        await patiently(lambda: runner.give_up(job, MISTAKE))
        return "INTERNAL"
    return DONE
