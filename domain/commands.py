"""What a person may ask of flows, as plain values; the ids are bare UUIDs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class Source:
    """A file that comes with a command, read once as it arrives; `kept` is how long it stays once stored."""

    name: str
    media_type: str | None
    chunks: AsyncIterator[bytes]
    limit: int
    kept: timedelta = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class StartFlow:
    """`configuration` is the branch's JSON value; where it takes a file, `source` is that file.

    As a clone it takes over what `clone_of` has and `configuration` does not say; null says what a new flow has.
    """

    kind: str
    configuration: Mapping[str, Any]
    name: str | None = None
    auto_advance: bool = True
    source: Source | None = None
    clone_of: str | None = None


@dataclass(frozen=True, slots=True)
class UpdateFlow:
    """What is None stays as it is. `kind` is the type of flow that the configuration is for."""

    flow_id: str
    name: str | None = None
    auto_advance: bool | None = None
    configuration: Mapping[str, Any] | None = None
    kind: str | None = None
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class SaveUiState:
    """The asking user's own view of a flow."""

    flow_id: str
    ui_state: Any


@dataclass(frozen=True, slots=True)
class FlowAction:
    """Something done to a whole flow."""

    flow_id: str
    reason: str | None = None
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class PhaseAction:
    """Something done to one phase; the current one when it is not named."""

    flow_id: str
    phase: str | None = None
    reason: str | None = None
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class SubmitPhaseInput:
    """An answer to a pause; with `submit` false it is kept as a draft."""

    flow_id: str
    phase: str
    data: Any
    submit: bool = True
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class OverridePhase:
    """What a phase came to as a person wants it: fields of its result; the others stay, None clears."""

    flow_id: str
    phase: str
    data: Any
    rationale: str
    expected_version: int | None = None
