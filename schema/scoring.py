"""The rules by which customers' workflows are determined and scored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import strawberry
from strawberry import UNSET

from domain.customer_success.scoring_rules import KeptScoringRules, ScoringRules
from domain.customer_success.scoring_schema import bounded
from domain.errors import Problem
from resolvers import scoring as commands
from resolvers.context import Caller, Context
from resolvers.reading import scoring as reading
from schema.basics import Node
from schema.commanding import Said, carry_out
from schema.ids import Verbatim
from schema.loading import computed, entry
from schema.mirror import mirror
from schema.payloads import REFUSED
from schema.relations import referred
from schema.scalars import JSON


@strawberry.input(
    description="`rules` is a document of the schema that `scoringRules` has; what it leaves out is as by default."
)
class SaveScoringRulesInput:
    rules: Annotated[JSON, Verbatim()]
    description: str | None = strawberry.field(default=UNSET, description="Why; at most 1,000 characters.")
    expected_version: int | None = UNSET


@mirror(
    KeptScoringRules,
    "version description changed_by changed_at",
    name="ScoringRules",
    version="1 as long as they are the product's own.",
    description="Why they were changed; null where nobody said.",
    changed_at="When the client account began, where nothing was saved yet.",
)
class ScoringRulesType(Node):
    """The client account's: all its engagements' queues are made by them."""

    @computed
    @staticmethod
    def document(kept: KeptScoringRules, context: Context) -> Any:
        """JSON Schema beside it in `schema`."""
        return context.caller.shapes.encode(kept.rules)

    @computed
    @staticmethod
    def schema(_kept: KeptScoringRules, context: Context) -> Any:
        """JSON Schema (2020-12) of the document."""
        return bounded(context.caller.shapes.schema(ScoringRules))


@dataclass(frozen=True, slots=True)
class ScoringRulesPayload:
    """Rules that were saved."""

    rules_id: str | None
    errors: tuple[Problem, ...]


@mirror(ScoringRulesPayload, "errors")
class ScoringRulesPayloadType:
    rules = referred(KeptScoringRules, lambda payload: payload.rules_id, nullable=True, why=REFUSED)


async def save_scoring_rules(context: Context, input: Any) -> ScoringRulesPayload:
    """Rules for all engagements of the client account."""

    async def act(caller: Caller, said: Said) -> KeptScoringRules:
        given = commands.RulesGiven(said["rules"], said.get("description"), said.get("expected_version"))
        return await commands.save_scoring_rules(caller, given)

    outcome = await carry_out(context, "saveScoringRules", input, act)
    return ScoringRulesPayload(outcome.id, outcome.problems)


@strawberry.type
class ScoringQueries:
    @entry
    @staticmethod
    async def scoring_rules(context: Context) -> KeptScoringRules:
        """The client account's own, or the product's as version 1."""
        return await reading.current(context)


@strawberry.type
class ScoringMutations:
    @entry
    @staticmethod
    async def save_scoring_rules(context: Context, input: SaveScoringRulesInput) -> ScoringRulesPayload:
        """ADMIN. For all engagements of the client account, from this moment on."""
        return await save_scoring_rules(context, input)
