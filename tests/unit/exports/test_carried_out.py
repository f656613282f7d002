"""Executions, decommissions, costs and modernizations as documents, in every format."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from domain.document import Document
from domain.engagement import Engagement
from domain.export import ExportCall, ExportFormat
from domain.flow import Flow, Stamp
from domain.flows import DEFINITIONS
from domain.flows.decommission.facts import DATA, PLANNING, SHUTDOWN
from domain.flows.execution.facts import MIGRATION, READINESS
from domain.portfolio import Portfolio
from domain.runbook import StepReport, StepStatus, reported
from tests.toy import new_id
from tests.unit.assessment.portfolios import NOW, needs
from tests.unit.decommission.test_decommissioning import Decommissioning, of, retired
from tests.unit.execution.driving import Executing, application, decided
from tests.unit.finops.running import costing
from tests.unit.modernization.running import modernizing
from writers import WRITE


def composed(kind: str, driven: Any) -> Document:
    flow = Flow.start(
        DEFINITIONS[kind],
        Stamp("alice", NOW, new_id),
        name="Core",
        configuration={},
        application_ids=driven.configuration.application_ids,
        auto_advance=False,
    )
    engagement = Engagement("e", "a", "Programme")
    return DEFINITIONS[kind].exporting.compose(ExportCall(flow, driven.results, driven.portfolio, engagement, NOW))


def executed() -> Document:
    """Two applications on their way, one step of which is done."""
    portfolio = Portfolio(
        applications=(application("shop"), application("ledger")),
        accepted=(decided("shop"), decided("ledger")),
        dependencies=(needs("shop", "ledger"),),
    )
    driven = Executing(portfolio)
    driven.run(READINESS)
    driven.pass_all(READINESS)
    driven.answer(READINESS, "shop", "ledger")
    driven.run(MIGRATION)
    first = driven.portfolio.steps_of(MIGRATION)[0]
    report = StepReport(StepStatus.COMPLETED)
    changed, _ = reported(driven.portfolio.steps_of(MIGRATION), first.id, report, "ada", NOW)
    driven.keep(*changed)
    return composed("execution", driven)


def decommissioned() -> Document:
    driven = Decommissioning(of(retired("a"), retired("b", legal_hold="yes"), dependencies=(needs("b", "a"),)))
    driven.run(PLANNING)
    candidates = tuple(
        replace(each, blockers=tuple(replace(one, waived=True) for one in each.blockers))
        for each in driven.portfolio.candidates
    )
    driven.portfolio = replace(driven.portfolio, candidates=candidates)
    driven.answer(PLANNING, driven.proposed(PLANNING))
    driven.through(DATA)
    driven.run(SHUTDOWN)
    return composed("decommission", driven)


def test_a_runbook_is_told_with_its_checks_and_the_way_back() -> None:
    document = executed()

    assert [(table.key, len(table.rows)) for table in document.tables] == [
        ("applications", 2), ("readiness_checks", 24), ("runbook", 16), ("rollback", 1), ("validations", 0),
    ]  # fmt: skip
    assert document.lead == ("1 of 16 steps are done; the longest way takes 342 minutes.",)
    assert dict(document.figures)["Steps done"] == "1"
    epics = [each.title for each in document.work if each.parent is None]
    assert epics == ["All together", "Ledger", "Shop"]


def test_a_decommission_is_told_with_its_data_and_steps() -> None:
    document = decommissioned()

    assert [(table.key, len(table.rows)) for table in document.tables] == [
        ("candidates", 2), ("archives", 4), ("shutdown", 12),
    ]  # fmt: skip
    assert [row[4:6] for row in document.table("candidates").rows] == [
        (None, None),
        (None, "Data of B are under a legal hold: they are kept as long as it lasts."),
    ]
    assert dict(document.figures)["Under a legal hold"] == "2"


def test_costs_are_told_with_savings_and_the_budget_by_month() -> None:
    document = composed("finops", costing().through())

    assert [(table.key, len(table.rows)) for table in document.tables] == [
        ("costs", 3), ("savings", 3), ("budget", 13), ("budget_by_part", 26),
    ]  # fmt: skip
    assert [row[:4] for row in document.table("costs").rows[:1]] == [
        ("Ledger", Decimal(12_000), Decimal("3060.00"), Decimal("8940.00"))
    ]
    assert document.table("savings").rows[2][-1] == (
        "3000.00 a year today less 2600.00 in the target; today's cost of 1 of 1 applications is assumed"
    )
    first = document.table("budget").rows[0]
    assert (first[0], first[1], first[-1]) == ("2027-01", Decimal("1760.00"), True)
    assert document.lead[0].startswith("The greatest saving: Rehost, 8,940.00 USD a year.")
    assert dict(document.figures)["Moving, USD"] == "3,300.00"
    assert [(each.kind, each.title) for each in document.work][:2] == [("Epic", "Savings"), ("Task", "Rehost")]


def test_a_modernization_is_told_with_its_designs_and_work() -> None:
    document = composed("modernization", modernizing())

    assert [(table.key, len(table.rows)) for table in document.tables] == [
        ("candidates", 2), ("designs", 3), ("work", 14),
    ]  # fmt: skip
    assert [row[1] for row in document.table("candidates").rows] == ["Shop", "Wiki"]
    assert dict(document.figures) == {
        "Candidates": "2", "Designs": "3", "Confirmed": "3", "Work items": "14", "Hours": "560.00",
    }  # fmt: skip
    assert sum(each.hours or 0 for each in document.work) == Decimal(560)
    epics = [each.title for each in document.work if each.parent is None]
    assert epics == ["Modernize Shop", "Modernize Wiki"]
    numbers = {each.number for each in document.work if each.parent is None}
    assert {each.parent for each in document.work if each.parent} == numbers


@pytest.mark.parametrize("kind", ["finops", "modernization"])
def test_what_has_only_begun_is_told_as_far_as_it_is(kind: str) -> None:
    begun = costing() if kind == "finops" else modernizing("modernization_assessment")

    document = composed(kind, begun)

    assert all(not table.rows for table in document.tables)
    assert document.work == ()


_DOCUMENTS = {
    "execution": executed(),
    "decommission": decommissioned(),
    "finops": composed("finops", costing().through()),
    "modernization": composed("modernization", modernizing()),
}


@pytest.mark.parametrize("format", ExportFormat)
@pytest.mark.parametrize("document", _DOCUMENTS.values(), ids=_DOCUMENTS)
def test_every_format_can_be_written(document: Document, format: ExportFormat) -> None:
    target = io.BytesIO()

    WRITE[format](document, target)

    written = target.getvalue()
    assert len(written) > 500
    if format is ExportFormat.JSON:
        assert json.loads(written)["format"].startswith("flotilla-")
    if format is ExportFormat.CSV:
        names = zipfile.ZipFile(io.BytesIO(written)).namelist()
        assert {f"{table.key}.csv" for table in document.tables} <= set(names)
    if format is ExportFormat.JIRA_CSV:
        rows = list(csv.reader(io.StringIO(written.decode("utf-8-sig"))))
        assert len(rows) == 1 + len(document.work)
