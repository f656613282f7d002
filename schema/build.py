"""What software builds add to their flows: where they stand, what was handed over, and what models are asked."""

from __future__ import annotations

from typing import Any

from graphql import GraphQLError

from domain.builds.changes import Handoff
from domain.builds.conversation import Message
from domain.builds.listing import HandoffsOfFlow
from domain.builds.models import ModelFamily
from domain.builds.prompt import ModelPrompt
from domain.builds.table import BuildRole, BuildState
from domain.known import KnownChild
from resolvers.context import Context
from resolvers.reading import builds as reading
from resolvers.reading.builds import KnownContext
from schema.basics import Node
from schema.connections import connection
from schema.loading import computed, loaded, named
from schema.mirror import mirror
from schema.relations import listed


class Child:
    """The fields of a BuildFlow."""

    handoffs = listed(Handoff, lambda child: HandoffsOfFlow(parent=child.id), why="Oldest first.")

    @computed
    @staticmethod
    def project_id(child: KnownChild) -> str:
        return str(child.flow.configuration["projectId"])

    @computed
    @staticmethod
    def build_id(child: KnownChild) -> str:
        return str(child.flow.configuration["buildId"])

    @computed
    @staticmethod
    def requirements(child: KnownChild) -> Any:
        """As they were given."""
        return child.flow.configuration["requirements"]

    @loaded
    @staticmethod
    async def state(context: Context, children: list[KnownChild]) -> list[BuildState]:
        """It rests in no HANDOFF state: these are passed in the same transaction."""
        return [build.state for build in await reading.builds(context, children)]

    @loaded
    @staticmethod
    async def role(context: Context, children: list[KnownChild]) -> list[BuildRole | None]:
        """Who acts now; null in ERROR and once it is COMPLETE."""
        return [build.role for build in await reading.builds(context, children)]

    @loaded
    @staticmethod
    async def next_role(context: Context, children: list[KnownChild]) -> list[BuildRole | None]:
        """Who acts after the current role; in ERROR who is most likely asked again. Null where nobody comes after."""
        return [build.next_role for build in await reading.builds(context, children)]

    @loaded
    @staticmethod
    async def next_action(context: Context, children: list[KnownChild]) -> list[str]:
        """What is to be done now, in a sentence."""
        return [build.next_action for build in await reading.builds(context, children)]

    @loaded
    @staticmethod
    async def complete(context: Context, children: list[KnownChild]) -> list[bool]:
        return [build.done for build in await reading.builds(context, children)]

    @loaded
    @staticmethod
    async def completed_phases(context: Context, children: list[KnownChild]) -> list[tuple[str, ...]]:
        """Those whose results stand."""
        return [build.completed_phases for build in await reading.builds(context, children)]

    @loaded
    @staticmethod
    async def context(context: Context, children: list[KnownChild], role: BuildRole) -> list[KnownContext]:
        """What that role was told and has said."""
        return await reading.contexts(context, children, role)

    @loaded
    @staticmethod
    async def prompt(
        context: Context, children: list[KnownChild], family: ModelFamily | None = None
    ) -> list[ModelPrompt]:
        """The complete request for the model that plays the current role, ready to send; else of its own family."""
        return await reading.prompts(context, children, family)


def _from_state(handoff: Handoff) -> BuildState:
    return handoff.from_state


def _to_state(handoff: Handoff) -> BuildState:
    return handoff.to_state


@mirror(
    Handoff,
    "from_role to_role reason data created_at",
    from_role="Null out of an ERROR.",
    to_role="Null where nobody acts.",
    reason="Null where the work went on as it does.",
)
class HandoffType(Node):
    """Work that passed from one working state to another."""

    from_ = named("from", computed(_from_state))
    to = computed(_to_state)


connection(Handoff, "Handoff")


@mirror(KnownContext, "role family system_prompt data", name="RoleContext")
class RoleContextType:
    """What one role of a build knows."""

    @loaded
    @staticmethod
    async def history(
        context: Context, contexts: list[KnownContext], last: int | None = None
    ) -> list[tuple[Message, ...]]:
        """Oldest first: the newest so many, 1,000 at most."""
        if last is not None and last < 0:
            raise GraphQLError("`last` must not be negative.")
        return await reading.histories(context, contexts, last)


@mirror(Message, "role content created_at", name="PromptMessage")
class PromptMessageType:
    """One turn of a conversation."""


@mirror(
    ModelPrompt,
    "family model system_prompt messages parameters request",
    request="The body to post to the family's own chat API.",
)
class ModelPromptType:
    """What a model is asked."""
