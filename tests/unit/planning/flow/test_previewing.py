"""What moves would cost, before anybody has made them."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from domain.dependency import DependencyKind
from domain.flows.planning.moving import MoveGiven, WaveGiven, move_applications, save_wave
from domain.flows.planning.previewing import MovePreview, preview_moves
from tests.unit.planning.flow.driving import Planning, needs, plan

WAVES = "wave_planning"


def planned(last: str = "synthesis") -> Planning:
    """a and b in wave 1, c and d in wave 2: all need a, which is a shared service to c."""
    shared = needs("c", "a", DependencyKind.SHARED_SERVICE)
    needed = [needs("b", "a"), needs("d", "a"), shared]
    planning = plan(*"abcd", dependencies=needed, max_apps_per_wave=2).through(last)
    assert planning.waves == {1: {"a", "b"}, 2: {"c", "d"}}
    return planning


def previewed(planning: Planning, *moves: MoveGiven) -> MovePreview:
    return preview_moves(planning.call(WAVES, ports=None), moves)


def costs(preview: MovePreview) -> dict[int, Decimal | None]:
    return {each.wave.number: each.cost for each in preview.waves}


def stored_costs(planning: Planning) -> dict[int, Decimal]:
    found: dict[int, Decimal] = defaultdict(Decimal)
    numbers = {wave.id: wave.number for wave in planning.plan.waves}
    for line in planning.plan.cost_lines:
        if line.wave_id is not None:
            found[numbers[line.wave_id]] += line.amount
    return found


def test_before_an_estimate_nothing_has_a_cost() -> None:
    planning = planned("timeline_generation")

    preview = previewed(planning, MoveGiven("b", wave_id=planning.wave(2).id))

    assert costs(preview) == {1: None, 2: None}


def test_moves_that_change_nothing_cost_what_the_plan_costs() -> None:
    planning = planned()

    preview = previewed(planning, MoveGiven("b", wave_id=planning.wave(1).id))

    assert costs(preview) == stored_costs(planning)
    assert [each.application_ids for each in preview.waves] == [("a", "b"), ("c", "d")]


def test_costs_move_with_what_moves() -> None:
    planning = planned()
    before = stored_costs(planning)
    move = MoveGiven("b", wave_id=planning.wave(2).id)

    preview = previewed(planning, move)

    found = costs(preview)
    assert found[1] is not None
    assert found[2] is not None
    assert found[1] < before[1]
    assert found[2] > before[2]
    planning.change(WAVES, move_applications, [move], None, None)
    for phase in ("resource_allocation", "cost_estimation"):
        planning.run(phase)
    assert found == stored_costs(planning)


def test_an_empty_wave_that_a_person_keeps_is_shown_and_costs_nothing() -> None:
    planning = planned()
    planning.change(WAVES, save_wave, WaveGiven(None, {"name": "Later"}), None)

    preview = previewed(planning, MoveGiven("b", unassigned=True))

    assert [each.application_ids for each in preview.waves] == [("a",), ("c", "d"), ()]
    assert costs(preview)[3] == 0


def test_every_kind_of_dependency_between_waves_counts() -> None:
    planning = planned()

    split = previewed(planning, MoveGiven("b", new_wave_number=3), MoveGiven("d", unassigned=True))

    # From b and from c to a; what is in no wave splits nothing.
    assert split.cross_wave_dependency_count == 2
