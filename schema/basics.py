"""What every area of the contract uses: Node, errors of mutations, money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import strawberry
from graphql import GraphQLAbstractType, GraphQLResolveInfo

from domain.errors import Problem
from resolvers.context import Context
from resolvers.reading import engagement
from schema.loading import computed
from schema.mirror import mirror, name_of

# Digits after the point; two where a currency is not named here (ISO 4217).
_MINOR_DIGITS = dict.fromkeys(
    ["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"], 0
) | dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3)


@strawberry.interface(description="Anything that `node(id:)` finds again.")
class Node:
    """A thing with a global id."""

    id: strawberry.ID

    @classmethod
    def resolve_type(cls, value: object, _info: GraphQLResolveInfo[Any], _type: GraphQLAbstractType) -> str:
        return name_of(value)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in the engagement's currency, with that currency's minor digits."""

    amount: Decimal
    currency: str

    @classmethod
    def of(cls, amount: Decimal, currency: str) -> Money:
        unit = Decimal(1).scaleb(-_MINOR_DIGITS.get(currency, 2))
        return cls(amount.quantize(unit, ROUND_HALF_UP), currency)


@mirror(Money, "amount currency")
class MoneyType:
    pass


@mirror(
    Problem,
    "code message path",
    message="What is wrong and what would mend it, in a sentence.",
    path="The path of the input field that caused it, outermost first; empty when no single field did.",
)
class UserError:
    @computed
    @staticmethod
    def details(problem: Problem) -> Any | None:
        """For VERSION_CONFLICT: currentVersion, changedBy, changedAt, changed."""
        return problem.details


async def money(context: Context, amounts: Sequence[Decimal | None]) -> list[Money | None]:
    """Amounts in the engagement's currency."""
    if not any(amount is not None for amount in amounts):
        return [None] * len(amounts)
    currency = (await engagement.current(context)).engagement.currency
    return [None if amount is None else Money.of(amount, currency) for amount in amounts]
