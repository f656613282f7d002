"""Mutations whose input is not simply their command's values: engagements, and what flows are started with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from domain.access import Role
from domain.commands import Source, StartFlow, UpdateFlow
from domain.engagement import CreateEngagement, Engagement, SaveEngagementSettings, SetMember
from domain.errors import ErrorCode, refuse
from domain.flow import Flow
from domain.known import ClientAccount, KnownEngagement
from resolvers import engagement as commands
from resolvers import flows
from resolvers.context import Caller, Context, Limits
from resolvers.reading import engagement as reading
from schema.commanding import Outcome, Said, carry_out, command
from schema.configurations import chosen
from schema.payloads import EngagementPayload, FlowPayload


async def create_engagement(context: Context, input: Any) -> EngagementPayload:
    """A new engagement; it lies outside the tenant that this operation reads, if it has one, so it is not read anew."""

    async def act(caller: Caller, said: Said) -> Engagement:
        account = said["client_account"]
        wanted = CreateEngagement(said["name"], said["currency"], account.get("id"), account.get("new_name"))
        return await commands.create_engagement(caller, wanted)

    outcome = await carry_out(context, "createEngagement", input, act)
    if outcome.value is None:
        return EngagementPayload(None, outcome.problems)
    made: Engagement = outcome.value
    account = ClientAccount(made.client_account_id, await reading.account_name(context, made.id))
    return EngagementPayload(KnownEngagement(made, account, context.caller.now(), 0), ())


async def set_member(context: Context, input: Any) -> EngagementPayload:
    """What somebody may do from now on."""

    async def act(caller: Caller, said: Said) -> Engagement:
        roles = frozenset(Role(role) for role in said["roles"])
        wanted = SetMember(said["user_id"], roles, said.get("email"), said.get("experience"))
        return await commands.set_member(caller, wanted)

    return await _engagement(context, await carry_out(context, "setMember", input, act))


async def save_settings(context: Context, input: Any) -> EngagementPayload:
    """The engagement's own numbers."""

    async def act(caller: Caller, said: Said) -> Engagement:
        return await commands.save_engagement_settings(caller, command(SaveEngagementSettings, said))

    return await _engagement(context, await carry_out(context, "saveEngagementSettings", input, act))


async def _engagement(context: Context, outcome: Outcome) -> EngagementPayload:
    if outcome.problems:
        return EngagementPayload(None, outcome.problems)
    return EngagementPayload(await reading.current(context), ())


async def start_flow(context: Context, input: Any) -> FlowPayload:
    """A new flow of the type that the branch of its configuration stands for."""

    async def act(caller: Caller, said: Said) -> Flow:
        kind, branch = _branch(said["configuration"], input.configuration)
        source = branch.pop("source", None)
        wanted = StartFlow(
            kind=kind,
            configuration=branch.camel(),
            name=said.get("name"),
            auto_advance=said["auto_advance"],
            source=source_of(source, context.limits, branch.get("file_name")) if source else None,
            clone_of=said.get("clone_of"),
        )
        return await flows.start_flow(caller, wanted)

    return FlowPayload.of(await carry_out(context, "startFlow", input, act))


async def update_flow(context: Context, input: Any) -> FlowPayload:
    """A flow's name, its way of going on, or its configuration; the branch must be its own type's."""

    async def act(caller: Caller, said: Said) -> Flow:
        kind = configuration = None
        if said.get("configuration"):
            kind, branch = _branch(said["configuration"], input.configuration)
            if "source" in branch:
                message = "A flow keeps the file it was started with. Start another flow for another file."
                raise refuse(ErrorCode.INVALID_INPUT, message, "configuration", "discovery", "source")
            configuration = branch.camel()
        wanted = {**said, "configuration": configuration, "kind": kind}
        return await flows.update_flow(caller, command(UpdateFlow, Said(wanted)))

    return FlowPayload.of(await carry_out(context, "updateFlow", input, act))


def _branch(configuration: Said, given: Any) -> tuple[str, Said]:
    """The flow type and what its branch says; of alternatives, the one that is given takes the place of the others."""
    ((kind, branch),) = configuration.items()
    input = chosen(given)[1]
    if input.__strawberry_definition__.is_one_of:
        branch = Said({**dict.fromkeys(vars(input)), **branch})
    return kind, branch


def source_of(source: Said, limits: Limits, name: str | None = None, otherwise: str = "inventory") -> Source:
    """The file itself, or its text, to be read once; it is called so, as it is called itself, or `otherwise`."""
    kept = timedelta(days=limits.file_days)
    if "file" in source:
        file = source["file"]
        return Source(name or file.filename or otherwise, file.content_type, file.chunks(), limits.file, kept)
    return Source(name or f"{otherwise}.txt", "text/plain; charset=utf-8", _text(source["text"]), limits.text, kept)


async def _text(text: str) -> AsyncIterator[bytes]:
    yield text.encode()
