"""A finops flow as a document: what its exports hold, in every format."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import count
from typing import Any

from domain.application_cost import ApplicationCost
from domain.document import (
    Cell,
    Chart,
    Column,
    ColumnKind,
    Document,
    Listed,
    Stack,
    Table,
    WorkItem,
    WorkKind,
    as_data,
)
from domain.export import ExportCall, ExportFormat, Exporting
from domain.flows.finops.analysis import ANALYSIS
from domain.flows.finops.budgeting import BUDGET
from domain.flows.finops.results import BudgetMonth, BudgetPlanned, CostsAnalyzed, SavingsOpportunity
from domain.need import Need

K = ColumnKind
MOST_NAMED = 100
_CHARTS = (Chart("Budget by month", "budget", "month", "total"),)
_BODY = (
    Listed("costs", ("application", "currentAnnual", "targetAnnual", "difference")),
    Listed("savings", ("saving", "annual", "effort", "because")),
    Stack("Moving and running by month", "budget_by_part", "month", "part", "amount"),
    Listed("budget", ("month", "migration", "run", "total", "cumulative", "actual", "variance")),
)


@dataclass(frozen=True)
class _Known:
    """The flow, with what is looked up in it."""

    call: ExportCall

    @property
    def currency(self) -> str:
        return self.call.engagement.currency

    @cached_property
    def names(self) -> Mapping[str, str]:
        return {each.id: each.name for each in self.call.portfolio.applications}

    @cached_property
    def costs(self) -> tuple[ApplicationCost, ...]:
        return tuple(sorted(self.call.portfolio.application_costs, key=lambda each: each.number))

    @cached_property
    def analyzed(self) -> CostsAnalyzed | None:
        return self.call.results.get(ANALYSIS)

    @property
    def savings(self) -> tuple[SavingsOpportunity, ...]:
        return self.analyzed.savings if self.analyzed else ()

    @cached_property
    def planned(self) -> BudgetPlanned | None:
        return self.call.results.get(BUDGET)

    @property
    def months(self) -> tuple[BudgetMonth, ...]:
        return self.planned.months if self.planned else ()

    def money(self, key: str, title: str) -> Column:
        return Column(key, title, K.MONEY, self.currency)

    def named(self, ids: tuple[str, ...]) -> str:
        """As many as a cell can hold; the rest is counted."""
        shown = ", ".join(self.names.get(id, id) for id in ids[:MOST_NAMED])
        return shown if len(ids) <= MOST_NAMED else f"{shown} and {len(ids) - MOST_NAMED:,} more"


def compose(call: ExportCall) -> Document:
    """The flow as it stands."""
    known = _Known(call)
    tables = (_costs(known), _savings(known), _budget(known), _parts(known))
    return Document(
        title=f"Costs and budget: {call.flow.name}",
        subtitle=" · ".join([call.engagement.name, f"iteration {call.flow.iteration}", f"as of {call.as_of:%Y-%m-%d}"]),
        made_at=call.now,
        lead=tuple(_lead(known)),
        figures=tuple(_figures(known)),
        charts=_CHARTS,
        body=_BODY,
        tables=tables,
        pages=(),
        data=_data(known),
        star=tables,
        work=tuple(_work(known)),
    )


def _lead(known: _Known) -> Iterator[str]:
    if known.savings:
        first = known.savings[0]
        yield f"The greatest saving: {first.title}, {first.annual:,f} {known.currency} a year. {first.because}."
    if known.planned and not known.planned.confirmed:
        yield "Nobody has confirmed the budget yet."
    elif known.planned:
        yield f"{len(known.planned.confirmed)} of {len(known.months)} months are confirmed."


def _figures(known: _Known) -> Iterator[tuple[str, str]]:
    yield "Applications", f"{len(known.costs)}"
    if known.analyzed:
        yield f"A year, now, {known.currency}", f"{known.analyzed.current_annual:,f}"
        yield f"A year, then, {known.currency}", f"{known.analyzed.target_annual:,f}"
    if known.months:
        moving = sum((each.migration for each in known.months), Decimal(0))
        yield f"Moving, {known.currency}", f"{moving:,f}"
        yield f"Budget, {len(known.months)} months, {known.currency}", f"{known.months[-1].cumulative:,f}"


def _costs(known: _Known) -> Table:
    columns = (
        Column("application", "Application"),
        known.money("currentAnnual", "A year, now"),
        known.money("targetAnnual", "A year, then"),
        known.money("difference", "Less a year"),
        Column("assumptions", "What it rests on", K.LONG_TEXT),
        Column("applicationId", "Application id"),
    )
    return Table("costs", "What applications cost", columns, tuple(_cost(known, each) for each in known.costs))


def _cost(known: _Known, each: ApplicationCost) -> tuple[Cell, ...]:
    name = known.names.get(each.application_id, each.application_id)
    less = each.current_annual - each.target_annual
    said = " ".join(each.assumptions)
    return (name, each.current_annual, each.target_annual, less, said, each.application_id)


def _savings(known: _Known) -> Table:
    columns = (
        Column("saving", "Saving"),
        known.money("annual", "A year"),
        Column("effort", "Effort"),
        Column("applications", "Applications", K.LONG_TEXT),
        Column("because", "How the sum is made", K.LONG_TEXT),
    )
    rows = tuple(
        (each.title, each.annual, str(each.effort), known.named(each.application_ids), each.because)
        for each in known.savings
    )
    return Table("savings", "Savings", columns, rows)


def _budget(known: _Known) -> Table:
    columns = (
        Column("month", "Month"),
        known.money("migration", "Moving"),
        known.money("run", "Running"),
        known.money("total", "Total"),
        known.money("cumulative", "So far"),
        known.money("actual", "Spent"),
        known.money("variance", "Spent beyond it"),
        Column("confirmed", "Confirmed", K.FLAG),
    )
    confirmed = frozenset(known.planned.confirmed if known.planned else ())
    return Table("budget", "Budget", columns, tuple(_month(each, confirmed) for each in known.months))


def _month(each: BudgetMonth, confirmed: frozenset[date]) -> tuple[Cell, ...]:
    amounts = (each.migration, each.run, each.total, each.cumulative, each.actual, each.variance)
    return (f"{each.month:%Y-%m}", *amounts, each.month in confirmed)


def _parts(known: _Known) -> Table:
    columns = (Column("month", "Month"), Column("part", "For"), known.money("amount", "Amount"))
    rows = tuple(
        (f"{each.month:%Y-%m}", part, amount)
        for each in known.months
        for part, amount in (("Moving", each.migration), ("Running", each.run))
    )
    return Table("budget_by_part", "Budget by what it is for", columns, rows)


def _work(known: _Known) -> Iterator[WorkItem]:
    """An epic, and in it a task a saving."""
    if not known.savings:
        return
    numbers = count(1)
    said = f"What {known.call.flow.name} found. Savings of one application may overlap."
    epic = WorkItem(next(numbers), WorkKind.EPIC, "Savings", said, labels=("finops",))
    yield epic
    for each in known.savings:
        yield WorkItem(
            number=next(numbers),
            kind=WorkKind.TASK,
            title=each.title,
            description=(
                f"{each.annual:f} {known.currency} a year. {each.because}.\nIn: {known.named(each.application_ids)}."
            ),
            parent=epic.number,
            labels=("finops", f"effort-{each.effort.lower()}"),
        )


def _data(known: _Known) -> Mapping[str, Any]:
    call = known.call
    return {
        **call.heading("flotilla-finops-report"),
        "configuration": call.flow.configuration,
        "results": {key: as_data(result) for key, result in call.results.items()},
        "costs": as_data(known.costs),
    }


EXPORTING = Exporting(
    formats=tuple(ExportFormat),
    needs=frozenset({Need.APPLICATIONS, Need.APPLICATION_COSTS}),
    compose=compose,
    name="finops-report",
)
