"""Executions and decommissions as documents, in every format."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import replace
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


@pytest.mark.parametrize("format", ExportFormat)
@pytest.mark.parametrize("document", [executed(), decommissioned()], ids=["execution", "decommission"])
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
