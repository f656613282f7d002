"""What an engagement's settings say of planning."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.engagement import OwnNumbers
from domain.errors import ErrorCode, Refused
from domain.planning.calendar import WorkingCalendar
from domain.planning.levelling import Budget
from domain.planning.settings import calendar_of, levelling_budget
from shapes.codec import Codec

FRIDAY, MONDAY = date(2026, 12, 25), date(2026, 12, 28)


def test_without_settings_it_is_monday_to_friday_and_five_seconds() -> None:
    assert calendar_of({}) == WorkingCalendar()
    assert levelling_budget({}) == Budget(5.0)


def test_holidays_are_no_working_days() -> None:
    calendar = calendar_of({"holidays": ["2026-12-28", "2026-12-25", "2026-12-25"]})

    assert calendar == WorkingCalendar((FRIDAY, MONDAY))
    assert calendar.add(date(2026, 12, 24), 1) == date(2026, 12, 29)


def test_levelling_takes_as_long_as_the_engagement_says() -> None:
    assert levelling_budget({"levellingSeconds": 12}) == Budget(12.0)


@pytest.mark.parametrize("settings", [{"holidays": "2026", "levellingSeconds": "x"}, {"levellingSeconds": 0}])
def test_what_makes_no_sense_is_left_aside(settings: dict[str, Any]) -> None:
    assert (calendar_of(settings), levelling_budget(settings)) == (WorkingCalendar(), Budget())


def test_an_engagements_own_numbers_go_through_json_and_back() -> None:
    given = {"holidays": ["2026-12-28", "2026-12-25", "2026-12-28"], "levellingSeconds": 30}

    numbers = Codec().decode(OwnNumbers, given)

    assert numbers == OwnNumbers(holidays=(FRIDAY, MONDAY), levelling_seconds=30)
    assert Codec().encode(numbers) == {
        "blendedRate": None,
        "sixrWeights": None,
        "holidays": ["2026-12-25", "2026-12-28"],
        "levellingSeconds": 30,
        "rateCard": None,
        "savings": None,
        "modernizationWeights": None,
    }


def test_all_that_is_wrong_is_told_at_once() -> None:
    days = tuple(date.fromordinal(ordinal) for ordinal in range(1, 1_002))

    with pytest.raises(Refused) as refused:
        OwnNumbers(holidays=days, levelling_seconds=0.5)

    assert [(each.code, each.path, each.message) for each in refused.value.problems] == [
        (ErrorCode.LIMIT_EXCEEDED, ("settings", "holidays"), "There are at most 1000 holidays."),
        (ErrorCode.INVALID_INPUT, ("settings", "levellingSeconds"), "Levelling takes 1 to 60 seconds."),
    ]


def test_what_is_there_twice_counts_once() -> None:
    days = tuple(date.fromordinal(ordinal) for ordinal in range(1, 1_001))

    assert OwnNumbers(holidays=days * 2).holidays == days


def test_the_schema_tells_of_them() -> None:
    properties = Codec().schema(OwnNumbers)["properties"]

    assert properties["holidays"]["anyOf"][0] == {"items": {"format": "date", "type": "string"}, "type": "array"}
    assert properties["levellingSeconds"]["anyOf"][0] == {"type": "number"}


def test_constants_of_later_flows_are_held_to_their_names_and_bounds() -> None:
    OwnNumbers(savings={"office_hours_per_week": 0, "smaller_size_share": 1}, modernization_weights={"debt": 2})

    with pytest.raises(Refused) as refused:
        OwnNumbers(
            savings={"office_hours_per_week": 169, "luck": 1},
            modernization_weights={"debt": -1, "cost": float("nan"), "age": 1},
        )
    assert [each.path[1:] for each in refused.value.problems] == [
        ("savings", "office_hours_per_week"),
        ("savings", "luck"),
        ("modernizationWeights", "debt"),
        ("modernizationWeights", "cost"),
        ("modernizationWeights", "age"),
    ]
