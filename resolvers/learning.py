"""What people say about the work of flows."""

from __future__ import annotations

from dataclasses import replace

from domain.access import Role
from domain.account_pattern import for_account
from domain.feedback import RecordFeedback, feedback
from domain.learning import LearningPattern, LearningScope
from domain.ports import UnitOfWork
from domain.similarity import texts_of
from domain.teaching import told
from resolvers.context import Caller


async def record_feedback(caller: Caller, command: RecordFeedback) -> LearningPattern:
    """Remember it for similar work; its flow tells of it, and does not change otherwise."""
    shared = command.scope is LearningScope.CLIENT_ACCOUNT
    caller.need(Role.LEAD if shared else Role.CONTRIBUTOR)
    async with caller.work() as uow:
        flow = await uow.flows.get(command.flow_id)
        stamp = caller.stamp()
        pattern = feedback(flow, command, stamp)
        await uow.learnings.save((pattern,), flow.id)
        if shared:
            await _share(uow, pattern)
        uow.touch(pattern.id)
        event = told(pattern, stamp, command.phase)
        await uow.flows.save(replace(flow, events=(*flow.events, event), last_user_interaction_at=stamp.at))
    return pattern


async def _share(uow: UnitOfWork, pattern: LearningPattern) -> None:
    """Others of the client account may read it, without the names that only this engagement knows."""
    names = await uow.learnings.names([pattern.summary, *texts_of(pattern.data)])
    await uow.learnings.share(for_account(pattern, names))
