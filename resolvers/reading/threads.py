"""Reading actions and threads, for many flows at once."""

from __future__ import annotations

from domain.conversation.listing import SavedActions
from domain.reading import WHOLE
from domain.saved_action import SavedAction
from resolvers.context import Context


async def actions(context: Context) -> tuple[SavedAction, ...]:
    """What may be executed here: what is built in, then what the client account has saved."""
    return (await context.reads.pages([SavedActions()], WHOLE))[0].items
