"""Exports: asking for one, and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass

import strawberry

from domain.errors import Problem
from domain.export import Export, ExportFormat, ExportStatus
from domain.known import KnownFlow
from resolvers import exports as commands
from resolvers.context import Context
from schema.basics import Node
from schema.commanding import carry_out, command
from schema.connections import connection
from schema.ids import FlowId
from schema.loading import computed, personal
from schema.mirror import mirror
from schema.payloads import REFUSED
from schema.relations import referred


@strawberry.input
class ExportFlowInput:
    flow_id: FlowId
    format: ExportFormat


@mirror(
    Export,
    "format status file_name size_bytes created_at failure expires_at",
    size_bytes="Null until it is READY.",
    failure="Why it came to nothing; null unless it has FAILED.",
    expires_at="When its file goes, or went; null until it is READY.",
)
class ExportType(Node):
    """One file of a flow. Its file goes at its time, or with its flow."""

    @personal
    @computed
    @staticmethod
    def url(export: Export, context: Context) -> str | None:
        """Below this server's address; for the asking user's token, for ten minutes. Null unless it is READY."""
        if export.status is not ExportStatus.READY or context.link is None:
            return None
        return context.link(context.caller, export.id)


connection(Export, "Export")


@dataclass(frozen=True, slots=True)
class ExportPayload:
    """An export that was asked for, and its flow."""

    export_id: str | None
    flow_id: str | None
    errors: tuple[Problem, ...]


@mirror(ExportPayload, "errors")
class ExportPayloadType:
    export = referred(Export, lambda payload: payload.export_id, nullable=True, why=REFUSED)
    flow = referred(KnownFlow, lambda payload: payload.flow_id, nullable=True, why=REFUSED)


async def export_flow(context: Context, input: ExportFlowInput) -> ExportPayload:
    """A file of a flow, to be written."""
    outcome = await carry_out(
        context,
        "exportFlow",
        input,
        lambda caller, said: commands.export_flow(caller, command(commands.ExportFlow, said)),
    )
    made: Export | None = outcome.value
    return ExportPayload(outcome.id, made.flow_id if made else None, outcome.problems)
