"""The durable workflow that writes an artifact."""

from __future__ import annotations

import logging

from dbos import DBOS

from domain.access import Tenant
from domain.errors import Refused
from engine.artifacts import ArtifactJob, ArtifactRunner
from engine.patience import passing, patiently
from engine.queue import ARTIFACT
from engine.tracing import failed, running

log = logging.getLogger(__name__)

DONE = "done"
MISTAKE = "The product made a mistake here; the log has the details. Ask for it again, or report it."


def register_artifacts(runner: ArtifactRunner) -> None:
    """Define the workflow with the means of this process; once, before launching."""

    @DBOS.workflow(name=ARTIFACT)
    async def artifact(client_account_id: str, engagement_id: str, flow_id: str, artifact_id: str) -> str:
        job = ArtifactJob(Tenant(client_account_id, engagement_id), flow_id, artifact_id)
        with running("artifact", engagement_id=engagement_id, flow_id=flow_id, artifact_id=artifact_id) as span:
            outcome = await _written(runner, job)
            span.set_attribute("flotilla.outcome", outcome)
            if outcome != DONE:
                failed(span, outcome)
            return outcome


async def _written(runner: ArtifactRunner, job: ArtifactJob) -> str:
    """No steps: until its last transaction nothing of it is stored, so that beginning anew repeats nothing."""
    starts = await patiently(lambda: runner.start(job))
    if not starts:
        return "given up"
    try:
        await patiently(lambda: runner.write(job, starts))
    except Refused as refused:
        why = str(refused)
        await patiently(lambda: runner.fail(job, why))
        return str(refused.problems[0].code)
    except Exception as fault:
        if passing(fault):
            raise
        log.exception("artifact_failed")
        await patiently(lambda: runner.fail(job, MISTAKE))
        return "INTERNAL"
    return DONE
