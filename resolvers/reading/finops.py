"""Queries about what finops flows found."""

from __future__ import annotations

from collections.abc import Sequence

from domain.flows.finops.analysis import ANALYSIS
from domain.flows.finops.budgeting import BUDGET
from domain.flows.finops.results import BudgetMonth, BudgetPlanned, CostsAnalyzed, SavingsOpportunity
from domain.known import KnownFlow
from resolvers.context import Context
from resolvers.reading.flows import typed_results


async def savings(context: Context, flows: Sequence[KnownFlow]) -> list[tuple[SavingsOpportunity, ...]]:
    """Where money is saved; none before the costs are known."""
    found = await typed_results(context, flows, ANALYSIS, CostsAnalyzed)
    return [result.savings if result else () for result in found]


async def budgets(context: Context, flows: Sequence[KnownFlow]) -> list[tuple[BudgetMonth, ...]]:
    """The budget by month; none before it is planned."""
    found = await typed_results(context, flows, BUDGET, BudgetPlanned)
    return [result.months if result else () for result in found]
