"""Scoring rules of client accounts: their rows, and the repository that adds versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import RowMapping, Select, insert, select, text, true
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.access import SYSTEM
from domain.customer_success.scoring_rules import DEFAULTS, KeptScoringRules, ScoringRules
from domain.errors import NotFound
from persistence.tables import client_accounts, scoring_rules

_RULES = TypeAdapter(ScoringRules)


def newest_query(client_account_id: str) -> Select[Any]:
    """The account's newest version, and since when the account is there; no row where it is not there."""
    kept = scoring_rules.c
    mine = select(scoring_rules).where(kept.client_account_id == client_account_id)
    newest = mine.order_by(kept.version.desc()).limit(1).subquery("newest")
    account = client_accounts.c
    columns = (newest.c[name] for name in ("version", "document", "description", "changed_by", "changed_at"))
    joined = client_accounts.outerjoin(newest, true())
    return select(account.id, account.created_at, *columns).select_from(joined).where(account.id == client_account_id)


def kept_of(row: Mapping[str, Any] | RowMapping | None) -> KeptScoringRules:
    """The rules of that row: the product's own where the account has saved none."""
    if row is None:
        raise NotFound("client account")
    if row["version"] is None:
        return KeptScoringRules(row["id"], DEFAULTS, SYSTEM, row["created_at"])
    names = ("id", "version", "description", "changed_by", "changed_at")
    return KeptScoringRules(rules=_RULES.validate_python(row["document"]), **{name: row[name] for name in names})


class Scoring:
    """The scoring rules of one client account, in one transaction."""

    def __init__(self, connection: AsyncConnection, client_account_id: str) -> None:
        self._connection = connection
        self._account_id = client_account_id

    async def get(self) -> KeptScoringRules:
        """The newest version; nobody else adds one until the transaction ends."""
        lock = "SELECT pg_advisory_xact_lock(hashtextextended(:rules, 0))"
        await self._connection.execute(text(lock), {"rules": f"{self._account_id}:scoring_rules"})
        return kept_of((await self._connection.execute(newest_query(self._account_id))).mappings().first())

    async def add(self, kept: KeptScoringRules) -> None:
        """One more version."""
        row = {
            "client_account_id": self._account_id,
            "version": kept.version,
            "document": _RULES.dump_python(kept.rules, mode="json"),
            "description": kept.description,
            "changed_by": kept.changed_by,
            "changed_at": kept.changed_at,
        }
        await self._connection.execute(insert(scoring_rules), row)
