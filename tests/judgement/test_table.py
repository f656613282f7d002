"""The table is well-formed, and the rules agree with it as often as was found."""

from __future__ import annotations

from collections import Counter

import pytest

from domain.application import Application
from domain.decision import RefactorDepth, Strategy
from domain.fact import Unreadable
from domain.fact_reading import read
from domain.facts import FACTS
from tests.judgement.judging import agreement, judge
from tests.judgement.table import GROUPS, RICH, SPARSE, Half, Row, facts_told, portfolio, rows

_FOUND_ON_DEVELOPMENT = {RICH: 1.0, SPARSE: 1.0}
_TOLD_OF_A_SPARSE_ROW = range(1, 7)
_COLUMNS = {"name", "half", "right", "depths", "why", "needed_by", "components", *GROUPS}
_PART_COLUMNS = {"name", "type", "needs", "facts"}
TABLE = rows()
LITTLE_TOLD = rows(SPARSE)
by_row = pytest.mark.parametrize("row", [*TABLE, *LITTLE_TOLD], ids=lambda row: row.id)


@by_row
def test_a_row_has_known_columns_and_an_answer_with_its_reason(row: Row) -> None:
    assert set(row.told) <= _COLUMNS
    assert 1 <= len(row.right) <= 2
    assert bool(row.depths) is (Strategy.REFACTOR in row.right)
    assert row.why.endswith(".")
    for part in row.told["components"]:
        assert set(part) <= _PART_COLUMNS
        assert set(part.get("needs", ())) <= {other["name"] for other in row.told["components"]}


@by_row
def test_every_cell_of_a_row_is_read_as_its_fact(row: Row) -> None:
    cells = facts_told(row.told)
    cells += [(key, str(text)) for part in row.told["components"] for key, text in part.get("facts", {}).items()]

    unreadable = [(key, text) for key, text in cells if isinstance(read(FACTS[key], text), Unreadable)]

    assert unreadable == []


@pytest.mark.parametrize(("table", "enough"), [(TABLE, 64), (LITTLE_TOLD, 28)], ids=["rich", "sparse"])
def test_a_table_is_large_enough_and_its_halves_are_alike(table: tuple[Row, ...], enough: int) -> None:
    halves = Counter(row.half for row in table)
    answers = Counter((_answer(row), row.half) for row in table)

    assert len({row.id for row in table}) == len(table) >= enough
    assert abs(halves[Half.DEVELOPMENT] - halves[Half.HOLDOUT]) <= 1
    for answer in {answer for answer, _ in answers}:
        assert abs(answers[answer, Half.DEVELOPMENT] - answers[answer, Half.HOLDOUT]) <= 1


def test_saying_rehost_of_everything_is_a_poor_answer() -> None:
    assert sum(Strategy.REHOST in row.right for row in TABLE) / len(TABLE) < 0.3


def test_who_needs_a_row_is_in_the_portfolio() -> None:
    held = portfolio(TABLE)

    known = {application.id: application for application in held.applications}
    assert all({each.from_id, each.to_id} <= known.keys() for each in held.dependencies)
    assert isinstance(known["web shop"], Application)
    assert known["old goods receipt"].readiness == "RETIRED"


@pytest.mark.parametrize("row", LITTLE_TOLD, ids=lambda row: row.id)
def test_a_sparse_row_tells_little_and_rewrites_only_what_is_said_to_be_too_outdated(row: Row) -> None:
    told = {key for group in GROUPS if group != "identity" for key in row.told.get(group, ())}
    told |= {key for part in row.told["components"] for key in part.get("facts", {})}

    assert len(told) in _TOLD_OF_A_SPARSE_ROW
    assert (RefactorDepth.REWRITE in row.depths) is (row.told.get("change", {}).get("too_outdated") == "yes")


@pytest.mark.parametrize("files", [RICH, SPARSE], ids=["rich", "sparse"])
def test_the_rules_agree_with_a_development_half_as_often_as_was_found(files: tuple[str, ...]) -> None:
    judged = judge(Half.DEVELOPMENT, files=files)

    differing = [(each.row.name, each.decision.strategy, each.decision.depth) for each in judged if not each.agrees]
    assert agreement(judged) >= _FOUND_ON_DEVELOPMENT[files], differing


def _answer(row: Row) -> tuple[Strategy, RefactorDepth | None]:
    """The first of its right answers, with the depth where it has one."""
    return row.right[0], row.depths[0] if row.right[0] is Strategy.REFACTOR else None
