"""What is carried out: checks that people answer for, and the steps of runbooks."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, UniqueConstraint

from persistence.tables.columns import flag, flow_id, json, moment, number, tenant_table, uuid, word


def _about() -> Column[str]:
    """The application it is about; none where it is about all that is done together."""
    return uuid("application_id", ForeignKey("applications.id", ondelete="CASCADE"), nullable=True, index=True)


checks = tenant_table(
    "checks",
    uuid("id", primary_key=True),
    flow_id(),
    word("phase"),
    word("key"),
    number("number"),
    word("subject"),
    word("title"),
    flag("blocking"),
    _about(),
    Column("found", Boolean),
    word("because", nullable=True),
    Column("passed", Boolean),
    word("evidence", nullable=True),
    word("checked_by", nullable=True),
    moment("checked_at", nullable=True),
    UniqueConstraint("flow_id", "phase", "key"),
)

runbook_steps = tenant_table(
    "runbook_steps",
    uuid("id", primary_key=True),
    flow_id(),
    word("phase"),
    word("key"),
    number("number"),
    word("title"),
    word("kind"),
    number("planned_minutes"),
    word("status"),
    _about(),
    uuid("component_id", nullable=True),
    json("depends_on"),
    word("proposed_owner", nullable=True),
    word("owner", nullable=True),
    moment("started_at", nullable=True),
    moment("finished_at", nullable=True),
    word("rollback", nullable=True),
    word("note", nullable=True),
    word("reported_by", nullable=True),
    UniqueConstraint("flow_id", "phase", "key"),
)
