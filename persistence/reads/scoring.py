"""Reading the scoring rules of the client account."""

from __future__ import annotations

from sqlalchemy import select, true

from domain.customer_success.scoring_rules import KeptScoringRules
from persistence.reads.source import Rows, made_by
from persistence.scoring import kept_of
from persistence.tables import client_accounts, engagements, scoring_rules

_newest = (
    select(scoring_rules)
    .where(scoring_rules.c.client_account_id == client_accounts.c.id)
    .order_by(scoring_rules.c.version.desc())
    .limit(1)
    .lateral("newest")
)
_account = client_accounts.c

# By the id of the client account, as its engagements see it; one that has saved none has the product's own.
SCORING = Rows(
    table=client_accounts.join(engagements, engagements.c.client_account_id == _account.id).outerjoin(_newest, true()),
    columns=(
        _account.id,
        _account.created_at,
        *(_newest.c[name] for name in ("version", "document", "description", "changed_by", "changed_at")),
    ),
    id=_account.id,
    tenant=engagements.c.id,
    make=made_by(kept_of),
)

ROWS: dict[type, Rows] = {KeptScoringRules: SCORING}
