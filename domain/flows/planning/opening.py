"""To be written."""

from __future__ import annotations

from typing import Any

from domain.definition import PhaseCall


def open_plan(call: PhaseCall) -> tuple[Any, ...]:
    raise NotImplementedError(call.phase)


def close_plan(call: PhaseCall) -> tuple[Any, ...]:
    raise NotImplementedError(call.phase)
