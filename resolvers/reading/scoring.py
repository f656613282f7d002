"""Queries about the rules by which customers' workflows are determined and scored."""

from __future__ import annotations

from collections.abc import Sequence

from domain.access import Tenant
from domain.customer_success.scoring_rules import KeptScoringRules
from domain.errors import NotFound
from resolvers.context import Context


async def current(context: Context) -> KeptScoringRules:
    """The client account's own, or the product's, read once for the operation."""
    found = await context.loaded.shelf(_rules, {}).fill(context, [context.caller.tenant])
    rules: KeptScoringRules | None = found[0]
    if rules is None:
        raise NotFound("client account")
    return rules


async def _rules(context: Context, tenants: Sequence[Tenant]) -> list[KeptScoringRules | None]:
    found = await context.reads.get(KeptScoringRules, [tenant.client_account_id for tenant in tenants])
    return [found.get(tenant.client_account_id) for tenant in tenants]
