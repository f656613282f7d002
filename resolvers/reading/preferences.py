"""Queries about what the asking user prefers."""

from __future__ import annotations

from domain.preferences import SavedPreferences, UserPreferences, id_of, preferred
from resolvers.context import Context
from resolvers.reading.engagement import current


async def own(context: Context) -> UserPreferences:
    """The caller's own, over the defaults."""
    caller, known = context.caller, await current(context)
    saved = await context.reads.preferences(caller.user) or SavedPreferences(known.created_at)
    return preferred(saved, id_of(caller.tenant.client_account_id, caller.user), known.engagement.timezone)
