"""Reading what is carried out: checks, the steps of runbooks, and the wave they belong to."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, exists

from domain.check import Check
from domain.execution_listing import ChecksOfFlow, StepsOfFlow, WaveOfFlow
from domain.runbook import RunbookStep
from persistence import tables
from persistence.reads.planning import WAVES
from persistence.reads.source import Rows, Source, rows_of, upwards

checks, steps, child, waves = tables.checks, tables.runbook_steps, tables.child_flows, tables.waves

CHECKS = rows_of(Check, checks)
STEPS = rows_of(RunbookStep, steps)


def _numbered(rows: Rows, table: Any) -> Source:
    """Those of one phase of a flow, in their own order."""
    return Source(
        rows=rows,
        order=upwards(table.c.number, table.c.id),
        belongs=lambda parent, _listing: table.c.flow_id == parent,
        where=lambda listing: (table.c.phase == listing.phase,),
    )


def _carried_out(parent: ColumnElement[Any]) -> ColumnElement[bool]:
    named = and_(child.c.flow_id == parent, child.c.configuration["waveId"].astext == cast(waves.c.id, Text))
    return exists().where(named).correlate_except(child)


ROWS: dict[type, Rows] = {Check: CHECKS, RunbookStep: STEPS}

SOURCES: dict[type, Source] = {
    ChecksOfFlow: _numbered(CHECKS, checks),
    StepsOfFlow: _numbered(STEPS, steps),
    WaveOfFlow: Source(rows=WAVES, order=upwards(waves.c.id), belongs=lambda parent, _: _carried_out(parent)),
}
