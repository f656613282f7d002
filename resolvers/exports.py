"""What people do about exports: ask for one, and fetch its file."""

from __future__ import annotations

from dataclasses import dataclass

from domain.access import Role
from domain.errors import ErrorCode, refuse
from domain.export import Export, ExportFormat, requested
from resolvers.context import Caller

# Of one flow, at one time; each keeps a file.
MOST_EXPORTS = 100


@dataclass(frozen=True, slots=True)
class ExportFlow:
    """The flow as a file of that format."""

    flow_id: str
    format: ExportFormat


async def export_flow(caller: Caller, command: ExportFlow) -> Export:
    """Ask for it; a worker writes it and says when it is there."""
    caller.need(Role.VIEWER)
    async with caller.work() as uow:
        flow = await uow.flows.get(command.flow_id)
        today = (await uow.engagement()).today(caller.now())
        export = Export.request(flow, command.format, caller.stamp(), today)
        if await uow.exports.open(flow.id) >= MOST_EXPORTS:
            message = (
                f"A flow keeps at most {MOST_EXPORTS} exports. Fetch one that is there, or wait until one expires."
            )
            raise refuse(ErrorCode.LIMIT_EXCEEDED, message, "flowId")
        await uow.exports.save(export)
        await uow.flows.save(requested(flow, export))
        uow.touch(export.id)
    return export
