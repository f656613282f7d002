"""Sending spans when nobody takes them: said once, and no process is held up by it."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import pairwise

import pytest

from tests.collector import collecting
from tests.servers import ROOT

# More spans than are kept, and a stop while they wait.
PROGRAM = """
import sys, time
from dataclasses import replace
from opentelemetry import trace
from server.logging import configure_logging
from server.settings import Settings
from server.tracing import tracing
configure_logging("info", "json")
with tracing(replace(Settings(), otlp_url=sys.argv[1]), "test"):
    for _ in range(int(sys.argv[2])):
        trace.get_tracer("test").start_span("span").end()
    time.sleep(float(sys.argv[3]))
    print(time.monotonic())
print(time.monotonic())
"""


def run(url: str, spans: int, seconds: float) -> tuple[float, list[str]]:
    """How long the stop took, and the messages that were logged."""
    words = [sys.executable, "-c", PROGRAM, url, str(spans), str(seconds)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    ((stopping, stopped),) = pairwise(map(float, done.stdout.split()))
    return stopped - stopping, [json.loads(line)["message"] for line in done.stderr.splitlines()]


@contextmanager
def refusing() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    yield f"http://127.0.0.1:{port}"


@contextmanager
def silent() -> Iterator[str]:
    """Takes connections and answers nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.parametrize("collector", [refusing, silent])
def test_a_collector_that_is_away_is_named_once_and_holds_up_nobody(
    collector: Callable[[], AbstractContextManager[str]],
) -> None:
    with collector() as url:
        seconds, messages = run(url, 5_000, 0.5)

    assert messages == ["collector_unreachable"]
    assert seconds < 8


def test_what_is_left_is_sent_when_the_process_stops() -> None:
    with collecting() as collector:
        _, messages = run(collector.url, 7, 0)

    assert messages == []
    assert [(span.service, span.name) for span in collector.spans] == [("flotilla-test", "span")] * 7
