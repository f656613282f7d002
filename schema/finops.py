"""What finops flows add to theirs: what applications cost, where money is saved, and the budget by month."""

from __future__ import annotations

from decimal import Decimal

from domain.application import Application
from domain.application_cost import ApplicationCost
from domain.application_cost_listing import CostsOfFlow
from domain.flows.finops.results import BudgetMonth, SavingsOpportunity
from domain.known import KnownChild
from resolvers.context import Context
from resolvers.reading import finops as reading
from schema.basics import Money, money
from schema.connections import connection
from schema.loading import loaded
from schema.mirror import mirror
from schema.relations import listed, referred, referred_all


class Child:
    """The fields of a FinopsFlow."""

    costs = listed(ApplicationCost, lambda child: CostsOfFlow(parent=child.id), why="Dearest first.")

    @loaded
    @staticmethod
    async def savings(context: Context, children: list[KnownChild]) -> list[tuple[SavingsOpportunity, ...]]:
        """The greatest first; savings of one application may overlap."""
        return await reading.savings(context, [child.flow for child in children])

    @loaded
    @staticmethod
    async def budget(context: Context, children: list[KnownChild]) -> list[tuple[BudgetMonth, ...]]:
        """Month after month."""
        return await reading.budgets(context, [child.flow for child in children])


@mirror(ApplicationCost, "assumptions", assumptions="What each of the two rests on.")
class ApplicationCostType:
    """What an application costs a year, now and in the target."""

    application = referred(Application, lambda cost: cost.application_id)

    @loaded
    @staticmethod
    async def current_annual(context: Context, costs: list[ApplicationCost]) -> list[Money]:
        return await _known(context, [cost.current_annual for cost in costs])

    @loaded
    @staticmethod
    async def target_annual(context: Context, costs: list[ApplicationCost]) -> list[Money]:
        return await _known(context, [cost.target_annual for cost in costs])


@mirror(SavingsOpportunity, "title effort because", because="How the sum is made.")
class SavingsOpportunityType:
    """Where money is saved."""

    applications = referred_all(Application, lambda saving: saving.application_ids)

    @loaded
    @staticmethod
    async def annual(context: Context, savings: list[SavingsOpportunity]) -> list[Money]:
        """A year."""
        return await _known(context, [saving.annual for saving in savings])


@mirror(BudgetMonth, "month")
class BudgetMonthType:
    """One month, named by its first day."""

    @loaded
    @staticmethod
    async def migration(context: Context, months: list[BudgetMonth]) -> list[Money]:
        return await _known(context, [month.migration for month in months])

    @loaded
    @staticmethod
    async def run(context: Context, months: list[BudgetMonth]) -> list[Money]:
        return await _known(context, [month.run for month in months])

    @loaded
    @staticmethod
    async def total(context: Context, months: list[BudgetMonth]) -> list[Money]:
        return await _known(context, [month.total for month in months])

    @loaded
    @staticmethod
    async def cumulative(context: Context, months: list[BudgetMonth]) -> list[Money]:
        return await _known(context, [month.cumulative for month in months])

    @loaded
    @staticmethod
    async def actual(context: Context, months: list[BudgetMonth]) -> list[Money | None]:
        """Null while nobody has told it."""
        return await money(context, [month.actual for month in months])

    @loaded
    @staticmethod
    async def variance(context: Context, months: list[BudgetMonth]) -> list[Money | None]:
        """What was spent beyond what was budgeted, less than nought where it was less."""
        return await money(context, [month.variance for month in months])


async def _known(context: Context, amounts: list[Decimal]) -> list[Money]:
    return [each for each in await money(context, amounts) if each]


connection(ApplicationCost, "ApplicationCost")
