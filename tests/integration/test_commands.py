"""What people do to flows, in memory and on PostgreSQL alike."""

from __future__ import annotations

import pytest

from domain.access import Role
from domain.commands import FlowAction, PhaseAction, StartFlow, SubmitPhaseInput
from domain.errors import ErrorCode, Forbidden, NotFound, Refused
from domain.event import CancelRun, EventKind, RunPhase
from domain.flow import Flow
from domain.phase import PhaseStatus
from domain.transition import FlowStatus
from resolvers import flows
from resolvers.context import Caller
from tests.integration.conftest import Bench
from tests.toy import caller, new_id


def alice(bench: Bench, *roles: Role) -> Caller:
    return caller(bench.work, bench.tenant, *roles)


async def stored(bench: Bench, flow_id: str) -> Flow:
    async with bench.work(bench.tenant) as uow:
        return await uow.flows.get(flow_id)


async def waiting(bench: Bench, **configuration: object) -> Flow:
    """A toy flow that waits for its approval."""
    flow = await flows.start_flow(alice(bench), StartFlow("toy", configuration))
    await bench.drive()
    return await stored(bench, flow.id)


async def test_a_flow_runs_to_its_pause_and_proposes_an_answer(bench: Bench) -> None:
    flow = await flows.start_flow(alice(bench), StartFlow("toy", {"size": 3}))

    await bench.drive()

    found = await stored(bench, flow.id)
    assert found.status is FlowStatus.AWAITING_INPUT
    assert found.progress == 40
    assert found.state("approve").proposed_input == {"names": ["Toy 0", "Toy 1", "Toy 2"], "comment": None}


async def test_the_proposal_is_accepted_unchanged_and_the_flow_completes(bench: Bench) -> None:
    flow = await waiting(bench)

    data = flow.state("approve").proposed_input
    await flows.submit_phase_input(alice(bench), SubmitPhaseInput(flow.id, "approve", data))
    await bench.drive()

    found = await stored(bench, flow.id)
    assert (found.status, found.progress, found.current) == (FlowStatus.COMPLETED, 100, None)


async def test_events_are_numbered_from_one_without_a_gap(bench: Bench) -> None:
    flow = await waiting(bench)

    events = await bench.events(flow.id)

    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert [event.kind for event in events] == [
        EventKind.FLOW_STATUS,
        EventKind.PHASE_STATUS,
        EventKind.FLOW_STATUS,
        EventKind.AGENT_STARTED,
        EventKind.AGENT_FINISHED,
        EventKind.CHILD_CHANGED,
        EventKind.CHILD_CHANGED,
        EventKind.PHASE_STATUS,
        EventKind.PHASE_STATUS,
        EventKind.PHASE_STATUS,
        EventKind.INPUT_REQUESTED,
        EventKind.FLOW_STATUS,
    ]


async def test_a_refused_answer_changes_nothing(bench: Bench) -> None:
    flow = await waiting(bench)

    answer = SubmitPhaseInput(flow.id, "approve", {"names": ["Toy 7"]})
    with pytest.raises(Refused) as refused:
        await flows.submit_phase_input(alice(bench), answer)

    assert [(p.code, p.path) for p in refused.value.problems] == [(ErrorCode.INVALID_INPUT, ("data", "names"))]
    assert await stored(bench, flow.id) == flow


async def test_a_draft_is_kept_and_the_version_stays(bench: Bench) -> None:
    flow = await waiting(bench)

    draft = SubmitPhaseInput(flow.id, "approve", {"names": ["half"]}, submit=False)
    await flows.submit_phase_input(alice(bench), draft)

    found = await stored(bench, flow.id)
    assert found.version == flow.version
    assert found.state("approve").draft_input == {"names": ["half"]}
    assert found.status is FlowStatus.AWAITING_INPUT


async def test_the_second_of_two_gets_a_conflict(bench: Bench) -> None:
    flow = await waiting(bench)
    data = flow.state("approve").proposed_input
    answer = SubmitPhaseInput(flow.id, "approve", data, expected_version=flow.version)
    await flows.submit_phase_input(alice(bench), answer)

    with pytest.raises(Refused) as refused:
        await flows.submit_phase_input(alice(bench), answer)

    problem = refused.value.problems[0]
    assert problem.code is ErrorCode.VERSION_CONFLICT
    assert problem.details is not None
    assert problem.details["currentVersion"] == flow.version + 1


async def test_cancel_stops_the_run_and_what_it_still_gives_is_not_wanted(bench: Bench) -> None:
    flow = await flows.start_flow(alice(bench), StartFlow("toy", {}))
    (job,) = bench.take_jobs()
    assert isinstance(job, RunPhase)

    await flows.cancel_flow(alice(bench), FlowAction(flow.id, "no longer needed"))

    assert [type(job) for job in bench.take_jobs() if isinstance(job, CancelRun)] in ([CancelRun], [])
    found = await stored(bench, flow.id)
    assert found.status is FlowStatus.CANCELLED
    assert found.state("make").status is PhaseStatus.PENDING


async def test_a_viewer_may_not_and_learns_nothing_of_the_id(bench: Bench) -> None:
    with pytest.raises(Forbidden):
        await flows.run_phase(alice(bench, Role.VIEWER), PhaseAction(new_id()))


async def test_another_tenants_flow_is_not_there(bench: Bench) -> None:
    with pytest.raises(NotFound, match=r"^There is no such flow\.$"):
        await flows.run_phase(alice(bench), PhaseAction(new_id()))


async def test_a_deleted_flow_leaves_one_event_and_its_number_is_not_given_again(bench: Bench) -> None:
    flow = await waiting(bench)

    await flows.delete_flow(alice(bench), FlowAction(flow.id))

    with pytest.raises(NotFound):
        await stored(bench, flow.id)
    again = await flows.start_flow(alice(bench), StartFlow("toy", {}))
    assert (again.iteration, again.previous_id) == (2, None)


async def test_an_unbuilt_type_says_so(bench: Bench) -> None:
    with pytest.raises(Refused, match="is not in this release"):
        await flows.start_flow(alice(bench), StartFlow("divination", {}))


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "two\nlines", "bell\a"])
async def test_a_name_is_a_line_of_text(bench: Bench, name: str) -> None:
    with pytest.raises(Refused) as refused:
        await flows.start_flow(alice(bench), StartFlow("toy", {}, name=name))

    assert [(p.code, p.path) for p in refused.value.problems] == [(ErrorCode.INVALID_INPUT, ("name",))]
    assert bench.take_jobs() == []


async def test_what_no_command_overrides_is_not_offered_for_overriding(bench: Bench) -> None:
    flow = await waiting(bench)

    assert "OVERRIDE" not in flow.allowed(frozenset({Role.ADMIN}))
