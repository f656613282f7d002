"""An assessment as a document: at every point of its way, and with what people wrote."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from domain.document import Document, Facts, Grid, Prose
from domain.engagement import Engagement
from domain.export import ExportCall, ExportFormat
from domain.flow import Flow, Stamp
from domain.flows.assessment import DEFINITION
from domain.flows.assessment.export_pages import blocks_of
from domain.page import PageSection
from tests.toy import new_id
from tests.unit.assessment.portfolios import NOW
from tests.unit.assessment.sample import sample
from tests.unit.assessment.walking import Walk
from writers import Writers

PHASES = [phase.key for phase in DEFINITION.phases]


def walked(*phases: str) -> Walk:
    walk = Walk(sample())
    walk.open()
    walk.through(*phases)
    return walk


def document(walk: Walk) -> Document:
    seen = walk.call("initialization")
    flow = Flow.start(DEFINITION, Stamp("ada", NOW, new_id), name="Core", configuration={}, auto_advance=False)
    call = ExportCall(
        flow=replace(flow, id=seen.flow_id),
        results=seen.results,
        portfolio=seen.portfolio,
        engagement=Engagement("e", "c", "Sample", "EUR"),
        now=NOW,
    )
    return DEFINITION.exporting.compose(call)


def column(made: Document, table: str, key: str) -> list[Any]:
    found = made.table(table)
    return [row[found.position(key)] for row in found.rows]


@pytest.mark.parametrize("reached", range(len(PHASES) + 1))
def test_it_can_be_exported_at_every_point_in_every_format(reached: int) -> None:
    made = document(walked(*PHASES[:reached]))

    assert len(made.pages) == 12
    for format in DEFINITION.exporting.formats:
        target = io.BytesIO()
        Writers().write(made, format, target)
        assert target.tell() > 0


def test_tables_hold_what_was_decided() -> None:
    walk = walked(*PHASES)

    made = document(walk)

    names = [each.name for each in sorted(walk.portfolio.applications, key=lambda each: each.name.casefold())]
    assert column(made, "applications", "application") == names
    by_name = dict(zip(names, column(made, "applications", "strategy"), strict=True))
    assert by_name["Blocked"] == "RETAIN"
    assert by_name["Unused"] == "RETIRE"
    assert sum(column(made, "strategies", "applications")) == 12
    assert sum(column(made, "strategies", "cost")) == sum(column(made, "applications", "cost"))
    assert len(made.table("components").rows) == 12
    assert sum(column(made, "debt_severities", "items")) == len(made.table("tech_debt").rows)


def test_figures_and_subtitle_say_how_far_it_has_come() -> None:
    assert document(walked()).subtitle == "Sample · iteration 1 · as of 2026-11-21 · not finalized yet"
    assert document(walked()).lead == ("0 of 12 applications have a decision; the assessment goes on.",)
    done = document(walked(*PHASES))
    assert done.subtitle.endswith("finalized")
    assert dict(done.figures)["Applications"] == "12"


def test_data_holds_each_application_with_all_that_belongs_to_it() -> None:
    target = io.BytesIO()
    Writers().write(document(walked(*PHASES)), ExportFormat.JSON, target)

    data = json.loads(target.getvalue())

    assert data["format"] == "flotilla-assessment-report"
    assert data["engagement"]["currency"] == "EUR"
    blocked = next(each for each in data["applications"] if each["name"] == "Blocked")
    assert blocked["decision"]["strategy"] == "RETAIN"
    assert blocked["page"]["sections"][0]["key"] == "overview"
    assert [part["name"] for part in blocked["components"]] == ["main"]
    assert not {"key", "heldBy", "edited", "readinessBefore"} & blocked.keys()
    assert data["planningHandoff"]["retainedIds"] == ["blocked"]


def test_a_page_is_the_one_that_people_have_customized() -> None:
    walk = walked(*PHASES[:5])
    page = walk.portfolio.pages[0]
    own = PageSection("overview", "In our words", "Line one.\nLine two.", customized=True)
    walk.portfolio = replace(
        walk.portfolio,
        pages=(replace(page, sections=(own,), headline="Ours"), *walk.portfolio.pages[1:]),
    )

    found = next(each for each in document(walk).pages if each.headline == "Ours")

    assert [(section.title, section.blocks) for section in found.sections] == [
        ("In our words", (Prose(("Line one.", "Line two.")),))
    ]


@pytest.mark.parametrize(
    ("body", "blocks"),
    [
        (None, ()),
        ("", ()),
        ({}, ()),
        ([], ()),
        (3, (Prose(("3",)),)),
        (["a", "b"], (Prose(("a, b",)),)),
        (["user_count", "too_outdated", "my_own"], (Prose(("user count, too outdated, my_own",)),)),
        ({"businessOwner": "Ada", "nobody": None}, (Facts((("Business owner", "Ada"),)),)),
        ({"cost": "1.5E+3", "kind": "SHARED_SERVICE"}, (Facts((("Kind", "SHARED SERVICE"), ("Cost", "1500"))),)),
        ([{"why": "x", "name": "n"}], (Grid(("Name", "Why"), (("n", "x"),)),)),
        ({"needs": [{"kind": "HARD", "name": "n"}]}, (Grid(("Needs", "Kind"), (("n", "HARD"),)),)),
        ({"kinds": ["a"], "deep": {"a": {"b": [1]}}}, (Facts((("Kinds", "a"),)), Facts((("B", "1"),)))),
    ],
)
def test_a_body_of_any_shape_becomes_blocks(body: Any, blocks: tuple[Any, ...]) -> None:
    assert blocks_of(body) == blocks


def test_any_json_becomes_blocks() -> None:
    weird: Mapping[str, Any] = {"a": [[1, {"b": None}], True, 1.25], "c": [{}, {"d": [{"e": "f"}]}]}

    assert blocks_of(weird)
