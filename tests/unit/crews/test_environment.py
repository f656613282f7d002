"""What is set before crewai is imported."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from crews.environment import SET, prepare


def test_whatever_talks_to_the_outside_is_off_and_redis_is_out_of_reach(tmp_path: Path) -> None:
    environment = {
        "HOME": str(tmp_path),
        "REDIS_URL": "redis://somewhere",
        "CREWAI_TRACING_ENABLED": "true",
        "MINE": "1",
    }

    prepare(environment)

    assert environment == {**SET, "HOME": str(tmp_path), "MINE": "1"}


def test_our_own_telemetry_is_left_on() -> None:
    environment = {"HOME": "/", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4317"}

    prepare(environment)

    assert "OTEL_SDK_DISABLED" not in environment
    assert environment["OTEL_EXPORTER_OTLP_ENDPOINT"] == "http://127.0.0.1:4317"


@pytest.mark.parametrize("home", [None, "", "/nowhere/at/all"])
def test_without_a_home_to_write_to_there_is_a_new_one(home: str | None) -> None:
    environment = {} if home is None else {"HOME": home}

    prepare(environment)

    assert environment["HOME"] != home
    assert os.access(environment["HOME"], os.W_OK)
    Path(environment["HOME"]).rmdir()


def test_importing_any_of_it_prepares_the_process() -> None:
    assert {name: os.environ.get(name) for name in SET} == SET
    assert "REDIS_URL" not in os.environ
