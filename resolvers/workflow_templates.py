"""What people do to workflow templates."""

from __future__ import annotations

from domain.access import Role
from domain.customer_success.template import TemplateVersion
from domain.customer_success.template_checking import problems_of
from domain.customer_success.template_reading import Saved
from domain.customer_success.template_saving import SaveTemplate
from domain.event import Event, EventKind
from resolvers.context import Caller

PATH = ("document",)


async def save_workflow_template(caller: Caller, command: SaveTemplate) -> TemplateVersion:
    """One more version for all engagements of the client account; workflows that run keep theirs."""
    caller.need(Role.ADMIN)
    async with caller.work() as uow:
        before = await uow.templates.latest(command.key)
        problems = problems_of(command.document, caller.shapes, await uow.templates.actions(), PATH)
        saved = Saved(caller.ids(), caller.user, caller.now(), command.description)
        after = command.after(before, saved, problems)
        uow.touch(after.id)
        if after is not before:
            await uow.templates.add(after)
            uow.witness({"version": before.version} if before else {}, {"key": after.key, "version": after.version})
            changed = {"changed": [["TemplateVersion", after.id]]}
            uow.tell_account(Event(EventKind.CHILD_CHANGED, caller.now(), data=changed))
    return after
