"""Queries about builds: where each stands, what its roles know, and what their models are asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from domain.builds.build import Build
from domain.builds.conversation import Message, RoleContext
from domain.builds.fitting import bytes_of
from domain.builds.listing import HistoryOfRole
from domain.builds.models import ModelFamily, chat_model
from domain.builds.prompt import ModelPrompt, asked_role, model_prompt
from domain.builds.table import BuildRole
from domain.flows.build.role_prompts import role_prompt
from domain.known import KnownChild
from domain.reading import Window
from resolvers.context import Context
from resolvers.reading import engagement

# Messages of a history that are shown at most; a prompt's are bounded by its model's window as well.
LONGEST = 1_000


@dataclass(frozen=True, slots=True)
class KnownContext:
    """What one role of a build knows; its history is read when it is asked for."""

    flow_id: str
    role: BuildRole
    family: ModelFamily
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def system_prompt(self) -> str:
        """What the role is told of its work, whatever is built."""
        return role_prompt(self.role).text


async def builds(context: Context, children: Sequence[KnownChild]) -> list[Build]:
    """Where each stands; read once for the operation."""
    found: list[Build] = await context.loaded.shelf(_builds, {}).fill(context, children)
    return found


async def _builds(context: Context, children: Sequence[KnownChild]) -> list[Build]:
    found = await context.reads.get(Build, {child.id for child in children})
    return [found[child.id] for child in children]


async def contexts(context: Context, children: Sequence[KnownChild], role: BuildRole) -> list[KnownContext]:
    """What that role knows of each."""
    found = await builds(context, children)
    return [
        KnownContext(child.id, role, family_of(child), build.context(role).data)
        for child, build in zip(children, found, strict=True)
    ]


def family_of(child: KnownChild) -> ModelFamily:
    """Whose model is asked if nobody says."""
    return ModelFamily(child.flow.configuration.get("family", ModelFamily.LOCAL))


async def histories(context: Context, known: Sequence[KnownContext], last: int | None) -> list[tuple[Message, ...]]:
    """The newest messages of each, oldest first."""
    size = LONGEST if last is None else min(last, LONGEST)
    by_role: defaultdict[BuildRole, list[str]] = defaultdict(list)
    for each in known:
        by_role[each.role].append(each.flow_id)
    found = {role: await _said(context, ids, role, size) for role, ids in by_role.items()}
    return [found[each.role][each.flow_id] for each in known]


async def prompts(context: Context, children: Sequence[KnownChild], family: ModelFamily | None) -> list[ModelPrompt]:
    """What the model that plays the current role of each is asked."""
    known = (await engagement.current(context)).engagement
    today = known.today(context.caller.now())
    asked = []
    for child, build in zip(children, await builds(context, children), strict=True):
        model, role = chat_model(family or family_of(child), today, known.settings), asked_role(build)
        said = await _said(context, [child.id], role, LONGEST, bytes_of(model.room))
        context_ = RoleContext(role, said[child.id], build.context(role).data)
        asked.append(model_prompt(build.recalling(context_), role_prompt(role).text, model))
    return asked


async def _said(
    context: Context, flow_ids: Sequence[str], role: BuildRole, size: int, room: int | None = None
) -> dict[str, tuple[Message, ...]]:
    listings = [HistoryOfRole(parent=flow_id, role=role, room=room) for flow_id in dict.fromkeys(flow_ids)]
    pages = await context.reads.pages(listings, Window(size=size))
    return {str(page.listing.parent): tuple(reversed(page.items)) for page in pages}
