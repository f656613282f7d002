"""The durable workflow of replies: a lost worker's is made again elsewhere, and posted once."""

from __future__ import annotations

import logging
from functools import partial

from dbos import DBOS

from domain.access import Tenant
from engine.patience import patiently
from engine.queue import REPLY
from engine.replies import ReplyJob, ReplyRunner
from engine.tracing import failed, running

log = logging.getLogger(__name__)


def register_replies(replies: ReplyRunner) -> None:
    """Define the workflow with the means of this process; once, before launching."""

    @DBOS.workflow(name=REPLY)
    async def reply(client_account_id: str, engagement_id: str, flow_id: str, thread_id: str, message_id: str) -> str:
        job = ReplyJob(Tenant(client_account_id, engagement_id), flow_id, thread_id, message_id)
        # No steps: until its last transaction nothing of it is stored, so that beginning anew repeats nothing.
        with running("reply", engagement_id=engagement_id, flow_id=flow_id, thread_id=thread_id) as span:
            outcome = await _replied(replies, job)
            span.set_attribute("flotilla.outcome", outcome)
            if outcome == "INTERNAL":
                failed(span, outcome)
            return outcome


async def _replied(replies: ReplyRunner, job: ReplyJob) -> str:
    try:
        return "done" if await replies.write(job) else "unwanted"
    except Exception:
        log.exception("reply_failed")
        await patiently(partial(replies.give_up, job))
        return "INTERNAL"
