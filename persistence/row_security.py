"""Row-level security, as migrations write it: the second look at who may see a row, made by the database itself."""

from __future__ import annotations

from collections.abc import Iterator

from persistence.database import APPLICATION_ROLE

ENGAGEMENT = "(SELECT nullif(current_setting('flotilla.engagement', true), '')::uuid)"
ACCOUNT = "(SELECT nullif(current_setting('flotilla.account', true), '')::uuid)"
# Only while no tenant is selected: with one, a subject's other engagements are as far away as anybody's.
SUBJECT = f"(SELECT nullif(current_setting('flotilla.subject', true), '') WHERE {ENGAGEMENT} IS NULL)"

# Without a tenant a subject sees its own memberships, and what it needs to choose among them; nothing else.
MINE = f"EXISTS (SELECT FROM members WHERE members.engagement_id = engagements.id AND members.subject = {SUBJECT})"
MINE_TOO = f"EXISTS (SELECT FROM engagements WHERE engagements.client_account_id = client_accounts.id AND {MINE})"


def secure(table: str, column: str = "engagement_id", value: str = ENGAGEMENT) -> Iterator[str]:
    """Only the tenant's rows of that table, for the table's owner too."""
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
    yield f"CREATE POLICY tenant ON {table} USING ({column} = {value}) WITH CHECK ({column} = {value})"


def secure_tenants() -> Iterator[str]:
    """The three tables by which a subject chooses a tenant."""
    yield from secure("client_accounts", "id", ACCOUNT)
    yield from secure("engagements", "id")
    yield from secure("members")
    yield f"CREATE POLICY own ON members FOR SELECT USING (subject = {SUBJECT})"
    yield f"CREATE POLICY own ON engagements FOR SELECT USING ({MINE})"
    yield f"CREATE POLICY own ON client_accounts FOR SELECT USING ({MINE_TOO})"


def create_role() -> Iterator[str]:
    """The application's role, once for all databases of the server; two may try at once."""
    yield (
        f"DO $$ BEGIN CREATE ROLE {APPLICATION_ROLE} NOLOGIN NOSUPERUSER NOBYPASSRLS; "
        "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
    )
    yield (
        f"DO $$ BEGIN EXECUTE format('GRANT {APPLICATION_ROLE} TO %I', current_user); "
        "EXCEPTION WHEN unique_violation OR invalid_grant_operation THEN NULL; END $$"
    )
    yield f"GRANT USAGE ON SCHEMA public TO {APPLICATION_ROLE}"


def grant(table: str, rights: str = "SELECT, INSERT, UPDATE, DELETE") -> str:
    """What the application may do with that table's rows."""
    return f"GRANT {rights} ON {table} TO {APPLICATION_ROLE}"
