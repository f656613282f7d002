"""Mutations on software builds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import strawberry
from strawberry import UNSET

from domain.builds.commands import AddBuildMessage, CompleteBuildPhase, ReportBuildError, RequestBuildRetry
from domain.builds.conversation import MessageRole
from domain.builds.table import BuildRole, BuildState
from domain.flow import Flow
from resolvers import builds as commands
from resolvers.context import Caller, Context
from schema.commanding import Said, carry_out, command
from schema.ids import FlowId, Verbatim
from schema.loading import entry
from schema.payloads import FlowPayload
from schema.scalars import JSON


@strawberry.input
class CompleteBuildPhaseInput:
    flow_id: FlowId
    role: BuildRole
    ai_response: str
    phase_result: Annotated[JSON, Verbatim()]
    expected_version: int | None = UNSET
    idempotency_key: str | None = UNSET


@strawberry.input
class AddBuildMessageInput:
    flow_id: FlowId
    role: BuildRole
    message_role: MessageRole
    content: str
    idempotency_key: str | None = UNSET


@strawberry.input
class BuildErrorInput:
    flow_id: FlowId
    role: BuildRole
    message: str
    details: Annotated[JSON, Verbatim()] | None = UNSET
    expected_version: int | None = UNSET


@strawberry.input(description="Without `toState` it goes back to the implementation; in ERROR to where it failed.")
class BuildRetryInput:
    flow_id: FlowId
    reason: str
    to_state: BuildState | None = UNSET
    expected_version: int | None = UNSET


async def complete_phase(context: Context, input: Any) -> FlowPayload:
    """A role's answer."""

    async def act(caller: Caller, said: Said) -> Flow:
        version = said.get("expected_version")
        given = (said["flow_id"], said["role"], said["ai_response"], said["phase_result"])
        return await commands.complete_phase(caller, CompleteBuildPhase(*given, version))

    return FlowPayload.of(await carry_out(context, "completeBuildPhase", input, act))


async def request_retry(context: Context, input: Any) -> FlowPayload:
    """Back with a reason."""
    return await _carried(context, "requestBuildRetry", input, RequestBuildRetry, commands.request_retry)


async def add_message(context: Context, input: Any) -> FlowPayload:
    """A word to a role, or of it."""
    return await _carried(context, "addBuildMessage", input, AddBuildMessage, commands.add_message)


async def report_error(context: Context, input: Any) -> FlowPayload:
    """A role cannot go on."""

    async def act(caller: Caller, said: Said) -> Flow:
        details = said.get("details")
        if details is not None and not isinstance(details, dict):
            said = Said({**said, "details": {"details": details}})
        return await commands.report_error(caller, command(ReportBuildError, said))

    return FlowPayload.of(await carry_out(context, "reportBuildError", input, act))


async def _carried(
    context: Context, mutation: str, input: Any, type_: type, act: Callable[[Caller, Any], Awaitable[Flow]]
) -> FlowPayload:
    outcome = await carry_out(context, mutation, input, lambda caller, said: act(caller, command(type_, said)))
    return FlowPayload.of(outcome)


@strawberry.type
class BuildMutations:
    @entry
    @staticmethod
    async def complete_build_phase(context: Context, input: CompleteBuildPhaseInput) -> FlowPayload:
        """Past its gate the work is handed over in the same transaction; an answer that is refused there is kept."""
        return await complete_phase(context, input)

    @entry
    @staticmethod
    async def request_build_retry(context: Context, input: BuildRetryInput) -> FlowPayload:
        """Back to the implementation, or out of an ERROR."""
        return await request_retry(context, input)

    @entry
    @staticmethod
    async def add_build_message(context: Context, input: AddBuildMessageInput) -> FlowPayload:
        """A role answers only while it acts; people may write to any."""
        return await add_message(context, input)

    @entry
    @staticmethod
    async def report_build_error(context: Context, input: BuildErrorInput) -> FlowPayload:
        """The build waits in ERROR until somebody says where it goes on."""
        return await report_error(context, input)
