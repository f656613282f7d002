"""Which plan holds an application: as plans are adopted, left and cloned, one application at a time."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.application import Application, ApplicationChange, Readiness
from domain.definition import PhaseCall
from domain.errors import ErrorCode, Refused
from domain.flows.planning.adopting import PlanInForce, adopt, leave_force, refuse_in_force
from domain.flows.planning.cloning import take_over
from domain.flows.planning.configuration import PlanningConfiguration
from domain.planning.choices import AllocationChoice, PlanChoices, WaveChoice
from domain.planning.plan import PlacedApplication, Plan, Timeline, TimelineStatus
from domain.planning.waves.problem import Move
from domain.portfolio import Portfolio
from domain.source import Source
from tests.unit.assessment.portfolios import call
from tests.unit.planning.flow.driving import application

R = Readiness


def timeline(flow_id: str = "flow", status: TimelineStatus = TimelineStatus.DRAFT) -> Timeline:
    day = date(2026, 12, 1)
    return Timeline(f"{flow_id}-timeline", flow_id, "Timeline", day, day, (), True, Source.RULES, status)


def planned(*applications: Application, placed: tuple[str, ...] = (), **plan: Any) -> PhaseCall:
    """The call of a plan of these applications that places those of these names."""
    ids = {each.name: each.id for each in applications}
    placements = tuple(PlacedApplication("flow", ids[name], "wave", "so") for name in placed)
    parts = Plan(placed=placements, **{"timeline": timeline(), **plan})
    configuration = PlanningConfiguration(tuple(ids.values()))
    return call(Portfolio(applications=applications, plan=parts), configuration=configuration)


def one(of: PhaseCall, *others: PlanInForce, reason: str | None = None) -> tuple[Application | None, list[Any]]:
    """The only application as it is after the plan is adopted, and the lines of its history."""
    values = adopt(of, "Mine", others, reason)
    lines = [value for value in values if isinstance(value, ApplicationChange)]
    found = [value for value in values if isinstance(value, Application)]
    return (found[0] if found else None), [(line.field, line.before, line.after, line.reason) for line in lines]


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        ({"readiness": R.READY_FOR_PLANNING}, (R.PLANNED, None), [("readiness", "READY_FOR_PLANNING", "PLANNED")]),
        ({"readiness": R.PLANNED, "planned_by": "theirs"}, (R.PLANNED, None), []),
        ({"readiness": R.READY_FOR_PLANNING, "planned_by": "flow"}, (R.PLANNED, None), [("readiness",)]),
        ({"readiness": R.IN_ASSESSMENT, "readiness_before": R.READY_FOR_PLANNING}, (R.IN_ASSESSMENT, R.PLANNED), []),
    ],
)
def test_what_is_placed_is_held_by_the_plan(before: Any, after: Any, lines: list[Any]) -> None:
    theirs = PlanInForce("theirs", "Theirs", frozenset({"other"}), None)

    found, told = one(planned(application("Payroll", **before), placed=("Payroll",)), theirs, reason="Agreed.")

    assert found is not None
    assert (found.readiness, found.readiness_before, found.planned_by, found.version) == (*after, "flow", 2)
    assert [line[: len(wanted)] for line, wanted in zip(told, lines, strict=False)] == lines
    moved = ("plan", "Theirs" if before.get("planned_by") == "theirs" else None, "Mine", "Agreed.")
    assert (moved in told) is (before.get("planned_by") != "flow")


@pytest.mark.parametrize("readiness", [R.MIGRATING, R.MIGRATED, R.RETIRED])
def test_what_is_under_way_is_left_alone(readiness: Readiness) -> None:
    for placed in ((), ("Payroll",)):
        moving = application("Payroll", readiness=readiness, planned_by="flow")
        beside = application("Ledger", readiness=R.READY_FOR_PLANNING)

        values = adopt(planned(moving, beside, placed=("Ledger", *placed)), "Mine", (), None)

        assert {value.id for value in values if isinstance(value, Application)} == {beside.id}


@pytest.mark.parametrize("readiness", [R.RETAINED, R.READY_FOR_ASSESSMENT, R.NOT_READY, R.DISCOVERED])
def test_what_is_not_to_be_planned_any_more_is_named(readiness: Readiness) -> None:
    with pytest.raises(Refused) as refused:
        adopt(planned(application("Payroll", readiness=readiness), placed=("Payroll",)), "Mine", (), None)

    (problem,) = refused.value.problems
    assert (problem.code, problem.path) == (ErrorCode.NOT_READY, ("flowId",))
    assert problem.message.startswith(f"Payroll is {readiness};")


def test_a_plan_that_places_nothing_is_not_adopted() -> None:
    with pytest.raises(Refused, match="No application is in a wave"):
        adopt(planned(application("Payroll")), "Mine", (), None)


def test_a_plan_is_superseded_once_it_holds_nothing() -> None:
    taken = application("Payroll", readiness=R.PLANNED, planned_by="theirs")
    theirs = PlanInForce("theirs", "Theirs", frozenset({taken.id}), timeline("theirs", TimelineStatus.ACTIVE))
    more = PlanInForce("more", "More", frozenset({taken.id, "x"}), timeline("more", TimelineStatus.ACTIVE))

    values = adopt(planned(taken, placed=("Payroll",)), "Mine", (theirs, more), None)

    found = {value.flow_id: value for value in values if isinstance(value, Timeline)}
    assert {flow: each.status for flow, each in found.items()} == {
        "flow": TimelineStatus.ACTIVE,
        "theirs": TimelineStatus.SUPERSEDED,
    }
    assert all(each.version == 2 and each.last_change and each.last_change.by == "ada" for each in found.values())


def test_what_is_in_force_already_does_not_change() -> None:
    held = application("Payroll", readiness=R.PLANNED, planned_by="flow")
    active = timeline(status=TimelineStatus.ACTIVE)

    assert adopt(planned(held, placed=("Payroll",), timeline=active), "Mine", (), None) == ()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"readiness": R.PLANNED}, (R.READY_FOR_PLANNING, None)),
        (
            {"readiness": R.IN_ASSESSMENT, "readiness_before": R.PLANNED},
            (R.IN_ASSESSMENT, R.READY_FOR_PLANNING),
        ),
        ({"readiness": R.READY_FOR_PLANNING}, (R.READY_FOR_PLANNING, None)),
    ],
)
def test_a_plan_that_ends_gives_back_what_it_holds(before: Any, after: Any) -> None:
    held = application("Payroll", planned_by="flow", **before)
    active = timeline(status=TimelineStatus.ACTIVE)

    values = leave_force(planned(held, timeline=active))

    (found,) = [value for value in values if isinstance(value, Application)]
    assert (found.readiness, found.readiness_before, found.planned_by) == (*after, None)
    assert [value.status for value in values if isinstance(value, Timeline)] == [TimelineStatus.SUPERSEDED]


def test_a_plan_with_something_under_way_stays_in_force() -> None:
    moving = application("Payroll", readiness=R.MIGRATING, planned_by="flow")
    of = planned(moving, timeline=timeline(status=TimelineStatus.ACTIVE))

    assert leave_force(of) == ()
    with pytest.raises(Refused, match="in force for 1 application"):
        refuse_in_force(of)


def test_a_clone_takes_over_what_is_said_of_its_own_applications() -> None:
    chosen = PlanChoices(
        "flow",
        "flow",
        moves=(Move("a", 3), Move("b", None)),
        waves=(WaveChoice(3, "Steady", locked_ids=("a", "b")), WaveChoice(4, added=True)),
        allocations=(AllocationChoice(3, "pool", Decimal(8)),),
    )
    of = call(Portfolio(plan=Plan(choices=chosen)), input=PlanningConfiguration(("a", "c")))

    (taken,) = take_over(of, "clone")

    assert (taken.id, taken.flow_id) == ("clone", "clone")
    assert taken.moves == (Move("a", 3),)
    assert taken.waves == (WaveChoice(3, "Steady", locked_ids=("a",)), WaveChoice(4, added=True))
    assert taken.allocations == chosen.allocations
    assert take_over(call(Portfolio(), input=PlanningConfiguration(("a",))), "clone") == ()
