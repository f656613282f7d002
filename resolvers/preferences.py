"""What users prefer."""

from __future__ import annotations

from dataclasses import dataclass

from domain.access import Role
from domain.preferences import UpdatePreferences, id_of
from resolvers.context import Caller


@dataclass(frozen=True, slots=True)
class Changed:
    """The preferences that were changed, by their id."""

    id: str


async def update_preferences(caller: Caller, command: UpdatePreferences) -> Changed:
    """The asking user's own, in his client account."""
    caller.need(Role.VIEWER)
    given = command.checked()
    changed = Changed(id_of(caller.tenant.client_account_id, caller.user))
    async with caller.work() as uow:
        if given:
            await uow.preferences.save(caller.user, given, caller.now())
        uow.touch(changed.id)
    return changed
