"""Threads of steps that were left out: they lead nowhere any more."""

from __future__ import annotations

from dataclasses import replace

from domain.event import Event
from domain.flow import Flow
from domain.phase import PhaseStatus
from domain.ports import UnitOfWork
from resolvers.context import Caller


async def left_behind(caller: Caller, uow: UnitOfWork, before: Flow, after: Flow) -> Flow:
    """The flow, with the events of the threads of steps that a decision has left out."""
    if not after.definition.snoozes:
        # Only guided flows have threads.
        return after
    events: list[Event] = []
    for old, new in zip(before.phases, after.phases, strict=True):
        if new.status is PhaseStatus.SKIPPED is not old.status:
            events += await abandoned(uow, caller, after, new.key)
    return replace(after, events=(*after.events, *events))


async def abandoned(uow: UnitOfWork, caller: Caller, flow: Flow, step: str) -> list[Event]:
    """The events that tell that the threads of a step are ABANDONED."""
    ended = [thread.abandon(caller.now()) for thread in await uow.threads.active(flow.id, step)]
    for thread in ended:
        await uow.threads.save(thread)
    return [thread.changed(caller.now()) for thread in ended]
