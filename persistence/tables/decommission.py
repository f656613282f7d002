"""What is to be switched off: candidates, and where their data go."""

from __future__ import annotations

from sqlalchemy import Column, Date, Index, UniqueConstraint

from persistence.tables.columns import (
    application_id,
    flag,
    flow_id,
    json,
    moment,
    number,
    tenant_table,
    uuid,
    word,
)

decommission_candidates = tenant_table(
    "decommission_candidates",
    uuid("id", primary_key=True),
    flow_id(),
    application_id(),
    number("number"),
    word("reason"),
    json("blockers"),
    flag("approved"),
    word("approved_by", nullable=True),
    moment("approved_at", nullable=True),
    UniqueConstraint("flow_id", "application_id"),
    Index("decommission_candidates_application_idx", "application_id"),
)

archive_plans = tenant_table(
    "archive_plans",
    uuid("id", primary_key=True),
    flow_id(),
    application_id(),
    word("key"),
    number("number"),
    word("data_set"),
    word("kind"),
    word("basis"),
    flag("legal_hold"),
    word("destination"),
    Column("retention_until", Date),
    flag("settled"),
    flag("verified"),
    word("verified_by", nullable=True),
    moment("verified_at", nullable=True),
    UniqueConstraint("flow_id", "key"),
    Index("archive_plans_application_idx", "application_id"),
)
