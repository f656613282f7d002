"""The figures of a worker: shown where it was told to, and nowhere else."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from crews.gateway import CallRecord
from crews.model import Usage
from domain.flow import Flow, Stamp
from domain.phase import Failure, PhaseStatus, RunEnded
from server.listening import PortTaken
from server.worker_metrics import WorkerMetrics, showing
from tests.toy import TOY, new_id, now


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def counted(metrics: WorkerMetrics) -> Iterator[str]:
    return (line for line in metrics.text().decode().splitlines() if line.startswith("flotilla_phase_seconds_"))


def test_they_are_shown_as_long_as_it_works(port: int) -> None:
    with showing(WorkerMetrics(), "127.0.0.1", port):
        answer = httpx.get(f"http://127.0.0.1:{port}/metrics")

    assert (answer.status_code, "process_resident_memory_bytes" in answer.text) == (200, True)
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/metrics")


def test_without_a_port_nothing_is_shown() -> None:
    with showing(WorkerMetrics(), "no address at all", 0):
        pass


def test_a_port_that_is_taken_is_named(port: int) -> None:
    with (
        socket.create_server(("127.0.0.1", port)),
        pytest.raises(
            PortTaken, match=rf"127\.0\.0\.1 port {port}: Address already in use\. Set FLOTILLA_METRICS_PORT"
        ),
        showing(WorkerMetrics(), "127.0.0.1", port),
    ):
        pass


def started() -> Flow:
    return Flow.start(TOY, Stamp("alice", now(), new_id), name="Toys", configuration={"size": 3})


def ended(flow: Flow, seconds: float, failure: Failure | None = None) -> Flow:
    """As the transaction held it that ended the flow's running phase so much later."""
    state = flow.running
    assert state is not None
    assert state.started_at is not None
    assert state.run_id is not None
    status = PhaseStatus.FAILED if failure else PhaseStatus.COMPLETED
    at = state.started_at + timedelta(seconds=seconds)
    return replace(flow, runs=(RunEnded(state.run_id, status, at, failure=failure),))


def test_phases_are_counted_by_what_they_came_to_when_it_is_committed() -> None:
    metrics = WorkerMetrics()
    failure = Failure("SOLVE_FAILED", "The solver ended.", "make", retryable=True, occurred_at=now())

    metrics.saved([started(), ended(started(), 3), ended(started(), 400, failure)])

    told = [line for line in counted(metrics) if "_bucket" not in line and "_created" not in line]
    assert told == [
        'flotilla_phase_seconds_count{kind="toy",outcome="ok",phase="make"} 1.0',
        'flotilla_phase_seconds_sum{kind="toy",outcome="ok",phase="make"} 3.0',
        'flotilla_phase_seconds_count{kind="toy",outcome="SOLVE_FAILED",phase="make"} 1.0',
        'flotilla_phase_seconds_sum{kind="toy",outcome="SOLVE_FAILED",phase="make"} 400.0',
    ]


def test_calls_to_models_are_counted_by_what_they_came_to() -> None:
    metrics = WorkerMetrics()
    call = CallRecord("engagement", "mapper", "small", "COMPLETE", 1.5, 0.5, 1, Usage(120, 30))

    metrics.model_called(call)
    metrics.model_called(replace(call, outcome="TIMED_OUT", usage=Usage(120, 0)))

    lines = metrics.text().decode().splitlines()
    assert 'flotilla_model_call_seconds_count{model="small",outcome="COMPLETE"} 1.0' in lines
    assert 'flotilla_model_call_seconds_count{model="small",outcome="TIMED_OUT"} 1.0' in lines
    assert 'flotilla_model_tokens_total{direction="read",model="small"} 240.0' in lines
    assert 'flotilla_model_tokens_total{direction="written",model="small"} 30.0' in lines
