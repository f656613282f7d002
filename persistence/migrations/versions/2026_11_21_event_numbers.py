"""Find a flow's events by one index, with the engagement that row-level security asks for."""

from __future__ import annotations

from alembic import op

revision = "2026_11_21_event_numbers"
down_revision = "2026_11_21_held_by"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '10min'")
    op.create_unique_constraint(
        op.f("events_engagement_id_flow_id_seq_key"), "events", ["engagement_id", "flow_id", "seq"]
    )
    op.drop_constraint(op.f("events_flow_id_seq_key"), "events")
