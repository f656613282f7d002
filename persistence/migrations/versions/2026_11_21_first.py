"""Every table of the first release, with row-level security."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from persistence.row_security import create_role, grant, secure, secure_tenants

revision = "2026_11_21_first"
down_revision = None

TENANT_TABLES = (
    "applications",
    "audit_log",
    "events",
    "files",
    "iterations",
    "master_flows",
    "requests",
    "standards",
    "application_changes",
    "child_flows",
    "cleansing_findings",
    "components",
    "data_imports",
    "decisions",
    "dependencies",
    "file_chunks",
    "import_rows",
    "inventory_differences",
    "learning_patterns",
    "overrides",
    "pages",
    "phase_results",
    "phase_runs",
    "phases",
    "rejected_rows",
    "standard_exceptions",
    "ui_states",
    "contributions",
    "debt_items",
    "staged_batches",
)
PLAIN_TABLES = ("due", "heads", "workers")
APPEND_ONLY = "audit_log"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '10min'")
    op.create_table(
        "client_accounts",
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("client_accounts_pkey")),
    )
    op.create_table(
        "due",
        sa.Column("flow_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("engagement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("client_account_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("flow_id", name=op.f("due_pkey")),
    )
    op.create_index("due_at_idx", "due", ["at"], unique=False)
    op.create_table(
        "heads",
        sa.Column("engagement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("flow_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("engagement_id", "flow_id", name=op.f("heads_pkey")),
    )
    op.create_table(
        "workers",
        sa.Column("executor_id", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("executor_id", name=op.f("workers_pkey")),
    )
    op.create_table(
        "engagements",
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("client_account_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), server_default="UTC", nullable=False),
        sa.Column(
            "settings",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_account_id"],
            ["client_accounts.id"],
            name=op.f("engagements_client_account_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("engagements_pkey")),
    )
    op.create_index(op.f("engagements_client_account_id_idx"), "engagements", ["client_account_id"], unique=False)
    op.create_table(
        "applications",
        sa.Column("engagement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("business_owner", sa.Text(), nullable=True),
        sa.Column("technical_owner", sa.Text(), nullable=True),
        sa.Column("department", sa.Text(), nullable=True),
        sa.Column("criticality", sa.Text(), nullable=True),
        sa.Column("environment", sa.Text(), nullable=True),
        sa.Column("hosting", sa.Text(), nullable=True),
        sa.Column("user_count", sa.Integer(), nullable=True),
        sa.Column("annual_cost", sa.Numeric(), nullable=True),
        sa.Column("technologies", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("attributes", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("readiness", sa.Text(), nullable=False),
        sa.Column("readiness_gaps", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("completeness", sa.Double(), nullable=False),
        sa.Column("business_impact", sa.Double(), nullable=True),
        sa.Column("migration_readiness", sa.Double(), nullable=True),
        sa.Column("vanished", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("edited", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("applications_engagement_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("applications_pkey")),
        sa.UniqueConstraint("engagement_id", "key", name=op.f("applications_engagement_id_key_key")),
    )
    op.create_index(op.f("applications_engagement_id_idx"), "applications", ["engagement_id"], unique=False)
    op.create_index("applications_name_idx", "applications", ["engagement_id", "name", "id"], unique=False)
    op.create_index("applications_readiness_idx", "applications", ["engagement_id", "readiness"], unique=False)
    op.create_table(
        "audit_log",
        sa.Column("engagement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("acting_for", sa.Text(), nullable=True),
        sa.Column("mutation", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("before", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("after", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("audit_log_engagement_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("audit_log_pkey")),
    )
    op.create_index("audit_log_at_idx", "audit_log", ["engagement_id", "at", "id"], unique=False)
    op.create_index(op.f("audit_log_engagement_id_idx"), "audit_log", ["engagement_id"], unique=False)
    op.create_index("audit_log_subject_idx", "audit_log", ["engagement_id", "subject_id"], unique=False)
    op.create_table(
        "events",
        sa.Column("engagement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("flow_id", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("flow_kind", sa.Text(), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=True),
        sa.Column("data", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("events_engagement_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("engagement_id", "position", name=op.f("events_pkey")),
        sa.UniqueConstraint("flow_id", "seq", name=op.f("events_flow_id_seq_key")),
    )
    op.create_table(
        "files",
        sa.Column("engagement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("files_engagement_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("files_pkey")),
    )
    op.create_index(op.f("files_engagement_id_idx"), "files", ["engagement_id"], unique=False)
    op.create_table(
        "iterations",
        sa.Column("engagement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("flow_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("iteration", sa.Integer(), nullable=False),
        sa.Column("application_ids", sa.ARRAY(sa.UUID(as_uuid=False)), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("iterations_engagement_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("flow_id", name=op.f("iterations_pkey")),
    )
    op.create_index(op.f("iterations_engagement_id_idx"), "iterations", ["engagement_id"], unique=False)
    op.create_index("iterations_kind_idx", "iterations", ["engagement_id", "kind", "flow_id"], unique=False)
    op.create_table(
        "master_flows",
        sa.Column("engagement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("iteration", sa.Integer(), nullable=False),
        sa.Column("previous_id", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "warnings",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
        sa.Column("failure", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("last_seq", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_user_interaction_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("master_flows_engagement_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["previous_id"], ["master_flows.id"], name=op.f("master_flows_previous_id_fkey"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("master_flows_pkey")),
    )
    op.create_index("master_flows_created_idx", "master_flows", ["engagement_id", "created_at", "id"], unique=False)
    op.create_index(op.f("master_flows_engagement_id_idx"), "master_flows", ["engagement_id"], unique=False)
    op.create_index("master_flows_kind_idx", "master_flows", ["engagement_id", "kind", "iteration"], unique=False)
    op.create_index("master_flows_updated_idx", "master_flows", ["engagement_id", "updated_at", "id"], unique=False)
    op.create_table(
        "members",
        sa.Column("engagement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("roles", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("experience", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("members_engagement_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("engagement_id", "subject", name=op.f("members_pkey")),
    )
    op.create_index("members_subject_idx", "members", ["subject"], unique=False)
    op.create_table(
        "requests",
        sa.Column("engagement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("mutation", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("input_hash", sa.Text(), nullable=False),
        sa.Column("answer", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("requests_engagement_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("engagement_id", "user", "mutation", "key", name=op.f("requests_pkey")),
    )
    op.create_index("requests_created_idx", "requests", ["created_at"], unique=False)
    op.create_table(
        "standards",
        sa.Column("engagement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("requirement", sa.Text(), nullable=False),
        sa.Column("mandatory", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("supported_versions", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("template", sa.Text(), nullable=True),
        sa.Column("updated_by", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("standards_engagement_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("standards_pkey")),
        sa.UniqueConstraint("engagement_id", "key", name=op.f("standards_engagement_id_key_key")),
    )
    op.create_index(op.f("standards_engagement_id_idx"), "standards", ["engagement_id"], unique=False)
    op.create_table(
        "application_changes",
        sa.Column("engagement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("application_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("flow_id", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["applications.id"],
            name=op.f("application_changes_application_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["engagement_id"],
            ["engagements.id"],
            name=op.f("application_changes_engagement_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("application_changes_pkey")),
    )
    op.create_index(
        "application_changes_application_idx", "application_changes", ["application_id", "id"], unique=False
    )
    op.create_index(
        op.f("application_changes_engagement_id_idx"), "application_changes", ["engagement_id"], unique=False
    )
    op.create_table(
        "child_flows",
        sa.Column("engagement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("flow_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("configuration", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("auto_advance", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("application_ids", sa.ARRAY(sa.UUID(as_uuid=False)), nullable=False),
        sa.Column("visited", sa.Text(), nullable=True),
        sa.Column("paused_from", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("child_flows_engagement_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["flow_id"], ["master_flows.id"], name=op.f("child_flows_flow_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("flow_id", name=op.f("child_flows_pkey")),
    )
    op.create_index(
        "child_flows_application_ids_idx", "child_flows", ["application_ids"], unique=False, postgresql_using="gin"
    )
    op.create_index(op.f("child_flows_engagement_id_idx"), "child_flows", ["engagement_id"], unique=False)
    op.create_table(
        "cleansing_findings",
        sa.Column("engagement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("flow_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("natural_key", sa.Text(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("application_key", sa.Text(), nullable=True),
        sa.Column("field", sa.Text(), nullable=True),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.Column("applied", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("decided", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"],
            ["engagements.id"],
            name=op.f("cleansing_findings_engagement_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["flow_id"], ["master_flows.id"], name=op.f("cleansing_findings_flow_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("cleansing_findings_pkey")),
    )
    op.create_index(op.f("cleansing_findings_engagement_id_idx"), "cleansing_findings", ["engagement_id"], unique=False)
    op.create_index("cleansing_findings_flow_idx", "cleansing_findings", ["flow_id", "id"], unique=False)
    op.create_index("cleansing_findings_key_idx", "cleansing_findings", ["engagement_id", "natural_key"], unique=False)
    op.create_table(
        "components",
        sa.Column("engagement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("application_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("technologies", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("depends_on", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("attributes", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name=op.f("components_application_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("components_engagement_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("components_pkey")),
        sa.UniqueConstraint("application_id", "key", name=op.f("components_application_id_key_key")),
    )
    op.create_index(op.f("components_engagement_id_idx"), "components", ["engagement_id"], unique=False)
    op.create_table(
        "data_imports",
        sa.Column("engagement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("flow_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("run_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("columns", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("rejected_count", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("data_imports_engagement_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["flow_id"], ["master_flows.id"], name=op.f("data_imports_flow_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("data_imports_pkey")),
    )
    op.create_index(op.f("data_imports_engagement_id_idx"), "data_imports", ["engagement_id"], unique=False)
    op.create_index("data_imports_flow_idx", "data_imports", ["flow_id"], unique=False)
    op.create_table(
        "decisions",
        sa.Column("engagement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("flow_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("application_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("strategy", sa.Text(), nullable=False),
        sa.Column("recommended", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("rationale", sa.Text(), nullable=False),
        sa.Column("effort", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("cost", sa.Numeric(), nullable=False),
        sa.Column("treatments", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("alternatives", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("depth", sa.Text(), nullable=True),
        sa.Column("too_close_to_call", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("rules", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("facts_used", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("facts_missing", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("dissenting", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("risks", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("move_group_hints", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("accepted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("changed_facts", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name=op.f("decisions_application_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("decisions_engagement_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("decisions_pkey")),
        sa.UniqueConstraint("flow_id", "application_id", name=op.f("decisions_flow_id_application_id_key")),
    )
    op.create_index("decisions_application_idx", "decisions", ["application_id"], unique=False)
    op.create_index(op.f("decisions_engagement_id_idx"), "decisions", ["engagement_id"], unique=False)
    op.create_index(
        "decisions_treatments_idx",
        "decisions",
        ["treatments"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"treatments": "jsonb_path_ops"},
    )
    op.create_table(
        "dependencies",
        sa.Column("engagement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("from_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("to_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("criticality", sa.Text(), nullable=True),
        sa.Column("protocol", sa.Text(), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("dependencies_engagement_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["from_id"], ["applications.id"], name=op.f("dependencies_from_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["to_id"], ["applications.id"], name=op.f("dependencies_to_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("dependencies_pkey")),
        sa.UniqueConstraint("from_id", "to_id", name=op.f("dependencies_from_id_to_id_key")),
    )
    op.create_index(op.f("dependencies_engagement_id_idx"), "dependencies", ["engagement_id"], unique=False)
    op.create_index(op.f("dependencies_to_id_idx"), "dependencies", ["to_id"], unique=False)
    op.create_table(
        "file_chunks",
        sa.Column("engagement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("file_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("file_chunks_engagement_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("file_chunks_file_id_fkey"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("file_id", "number", name=op.f("file_chunks_pkey")),
    )
    op.create_index(op.f("file_chunks_engagement_id_idx"), "file_chunks", ["engagement_id"], unique=False)
    op.create_table(
        "import_rows",
        sa.Column("engagement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("flow_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("values", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("import_rows_engagement_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["flow_id"], ["master_flows.id"], name=op.f("import_rows_flow_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("flow_id", "line", "kind", name=op.f("import_rows_pkey")),
    )
    op.create_index(op.f("import_rows_engagement_id_idx"), "import_rows", ["engagement_id"], unique=False)
    op.create_table(
        "inventory_differences",
        sa.Column("engagement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("flow_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("application_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("changes", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["applications.id"],
            name=op.f("inventory_differences_application_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["engagement_id"],
            ["engagements.id"],
            name=op.f("inventory_differences_engagement_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["flow_id"], ["master_flows.id"], name=op.f("inventory_differences_flow_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("flow_id", "application_id", name=op.f("inventory_differences_pkey")),
    )
    op.create_index(
        op.f("inventory_differences_engagement_id_idx"), "inventory_differences", ["engagement_id"], unique=False
    )
    op.create_table(
        "learning_patterns",
        sa.Column("engagement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("data", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("uses", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("flow_id", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("learning_patterns_engagement_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["flow_id"], ["master_flows.id"], name=op.f("learning_patterns_flow_id_fkey"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("learning_patterns_pkey")),
    )
    op.create_index(op.f("learning_patterns_engagement_id_idx"), "learning_patterns", ["engagement_id"], unique=False)
    op.create_index(op.f("learning_patterns_flow_id_idx"), "learning_patterns", ["flow_id"], unique=False)
    op.create_index("learning_patterns_kind_idx", "learning_patterns", ["engagement_id", "kind"], unique=False)
    op.create_table(
        "overrides",
        sa.Column("engagement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("flow_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("before", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("after", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("rationale", sa.Text(), nullable=True),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("overrides_engagement_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["flow_id"], ["master_flows.id"], name=op.f("overrides_flow_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("overrides_pkey")),
    )
    op.create_index(op.f("overrides_engagement_id_idx"), "overrides", ["engagement_id"], unique=False)
    op.create_index("overrides_flow_idx", "overrides", ["flow_id", "created_at"], unique=False)
    op.create_table(
        "pages",
        sa.Column("engagement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("flow_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("application_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("headline", sa.Text(), nullable=False),
        sa.Column("sections", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("generated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("customized", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name=op.f("pages_application_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("pages_engagement_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["flow_id"], ["master_flows.id"], name=op.f("pages_flow_id_fkey"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pages_pkey")),
        sa.UniqueConstraint("flow_id", "application_id", name=op.f("pages_flow_id_application_id_key")),
    )
    op.create_index("pages_application_idx", "pages", ["application_id"], unique=False)
    op.create_index(op.f("pages_engagement_id_idx"), "pages", ["engagement_id"], unique=False)
    op.create_table(
        "phase_results",
        sa.Column("engagement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("flow_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("shape", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("data", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("phase_results_engagement_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["flow_id"], ["master_flows.id"], name=op.f("phase_results_flow_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("flow_id", "phase", "revision", name=op.f("phase_results_pkey")),
    )
    op.create_index(op.f("phase_results_engagement_id_idx"), "phase_results", ["engagement_id"], unique=False)
    op.create_table(
        "phase_runs",
        sa.Column("engagement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("flow_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("starts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("peak_memory_mib", sa.Double(), nullable=True),
        sa.Column("usage", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("error", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("phase_runs_engagement_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["flow_id"], ["master_flows.id"], name=op.f("phase_runs_flow_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("phase_runs_pkey")),
    )
    op.create_index(op.f("phase_runs_engagement_id_idx"), "phase_runs", ["engagement_id"], unique=False)
    op.create_index("phase_runs_flow_idx", "phase_runs", ["flow_id", "phase", "attempt"], unique=False)
    op.create_table(
        "phases",
        sa.Column("engagement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("flow_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("run_id", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("attempt", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("proposed_input", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("draft_input", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("user_input", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("phases_engagement_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["flow_id"], ["master_flows.id"], name=op.f("phases_flow_id_fkey"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("flow_id", "key", name=op.f("phases_pkey")),
    )
    op.create_index(op.f("phases_engagement_id_idx"), "phases", ["engagement_id"], unique=False)
    op.create_table(
        "rejected_rows",
        sa.Column("engagement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("flow_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("values", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("rejected_rows_engagement_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["flow_id"], ["master_flows.id"], name=op.f("rejected_rows_flow_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("flow_id", "line", "reason", name=op.f("rejected_rows_pkey")),
    )
    op.create_index(op.f("rejected_rows_engagement_id_idx"), "rejected_rows", ["engagement_id"], unique=False)
    op.create_table(
        "standard_exceptions",
        sa.Column("engagement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("flow_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("application_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("rationale", sa.Text(), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("standard_id", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("requirement", sa.Text(), nullable=True),
        sa.Column("supported_versions", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["applications.id"],
            name=op.f("standard_exceptions_application_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["engagement_id"],
            ["engagements.id"],
            name=op.f("standard_exceptions_engagement_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["flow_id"], ["master_flows.id"], name=op.f("standard_exceptions_flow_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["standard_id"], ["standards.id"], name=op.f("standard_exceptions_standard_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("standard_exceptions_pkey")),
    )
    op.create_index("standard_exceptions_application_idx", "standard_exceptions", ["application_id"], unique=False)
    op.create_index(
        op.f("standard_exceptions_engagement_id_idx"), "standard_exceptions", ["engagement_id"], unique=False
    )
    op.create_index("standard_exceptions_flow_idx", "standard_exceptions", ["flow_id"], unique=False)
    op.create_table(
        "ui_states",
        sa.Column("engagement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("flow_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("state", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("ui_states_engagement_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["flow_id"], ["master_flows.id"], name=op.f("ui_states_flow_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("flow_id", "subject", name=op.f("ui_states_pkey")),
    )
    op.create_index(op.f("ui_states_engagement_id_idx"), "ui_states", ["engagement_id"], unique=False)
    op.create_table(
        "contributions",
        sa.Column("engagement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("flow_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("run_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("details", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("contributions_engagement_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["flow_id"], ["master_flows.id"], name=op.f("contributions_flow_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["phase_runs.id"], name=op.f("contributions_run_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("contributions_pkey")),
    )
    op.create_index(op.f("contributions_engagement_id_idx"), "contributions", ["engagement_id"], unique=False)
    op.create_index("contributions_flow_idx", "contributions", ["flow_id", "started_at"], unique=False)
    op.create_index(op.f("contributions_run_id_idx"), "contributions", ["run_id"], unique=False)
    op.create_table(
        "debt_items",
        sa.Column("engagement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("flow_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("application_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("remediation_hours", sa.Numeric(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("component_id", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("standard_id", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("migration_impact", sa.Text(), nullable=True),
        sa.Column("dismissed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("dismissed_by", sa.Text(), nullable=True),
        sa.Column("dismissed_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name=op.f("debt_items_application_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["component_id"], ["components.id"], name=op.f("debt_items_component_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("debt_items_engagement_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["flow_id"], ["master_flows.id"], name=op.f("debt_items_flow_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["standard_id"], ["standards.id"], name=op.f("debt_items_standard_id_fkey"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("debt_items_pkey")),
    )
    op.create_index("debt_items_application_idx", "debt_items", ["application_id"], unique=False)
    op.create_index(op.f("debt_items_component_id_idx"), "debt_items", ["component_id"], unique=False)
    op.create_index(op.f("debt_items_engagement_id_idx"), "debt_items", ["engagement_id"], unique=False)
    op.create_index("debt_items_flow_idx", "debt_items", ["flow_id", "application_id"], unique=False)
    op.create_table(
        "staged_batches",
        sa.Column("engagement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("run_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("data", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("staged_batches_engagement_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["phase_runs.id"], name=op.f("staged_batches_run_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", "number", name=op.f("staged_batches_pkey")),
    )
    op.create_index(op.f("staged_batches_engagement_id_idx"), "staged_batches", ["engagement_id"], unique=False)
    _secure()


def _secure() -> None:
    for statement in (*create_role(), *secure_tenants()):
        op.execute(statement)
    for table in TENANT_TABLES:
        for statement in secure(table):
            op.execute(statement)
    for table in (*TENANT_TABLES, *PLAIN_TABLES, "client_accounts", "engagements", "members"):
        op.execute(grant(table, "SELECT, INSERT") if table == APPEND_ONLY else grant(table))
