"""What applications promise, and where what was measured falls short of it."""

from __future__ import annotations

from sqlalchemy import Column, Double, Index, UniqueConstraint

from persistence.tables.columns import application_id, flag, flow_id, number, tenant_table, uuid, word

service_level_objectives = tenant_table(
    "service_level_objectives",
    uuid("id", primary_key=True),
    flow_id(),
    application_id(),
    number("number"),
    word("indicator"),
    Column("target", Double, nullable=False),
    word("window"),
    word("rationale"),
    word("source"),
    flag("confirmed"),
    UniqueConstraint("flow_id", "application_id", "indicator"),
    Index("service_level_objectives_application_idx", "application_id"),
)

optimization_findings = tenant_table(
    "optimization_findings",
    uuid("id", primary_key=True),
    flow_id(),
    application_id(),
    number("number"),
    word("metric"),
    Column("observed", Double, nullable=False),
    Column("objective", Double, nullable=False),
    word("severity"),
    word("recommendation"),
    UniqueConstraint("flow_id", "application_id", "metric"),
    Index("optimization_findings_application_idx", "application_id"),
)
