"""Flows of an older system: how a row is read, and what it becomes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from domain.flow import Stamp
from domain.flows import DEFINITIONS
from domain.legacy import ALIASES, STATUSES, Fitted, LegacyRow, Read, read_row, registered
from domain.phase import PhaseStatus
from domain.transition import FlowStatus

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
STAMP = Stamp("migration-script", NOW, iter([f"0198f000-0000-7000-8000-00000000000{n}" for n in range(9)]).__next__)
ROW = {"id": "f-17", "type": "plan", "status": "done", "owner": "dana", "created": "2024-03-01T09:30:00+02:00"}


def read(**values: Any) -> Read:
    return read_row(LegacyRow(3, {**ROW, **values}), DEFINITIONS)


def test_a_row_is_read_with_old_names_and_its_time_in_utc() -> None:
    flow = read(applications="Ledger; CRM ;Ledger", configuration={"maxAppsPerWave": 4}).flow

    assert flow is not None
    assert (flow.id, flow.kind, flow.status, flow.owner) == ("f-17", "planning", FlowStatus.COMPLETED, "dana")
    assert flow.created_at == datetime(2024, 3, 1, 7, 30, tzinfo=UTC)
    assert flow.applications == ("Ledger", "CRM")
    assert flow.configuration == {"maxAppsPerWave": 4}


@pytest.mark.parametrize(("old", "kind"), sorted(ALIASES.items()))
def test_old_names_are_known_however_they_are_written(old: str, kind: str) -> None:
    for written in (old, old.replace("_", "-").upper(), f" {old} flow "):
        found = read_row(LegacyRow(1, {**ROW, "type": written}), (kind,))
        assert found.flow is not None
        assert found.flow.kind == kind


def test_everything_wrong_with_a_row_is_told_at_once() -> None:
    found = read(id=" ", type="migrate", status="so-so", created="yesterday", configuration=[1], applications=7)

    assert found.flow is None
    assert [problem.partition(":")[0] for problem in found.problems] == [
        "id",
        "type",
        "status",
        "created",
        "configuration",
        "applications",
    ]


def test_what_is_missing_is_noted_and_does_not_stop_it() -> None:
    found = read(owner="", created=None, status="running")

    assert found.flow is not None
    assert (found.flow.owner, found.flow.created_at, found.flow.status) == ("migration-script", None, FlowStatus.READY)
    assert [note.partition(":")[0] for note in found.notes] == ["status", "owner", "created"]


@pytest.mark.parametrize("status", sorted(set(STATUSES.values())))
def test_a_registered_flow_stands_where_it_stood(status: FlowStatus) -> None:
    word = next(word for word, known in STATUSES.items() if known is status)
    legacy = read(status=word).flow
    assert legacy is not None

    flow = registered(DEFINITIONS["planning"], legacy, Fitted({"maxAppsPerWave": 4}, {"zone": 2}, ()), STAMP, ("x", 4))

    first = {FlowStatus.COMPLETED: PhaseStatus.COMPLETED, FlowStatus.FAILED: PhaseStatus.FAILED}
    expected = first.get(status, PhaseStatus.PENDING if status is FlowStatus.CANCELLED else PhaseStatus.READY)
    assert (flow.status, flow.phases[0].status, flow.iteration) == (status, expected, 5)
    assert flow.progress == (100 if status is FlowStatus.COMPLETED else 0)
    assert flow.configuration == {
        "maxAppsPerWave": 4,
        "migrated": True,
        "originalCreatedAt": "2024-03-01T07:30:00Z",
        "legacyId": "f-17",
        "legacyConfiguration": {"zone": 2},
    }
    assert flow.own_configuration == {"maxAppsPerWave": 4}
    assert (flow.created_by, flow.created_at) == ("dana", NOW)


def test_what_cannot_be_run_as_it_is_has_failed_and_says_why() -> None:
    legacy = read(status="active").flow
    assert legacy is not None

    flow = registered(
        DEFINITIONS["planning"], legacy, Fitted({}, {}, (), "applicationIds: This is needed."), STAMP, None
    )

    assert flow.status is FlowStatus.FAILED
    assert flow.failure is not None
    assert (flow.failure.message, flow.failure.retryable) == ("applicationIds: This is needed.", True)
