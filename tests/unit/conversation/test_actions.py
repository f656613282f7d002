"""Actions: their parameters, their schemas, and what people say instead of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import jsonschema
import pytest

from domain.conversation.parameters import parameters_in
from domain.errors import Refused
from domain.flow_actions import wakes_at
from domain.saved_action import (
    BUILT_IN,
    PARAMETERS,
    ActionKind,
    SavedAction,
    SaveSavedAction,
    SnoozeParameters,
    built_in,
    parameter_problems,
)
from shapes.codec import Codec
from tests.unit.conversation.talks import BEGIN

K = ActionKind
SNOOZE, SKIP, ESCALATE, SCHEDULE = BUILT_IN

GOOD: list[tuple[SavedAction, dict[str, Any]]] = [
    (SNOOZE, {"days": 1}),
    (SNOOZE, {"days": 90, "reason": "Holidays"}),
    (SNOOZE, {"until": "2026-12-24"}),
    (SNOOZE, {"until": "2026-12-24T09:00:00+01:00"}),
    (SKIP, {"reason": "Done last week", "step": "close"}),
    (ESCALATE, {"to": "bob", "reason": "It burns"}),
    (SCHEDULE, {"title": "Call", "dueOn": "2026-12-01"}),
]
BAD: list[tuple[SavedAction, dict[str, Any], list[tuple[str, ...]]]] = [
    (SNOOZE, {}, [("parameters",)]),
    (SNOOZE, {"days": 0}, [("parameters", "days")]),
    (SNOOZE, {"days": 91}, [("parameters", "days")]),
    (SNOOZE, {"days": True}, [("parameters", "days")]),
    (SNOOZE, {"days": "7"}, [("parameters", "days")]),
    (SNOOZE, {"days": 7, "until": "2026-12-24"}, [("parameters",)]),
    (SKIP, {}, [("parameters", "reason")]),
    (SKIP, {"reason": " "}, [("parameters", "reason")]),
    (ESCALATE, {"to": 5, "why": "x"}, [("parameters", "why"), ("parameters", "reason"), ("parameters", "to")]),
    (SCHEDULE, {"title": "Call", "dueOn": 20261201}, [("parameters", "dueOn")]),
]


@pytest.mark.parametrize(("action", "given"), GOOD)
def test_what_an_action_takes_its_schema_takes(action: SavedAction, given: dict[str, Any]) -> None:
    assert list(parameter_problems(action.kind, given)) == []
    jsonschema.validate(given, action.parameter_schema)
    assert type(Codec().decode(PARAMETERS[action.kind], given)) is PARAMETERS[action.kind]


@pytest.mark.parametrize(("action", "given", "paths"), BAD)
def test_what_it_does_not_take_is_named_whole(
    action: SavedAction, given: dict[str, Any], paths: list[tuple[str, ...]]
) -> None:
    assert [problem.path for problem in parameter_problems(action.kind, given)] == paths
    if given != {"reason": " "}:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(given, action.parameter_schema)


@pytest.mark.parametrize("until", ["tomorrow", "2026-12-24T09:00:00", "20261224", "2026-13-01"])
def test_a_time_is_one_everywhere(until: str) -> None:
    assert [problem.path for problem in parameter_problems(K.SNOOZE, {"until": until})] == [("parameters", "until")]


def test_every_kind_ships_under_its_own_key() -> None:
    assert [(action.key, action.kind) for action in BUILT_IN] == [
        ("snooze", K.SNOOZE),
        ("skip", K.SKIP),
        ("escalate", K.ESCALATE),
        ("schedule", K.SCHEDULE),
    ]
    assert built_in("snooze") == SNOOZE
    assert built_in("dance") is None


def test_what_is_saved_need_not_be_given_and_can_be_given_otherwise() -> None:
    fortnight = SavedAction("id", "fortnight", "Two weeks", K.SNOOZE, {"days": 14})

    assert fortnight.with_given({}) == {"days": 14}
    assert fortnight.with_given({"days": 7, "reason": None}) == {"days": 7}
    assert fortnight.with_given({"until": "2026-12-24"}) == {"until": "2026-12-24"}
    jsonschema.validate({}, fortnight.parameter_schema)
    boss = SavedAction("id", "boss", "To the boss", K.ESCALATE, {"to": "carol"})
    assert boss.parameter_schema["required"] == ["reason"]
    assert boss.parameter_schema["properties"]["to"]["default"] == "carol"


def test_what_can_not_be_saved_is_named_whole() -> None:
    wrong = SaveSavedAction("Snooze!", "\x07", K.SNOOZE, [])
    taken = SaveSavedAction("snooze", "Mine", K.SNOOZE, {"days": 3})

    assert [problem.path for problem in wrong.problems()] == [("key",), ("name",), ("parameters",)]
    assert [(str(problem.code), problem.path) for problem in taken.problems()] == [("ALREADY_EXISTS", ("key",))]


@pytest.mark.parametrize(
    ("action", "message", "suggested", "found"),
    [
        (SNOOZE, "for 10 days please", "Until the review", {"days": 10, "reason": "Until the review"}),
        (SNOOZE, "two? no, 3 weeks", None, {"days": 21, "reason": "two? no, 3 weeks"}),
        (SNOOZE, "until 2026-12-24", "x", {"until": "2026-12-24", "reason": "x"}),
        (SNOOZE, "days: 5\nreason: they are away", None, {"days": 5, "reason": "they are away"}),
        (ESCALATE, "escalate to @bob.", "At stake: 5", {"to": "bob", "reason": "At stake: 5"}),
        (ESCALATE, '{"to": "bob", "reason": "x"}', "y", {"to": "bob", "reason": "x"}),
        (SCHEDULE, "on 2026-12-01", "Call Acme", {"dueOn": "2026-12-01", "title": "Call Acme"}),
        (
            SCHEDULE,
            "Due on: 2026-12-01\nAssigned to: bob",
            "Call",
            {"dueOn": "2026-12-01", "assignedTo": "bob", "title": "Call"},
        ),
        (SKIP, "We did this last week", None, {"reason": "We did this last week"}),
    ],
)
def test_people_say_parameters_in_words(
    action: SavedAction, message: str, suggested: str | None, found: dict[str, Any]
) -> None:
    assert parameters_in(action, message, suggested) == found


def test_it_wakes_at_the_time_or_at_midnight_where_the_engagement_is() -> None:
    def wakes(**given: Any) -> str:
        return wakes_at(SnoozeParameters(**given), BEGIN, "Europe/Berlin").isoformat()

    assert wakes(days=2) == "2026-11-23T09:00:00+00:00"
    assert wakes(until="2026-12-24") == "2026-12-23T23:00:00+00:00"
    assert wakes(until="2026-12-24T09:00:00-05:00") == "2026-12-24T14:00:00+00:00"
    ends_of_time = ("0001-01-01", "0001-01-01T00:00:00+14:00", "9999-12-31", "9999-12-31T23:59:59-14:00")
    for late in ("2026-11-21", (BEGIN + timedelta(days=400)).isoformat(), *ends_of_time):
        with pytest.raises(Refused):
            wakes(until=late)
