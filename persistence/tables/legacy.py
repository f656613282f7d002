"""Which flows of an older system have been registered."""

from __future__ import annotations

from persistence.tables.columns import now, tenant_table, uuid, word

# The flow may be deleted since: what was registered once is not registered again.
legacy_flows = tenant_table(
    "legacy_flows",
    word("legacy_id", primary_key=True),
    uuid("flow_id", nullable=True),
    now("registered_at"),
    keyed=True,
)
