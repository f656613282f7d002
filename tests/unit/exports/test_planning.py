"""A plan as a document: what its tables, figures, chart and data say, at every point of its way."""

from __future__ import annotations

import csv
import io
import json
import time
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from zipfile import ZipFile

import pytest

from domain.document import Document, Gantt
from domain.export import ExportFormat, file_name
from domain.flow import Flow
from domain.flows.planning import DEFINITION
from domain.phase import PhaseStatus
from domain.planning.choices import PlanChoices, WaveChoice
from domain.planning.plan import NO_PLAN
from domain.planning.wave_phases import WavePhase
from domain.planning.waves.problem import Move
from tests.unit.exports.plans import FLOW, HOSTILE, MONDAY, call, document, portfolio
from writers import Writers

DAY = timedelta(days=1)


def written(made: Document, format: ExportFormat) -> io.BytesIO:
    target = io.BytesIO()
    Writers().write(made, format, target)
    target.seek(0)
    return target


def column(made: Document, table: str, key: str) -> list[Any]:
    found = made.table(table)
    return [row[found.position(key)] for row in found.rows]


def chart_of(made: Document) -> Gantt:
    (found,) = [block for block in made.body if isinstance(block, Gantt)]
    return found


def test_its_formats_and_name() -> None:
    exporting = DEFINITION.exporting

    assert exporting.formats == ("JSON", "CSV", "XLSX", "PDF", "PARQUET", "JIRA_CSV")
    assert file_name(exporting.name, "Core", date(2026, 11, 21), "pdf") == "planning-report-Core-2026-11-21.pdf"


def test_tables_hold_the_whole_plan() -> None:
    made = document(12, 3)

    rows = {table.key: len(table.rows) for table in made.tables}
    assert rows == {
        "recommendations": 1,
        "waves": 3,
        "applications": 12,
        "skill_gaps": 1,
        "cost": 1,
        "costs_by_category": 3,
        "costs_by_wave": 4,
        "costs_by_wave_and_category": 7,
        "cost_lines": 28,
        "pools": 5,
        "allocations": 15,
        "milestones": 4,
        "activities": 18,
        "violations": 1,
    }


def test_an_application_says_its_wave_strategy_hours_and_why() -> None:
    made = document(4, 2, left_out=1)

    table = made.table("applications").narrowed(("application", "wave", "strategy", "effortHours", "because"))
    assert table.rows == (
        ("Application 0", "Wave 1: Pilot", "REHOST", Decimal("120.25"), why(0, 1)),
        ("Application 1", "Wave 1: Pilot", "REPLATFORM", Decimal("120.25"), why(1, 1)),
        ("Application 2", "Wave 2", "REFACTOR", Decimal("120.25"), why(2, 2)),
        ("Application 3", None, None, None, None),
    )


def why(application: int, wave: int) -> str:
    return f"Application {application} moves with wave {wave}: what it needs is there."


def test_sums_are_exact_whichever_way_they_are_added() -> None:
    made = document(12, 3)

    subtotal = sum(column(made, "cost_lines", "amount"), Decimal(0))
    assert subtotal == sum(column(made, "costs_by_wave", "amount"))
    assert subtotal == sum(column(made, "costs_by_category", "amount"))
    assert subtotal == sum(column(made, "costs_by_wave_and_category", "amount"))
    assert [subtotal] == column(made, "cost", "subtotal")
    assert column(made, "costs_by_wave", "wave")[-1] == "No wave"


def test_figures_say_how_much_it_is() -> None:
    figures = dict(document(12, 3, left_out=2).figures)

    assert figures["Applications that move"] == "10 of 12"
    assert figures["Waves"] == "3"
    assert figures["Until"] == "2027-03-08"
    assert figures["Dependencies between waves"] == "1"
    assert figures["Violations"] == "1"


def test_the_lead_says_that_it_rests_on_proposed_pools() -> None:
    assert document().lead == (
        "12 applications move in 3 waves.",
        "As few waves as there can be; proven.",
        "Hours and costs rest on pools that are proposed and not confirmed by anybody.",
    )


def test_a_plan_that_goes_on_says_so() -> None:
    seen = portfolio(["A"], 1)
    begun = replace(seen, plan=replace(seen.plan, synthesis=None, cost=None, cost_lines=()))

    made = DEFINITION.exporting.compose(call(begun, results=("wave_planning", "resource_allocation")))

    assert made.subtitle == "Sample · iteration 1 · as of 2026-11-21 · not finished yet"
    assert made.lead[0] == "2 of 5 phases of this plan are done; what is not there yet is empty."


def test_a_plan_that_is_out_of_date_says_so() -> None:
    asked = call(portfolio(["A"], 1))
    flow: Flow = asked.flow
    stale = replace(flow, phases=(replace(flow.phases[0], status=PhaseStatus.STALE), *flow.phases[1:]))

    made = DEFINITION.exporting.compose(replace(asked, flow=stale))

    assert made.subtitle.endswith("out of date in parts")
    assert made.lead[1] == "Something that this plan rests on has changed since: parts of it are out of date."


def test_the_chart_has_a_row_a_wave_with_its_phases_and_its_cut_over() -> None:
    made = document(12, 3)

    chart = chart_of(made)
    assert [row.label for row in chart.rows] == ["Wave 1: Pilot", "Wave 2", "Wave 3"]
    assert [bar.kind for bar in chart.rows[0].bars] == list(chart.kinds)
    assert chart.rows[0].bars[0].starts_on == MONDAY
    assert [bar.critical for bar in chart.rows[0].bars] == [True] * 5 + [False]
    assert chart.rows[0].marks == (chart.rows[0].bars[2].ends_on,)
    assert [each.name for each in chart.milestones] == ["All applications migrated"]


def test_phases_that_a_person_set_over_each_other_stand_in_rows_of_their_own() -> None:
    seen = portfolio(["A"], 1)
    first = next(each for each in seen.plan.activities if each.phase is WavePhase.DESIGN)
    over = tuple(
        replace(each, starts_on=first.ends_on, ends_on=first.ends_on + DAY)
        if each.phase is WavePhase.PREPARATION
        else each
        for each in seen.plan.activities
    )

    made = DEFINITION.exporting.compose(call(replace(seen, plan=replace(seen.plan, activities=over))))

    assert [[bar.kind for bar in row.bars] for row in chart_of(made).rows] == [
        ["Design", "Migration", "Validation", "Closure", "Hypercare"],
        ["Preparation"],
    ]
    for format in DEFINITION.exporting.formats:
        assert written(made, format).getbuffer().nbytes > 0


@pytest.mark.parametrize("format", DEFINITION.exporting.formats)
def test_a_plan_without_anything_can_be_exported(format: ExportFormat) -> None:
    made = DEFINITION.exporting.compose(call(replace(portfolio((), 1), plan=NO_PLAN)))

    assert written(made, format).getbuffer().nbytes > 0
    assert made.lead == ("0 of 5 phases of this plan are done; what is not there yet is empty.",)


def test_data_holds_all_with_exact_decimals() -> None:
    data = json.load(written(document(12, 3, left_out=1), ExportFormat.JSON))

    assert data["format"] == "flotilla-planning-report"
    assert data["flow"]["id"] == FLOW
    assert [len(wave["applications"]) for wave in data["waves"]] == [4, 4, 3]
    assert data["waves"][0]["applications"][0]["hours"] == "120.25"
    assert data["unassigned"] == [{"applicationId": "app-0011", "name": "Application 11"}]
    assert data["cost"]["contingencyPercentage"] == "15"
    assert data["activities"][0]["startsOn"] == "2026-11-23"


def test_data_holds_what_people_chose() -> None:
    seen = portfolio(["A", "B"], 1)
    choices = PlanChoices(FLOW, FLOW, moves=(Move("app-0001", None),), waves=(WaveChoice(1, locked_ids=("app-0000",)),))

    made = DEFINITION.exporting.compose(call(replace(seen, plan=replace(seen.plan, choices=choices))))

    chosen = json.load(written(made, ExportFormat.JSON))["choices"]
    assert chosen["moves"] == [{"applicationId": "app-0001", "number": None}]
    assert chosen["waves"][0]["lockedIds"] == ["app-0000"]


def test_pools_of_one_name_stay_apart() -> None:
    seen = portfolio(["A"], 1)
    pools = tuple(replace(pool, name="Team") for pool in seen.pools)

    made = DEFINITION.exporting.compose(call(replace(seen, pools=pools)))

    names = ["Team", "Team (2)", "Team (3)", "Team (4)", "Team (5)"]
    assert column(made, "pools", "pool") == names
    assert sorted(column(made, "allocations", "pool")) == names


def test_every_table_is_a_file_of_the_archive_and_no_name_is_a_formula() -> None:
    with ZipFile(written(document(HOSTILE, 3), ExportFormat.CSV)) as archive:
        assert len(archive.namelist()) == 14
        texts = {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}

    cells = [cell for text in texts.values() for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []
    assert '\'=HYPERLINK("http://evil.example","x")' in cells
    assert "x" * 200 in cells


def test_three_hundred_applications_in_forty_waves_are_written_soon(capsys: pytest.CaptureFixture[str]) -> None:
    took = {}
    started = time.perf_counter()
    made = document(300, 40)
    took["document"] = time.perf_counter() - started
    for format in DEFINITION.exporting.formats:
        started = time.perf_counter()
        written(made, format)
        took[format] = time.perf_counter() - started

    with capsys.disabled():
        print("\n300 applications, seconds:", {str(name): round(seconds, 2) for name, seconds in took.items()})  # noqa: T201
    assert sum(took.values()) < 60
