"""The portfolio: applications and all that is found out and decided about them."""

from __future__ import annotations

from sqlalchemy import Column, Date, Double, ForeignKey, Index, Numeric, UniqueConstraint, text

from persistence.tables.columns import (
    application_id,
    flag,
    flow_id,
    json,
    moment,
    now,
    number,
    tenant_table,
    uuid,
    word,
)

applications = tenant_table(
    "applications",
    uuid("id", primary_key=True),
    word("key"),
    word("name"),
    word("description", nullable=True),
    word("business_owner", nullable=True),
    word("technical_owner", nullable=True),
    word("department", nullable=True),
    word("criticality", nullable=True),
    word("environment", nullable=True),
    word("hosting", nullable=True),
    number("user_count", nullable=True),
    Column("annual_cost", Numeric),
    json("technologies"),
    json("attributes"),
    word("readiness"),
    word("readiness_before", nullable=True),
    uuid("held_by", nullable=True),
    uuid("planned_by", ForeignKey("master_flows.id", ondelete="SET NULL"), nullable=True, index=True),
    json("readiness_gaps"),
    Column("completeness", Double, nullable=False),
    Column("business_impact", Double),
    Column("migration_readiness", Double),
    flag("vanished"),
    json("named_by", server_default=text("'[]'")),
    json("edited"),
    number("version"),
    UniqueConstraint("engagement_id", "key"),
    Index("applications_name_idx", "engagement_id", "name", "id"),
    Index("applications_readiness_idx", "engagement_id", "readiness"),
)

application_changes = tenant_table(
    "application_changes",
    uuid("id", primary_key=True),
    application_id(),
    word("field"),
    word("before", nullable=True),
    word("after", nullable=True),
    word("by"),
    word("reason", nullable=True),
    uuid("flow_id", nullable=True),
    now("at"),
    Index("application_changes_application_idx", "application_id", "id"),
)

components = tenant_table(
    "components",
    uuid("id", primary_key=True),
    application_id(),
    word("key"),
    word("name"),
    word("type"),
    json("technologies"),
    json("depends_on"),
    json("attributes"),
    word("source"),
    UniqueConstraint("application_id", "key"),
)

dependencies = tenant_table(
    "dependencies",
    uuid("id", primary_key=True),
    uuid("from_id", ForeignKey("applications.id", ondelete="CASCADE")),
    uuid("to_id", ForeignKey("applications.id", ondelete="CASCADE"), index=True),
    word("kind"),
    word("origin"),
    word("criticality", nullable=True),
    word("protocol", nullable=True),
    Column("confidence", Double, nullable=False),
    UniqueConstraint("from_id", "to_id"),
)

data_imports = tenant_table(
    "data_imports",
    uuid("id", primary_key=True),
    flow_id(),
    uuid("run_id"),
    word("file_name"),
    word("format"),
    word("sha256"),
    json("columns"),
    number("rows"),
    number("accepted"),
    number("rejected_count"),
    moment("created_at"),
    Index("data_imports_flow_idx", "flow_id"),
)

import_rows = tenant_table(
    "import_rows",
    flow_id(primary_key=True),
    number("line", primary_key=True),
    word("kind", primary_key=True),
    json("values"),
)

rejected_rows = tenant_table(
    "rejected_rows",
    flow_id(primary_key=True),
    number("line", primary_key=True),
    word("reason", primary_key=True),
    json("values"),
)

cleansing_findings = tenant_table(
    "cleansing_findings",
    uuid("id", primary_key=True),
    flow_id(),
    word("rule"),
    word("natural_key"),
    number("line", nullable=True),
    word("application_key", nullable=True),
    word("field", nullable=True),
    word("before", nullable=True),
    word("after", nullable=True),
    flag("applied"),
    flag("decided"),
    Index("cleansing_findings_flow_idx", "flow_id", "id"),
    Index("cleansing_findings_key_idx", "engagement_id", "natural_key"),
)

inventory_differences = tenant_table(
    "inventory_differences",
    flow_id(primary_key=True),
    application_id(primary_key=True),
    word("kind"),
    json("changes"),
)

standards = tenant_table(
    "standards",
    uuid("id", primary_key=True),
    word("key"),
    word("category"),
    word("name"),
    word("requirement"),
    flag("mandatory"),
    word("created_by"),
    moment("updated_at"),
    json("supported_versions"),
    word("template", nullable=True),
    word("updated_by", nullable=True),
    number("version"),
    UniqueConstraint("engagement_id", "key"),
)

standard_exceptions = tenant_table(
    "standard_exceptions",
    uuid("id", primary_key=True),
    flow_id(),
    application_id(),
    word("kind"),
    word("rationale"),
    word("requested_by"),
    moment("requested_at"),
    uuid("standard_id", ForeignKey("standards.id", ondelete="CASCADE"), nullable=True),
    word("requirement", nullable=True),
    json("supported_versions"),
    word("status"),
    word("decided_by", nullable=True),
    moment("decided_at", nullable=True),
    word("comment", nullable=True),
    Column("expires_on", Date),
    Index("standard_exceptions_flow_idx", "flow_id"),
    Index("standard_exceptions_application_idx", "application_id"),
)

debt_items = tenant_table(
    "debt_items",
    uuid("id", primary_key=True),
    flow_id(),
    application_id(),
    word("category"),
    word("severity"),
    word("finding"),
    word("title"),
    word("evidence"),
    Column("remediation_hours", Numeric, nullable=False),
    Column("confidence", Double, nullable=False),
    word("source"),
    uuid("component_id", ForeignKey("components.id", ondelete="CASCADE"), nullable=True, index=True),
    uuid("standard_id", ForeignKey("standards.id", ondelete="SET NULL"), nullable=True),
    word("migration_impact", nullable=True),
    flag("dismissed"),
    word("dismissed_by", nullable=True),
    word("dismissed_reason", nullable=True),
    Index("debt_items_flow_idx", "flow_id", "application_id"),
    Index("debt_items_application_idx", "application_id"),
)

# An accepted decision outlives the flow that made it.
decisions = tenant_table(
    "decisions",
    uuid("id", primary_key=True),
    uuid("flow_id"),
    application_id(),
    word("strategy"),
    word("recommended"),
    Column("confidence", Double, nullable=False),
    word("rationale"),
    json("effort"),
    Column("cost", Numeric, nullable=False),
    json("treatments"),
    json("alternatives"),
    word("depth", nullable=True),
    flag("too_close_to_call"),
    json("rules"),
    json("facts_used"),
    json("facts_missing"),
    json("dissenting"),
    json("risks"),
    json("move_group_hints"),
    word("source"),
    flag("accepted"),
    json("changed_facts"),
    json("last_change", nullable=True),
    number("version"),
    UniqueConstraint("flow_id", "application_id"),
    Index("decisions_application_idx", "application_id"),
    Index(
        "decisions_treatments_idx",
        "treatments",
        postgresql_using="gin",
        postgresql_ops={"treatments": "jsonb_path_ops"},
    ),
)

pages = tenant_table(
    "pages",
    uuid("id", primary_key=True),
    flow_id(),
    application_id(),
    word("headline"),
    json("sections"),
    moment("generated_at"),
    flag("customized"),
    number("version"),
    UniqueConstraint("flow_id", "application_id"),
    Index("pages_application_idx", "application_id"),
)

reassessments = tenant_table(
    "reassessments",
    uuid("id", primary_key=True),
    json("application_ids"),
    word("reason"),
    json("context"),
    word("requested_by"),
    moment("requested_at"),
    json("handed_over_by"),
    uuid("assessment_flow_id", ForeignKey("master_flows.id", ondelete="SET NULL"), nullable=True, index=True),
    uuid("planning_flow_id", ForeignKey("master_flows.id", ondelete="SET NULL"), nullable=True, index=True),
    Index(
        "reassessments_handed_over_by_idx",
        "handed_over_by",
        postgresql_using="gin",
        postgresql_ops={"handed_over_by": "jsonb_path_ops"},
    ),
)
