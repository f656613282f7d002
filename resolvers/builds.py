"""What people and pipelines do to builds: complete a phase, send it back, talk to a role, say that it cannot go on."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

from domain.access import Role
from domain.builds.build import Build
from domain.builds.commands import AddBuildMessage, CompleteBuildPhase, ReportBuildError, RequestBuildRetry
from domain.builds.table import BuildAction, phase_of
from domain.builds.told import events_of
from domain.commands import SubmitPhaseInput
from domain.errors import ErrorCode, KeptBack, NotFound, Problem, Refused, refuse
from domain.flow import Flow
from domain.flows.build.configuration import BuildConfiguration
from domain.phase import Failure
from domain.ports import UnitOfWork
from domain.transition import FlowAction as Action
from domain.transition import FlowStatus
from resolvers.context import Caller
from resolvers.flows import answered

# The code of a flow's failure that a role has reported.
REPORTED = "BUILD_ERROR"


async def complete_phase(caller: Caller, command: CompleteBuildPhase) -> Flow:
    """The role's answer joins its history; past its gate the build moves on. KeptBack where a gate is not passed."""
    caller.need(Role.CONTRIBUTOR)
    async with caller.work() as uow:
        flow, build = await _loaded(uow, command.flow_id, command.expected_version)
        build.acting(BuildAction.COMPLETE, command.role)
        caller.need(flow.role(Action.SUBMIT_INPUT))
        flow = await _answered(caller, uow, flow, build, command)
        await uow.flows.save(flow)
    if uow.refused:
        raise KeptBack(uow.refused)
    return flow


async def _answered(caller: Caller, uow: UnitOfWork, flow: Flow, build: Build, command: CompleteBuildPhase) -> Flow:
    data = {"role": command.role, "aiResponse": command.ai_response, "phaseResult": command.phase_result}
    key = phase_of(build.state)
    flow.awaited(key)
    try:
        flow = await answered(caller, uow, flow, SubmitPhaseInput(flow.id, key, data))
    except Refused as refused:
        raise Refused(_unwrapped(refused.problems)) from None
    uow.refuse(_unwrapped(uow.refused))
    return flow


def _unwrapped(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """What `data` holds at a pause are fields of their own here."""
    return tuple(replace(each, path=each.path[1:] if each.path[:1] == ("data",) else each.path) for each in problems)


async def request_retry(caller: Caller, command: RequestBuildRetry) -> Flow:
    """Back to the implementation with a reason, or out of an error."""
    caller.need(Role.CONTRIBUTOR)
    async with caller.work() as uow:
        flow, build = await _loaded(uow, command.flow_id, command.expected_version)
        sent = build.retry(command.reason, command.to_state, caller.stamp())
        flow = flow.enter(phase_of(sent.state), caller.stamp(), command.reason.strip())
        await _save(uow, flow, sent)
    return flow


async def add_message(caller: Caller, command: AddBuildMessage) -> Flow:
    """One more turn in a role's conversation; the flow's version stays."""
    caller.need(Role.CONTRIBUTOR)
    async with caller.work() as uow:
        flow, build = await _loaded(uow, command.flow_id)
        if flow.status is FlowStatus.CANCELLED:
            message = "Nothing is said any more in a build that is cancelled."
            raise refuse(ErrorCode.INVALID_TRANSITION, message, "flowId")
        said = build.say(command.role, command.message_role, command.content, caller.stamp())
        await _save(uow, flow, said)
    return flow


async def report_error(caller: Caller, command: ReportBuildError) -> Flow:
    """The role that acts cannot go on: nothing is done before somebody says where the build goes on."""
    caller.need(Role.CONTRIBUTOR)
    async with caller.work() as uow:
        flow, build = await _loaded(uow, command.flow_id, command.expected_version)
        failed = build.fail(command.role, command.message, command.details, caller.stamp())
        failure = Failure(REPORTED, command.message.strip(), phase_of(build.state), True, caller.now())
        flow = flow.break_off(failure, caller.stamp())
        await _save(uow, flow, failed)
    return flow


async def _loaded(uow: UnitOfWork, flow_id: str, version: int | None = None) -> tuple[Flow, Build]:
    flow = (await find_build(uow, flow_id)).expect(version)
    return flow, await uow.builds.get(flow)


async def find_build(uow: UnitOfWork, flow_id: str) -> Flow:
    """The flow of a build; one of another type has no roles."""
    with suppress(NotFound):
        flow = await uow.flows.get(flow_id)
        if flow.definition.configuration is BuildConfiguration:
            return flow
    raise NotFound("build", ("flowId",))


async def _save(uow: UnitOfWork, flow: Flow, build: Build) -> None:
    await uow.builds.save(build)
    await uow.flows.save(replace(flow, events=(*events_of(build), *flow.events)))
