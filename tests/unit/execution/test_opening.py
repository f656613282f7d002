"""Starting an execution: what is taken over of a wave, and what may move at all."""

from __future__ import annotations

from decimal import Decimal

import pytest

from domain.application import Readiness
from domain.decision import Strategy
from domain.errors import ErrorCode, Refused
from domain.flows.execution.configuration import ExecutionConfiguration
from domain.flows.execution.facts import READINESS
from domain.flows.execution.opening import close_execution, open_execution
from domain.flows.execution.scope import iterated, take_wave
from domain.planning.plan import PlacedApplication, Plan, Wave
from domain.portfolio import Portfolio
from tests.unit.execution.driving import Executing, application, decided

WAVE = Wave("w1", "plan", 1, "Wave 1", True, Decimal(1), 0.1, 20, "")
PLAN = Plan(waves=(WAVE,), placed=(PlacedApplication("plan", "b", "w1", ""), PlacedApplication("plan", "a", "w1", "")))


def test_of_a_wave_what_moves_in_it_is_taken_over() -> None:
    taken = take_wave(ExecutionConfiguration("w1"), Portfolio(plan=PLAN))

    assert taken == ExecutionConfiguration("w1", ("a", "b"))
    assert iterated(taken) == ("w1",)
    assert iterated(ExecutionConfiguration(None, ("a",))) == ("a",)


def test_a_wave_that_is_not_there_or_empty_is_refused() -> None:
    with pytest.raises(Refused, match="There is no such wave"):
        take_wave(ExecutionConfiguration("w2"), Portfolio(plan=PLAN))
    with pytest.raises(Refused, match="Wave 1 is empty"):
        take_wave(ExecutionConfiguration("w1"), Portfolio(plan=Plan(waves=(WAVE,))))


def test_everything_that_may_not_move_is_named_at_once() -> None:
    names = ("fit", "undecided", "assessed", "retired", "kept", "moving")
    portfolio = Portfolio(
        applications=(
            application("fit"),
            application("undecided"),
            application("assessed", readiness=Readiness.IN_ASSESSMENT),
            application("retired", readiness=Readiness.RETIRED),
            application("kept"),
            application("moving", readiness=Readiness.MIGRATING, held_by="another"),
        ),
        accepted=(
            *(decided(name) for name in names if name not in ("undecided", "kept")),
            decided("kept", Strategy.RETAIN),
        ),
    )
    executing = Executing(portfolio)
    executing.configuration = ExecutionConfiguration(None, (*names, "fit", "gone"))

    with pytest.raises(Refused) as refused:
        open_execution(executing.call(READINESS))

    assert [(each.code, each.message, each.path[-1]) for each in refused.value.problems] == [
        (
            ErrorCode.NOT_READY,
            "Undecided has no accepted decision: accept one in an assessment, or set its readiness with one.",
            "1",
        ),
        (ErrorCode.NOT_READY, "Assessed is in an assessment that has not ended.", "2"),
        (ErrorCode.NOT_READY, "Retired has been retired.", "3"),
        (ErrorCode.NOT_READY, "Kept stays where it is: its decision is RETAIN.", "4"),
        (ErrorCode.NOT_READY, "Moving is being migrated by another execution.", "5"),
        (ErrorCode.INVALID_INPUT, "It is named twice.", "6"),
        (ErrorCode.NOT_FOUND, "There is no such application.", "7"),
    ]


def test_what_is_on_its_way_is_given_back_and_what_has_arrived_stays() -> None:
    mine = {"held_by": "flow", "readiness_before": Readiness.PLANNED}
    portfolio = Portfolio(
        applications=(
            application("going", readiness=Readiness.MIGRATING, **mine),
            application("there", readiness=Readiness.MIGRATED, **mine),
            application("theirs", readiness=Readiness.MIGRATING, held_by="another"),
        )
    )

    changed, change = close_execution(Executing(portfolio).call(READINESS))

    assert (changed.id, changed.readiness, changed.held_by) == ("going", Readiness.PLANNED, None)
    assert (change.before, change.after, change.reason) == ("MIGRATING", "PLANNED", "Given up.")
