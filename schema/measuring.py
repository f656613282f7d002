"""Mutations on the architecture that applications are measured by."""

from __future__ import annotations

from typing import Any

from domain.standard import ArchitectureStandard, StandardException, SupportedVersion
from domain.standard_change import SaveStandard
from domain.standard_exceptions import DecideException, RequestException
from resolvers import architecture as commands
from resolvers import exceptions
from resolvers.context import Caller, Context
from schema.commanding import Outcome, Said, carry_out, command
from schema.correcting import deleted, deletion
from schema.payloads import DeletePayload, StandardExceptionPayload, StandardPayload, StandardsPayload

_STANDARD = "ArchitectureStandard"


async def save_standard(context: Context, input: Any) -> StandardPayload:
    """A standard as a person says."""

    async def act(caller: Caller, said: Said) -> ArchitectureStandard:
        given: dict[str, Any] = {"mandatory": said.get("mandatory")}
        if "supported_versions" in said:
            given["supported_versions"] = versions(said)
        return await commands.save_standard(caller, command(SaveStandard, Said({**said, "given": given})))

    outcome = await carry_out(context, "saveArchitectureStandard", input, act)
    return StandardPayload(outcome.id, outcome.problems)


def versions(said: Said) -> tuple[SupportedVersion, ...]:
    """The versions that an input names."""
    return tuple(SupportedVersion(**each) for each in said.get("supported_versions") or ())


async def delete_standard(context: Context, input: Any) -> DeletePayload:
    """A standard that holds no longer."""

    async def act(caller: Caller, said: Said) -> str:
        return await commands.delete_standard(caller, deletion(said, _STANDARD))

    return deleted(await carry_out(context, "deleteArchitectureStandard", input, act), _STANDARD)


async def apply_template(context: Context, input: Any) -> StandardsPayload:
    """The standards of a template."""

    async def act(caller: Caller, said: Said) -> tuple[ArchitectureStandard, ...]:
        return await commands.apply_template(caller, command(commands.ApplyTemplate, said))

    outcome = await carry_out(context, "applyArchitectureTemplate", input, act)
    return StandardsPayload(None if outcome.problems else outcome.ids, outcome.problems)


async def request_exception(context: Context, input: Any) -> StandardExceptionPayload:
    """An exception that somebody asks for."""

    async def act(caller: Caller, said: Said) -> StandardException:
        wanted = Said({**said, "supported_versions": versions(said)})
        return await exceptions.request_exception(caller, command(RequestException, wanted))

    return _exception(await carry_out(context, "requestStandardException", input, act))


async def decide_exception(context: Context, input: Any) -> StandardExceptionPayload:
    """What somebody else says to it."""

    async def act(caller: Caller, said: Said) -> StandardException:
        return await exceptions.decide_exception(caller, command(DecideException, said))

    return _exception(await carry_out(context, "decideStandardException", input, act))


def _exception(outcome: Outcome) -> StandardExceptionPayload:
    flow_id = outcome.value.flow_id if outcome.value else None
    return StandardExceptionPayload(outcome.id, flow_id, outcome.problems)
