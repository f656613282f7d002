"""A plan in execution: what is carried out is not changed under it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from domain.definition import PhaseCall
from domain.errors import ErrorCode, refuse
from domain.executed_wave import Execution


def refuse_in_execution(call: PhaseCall) -> tuple[Any, ...]:
    """Raise Refused, naming who carries it out, while an unfinished execution carries out one of its waves."""
    if call.portfolio.executions:
        message = f"The plan is in execution: {_told(call.portfolio.executions)}. Finish or cancel that first."
        raise refuse(ErrorCode.INVALID_TRANSITION, message, "flowId")
    return ()


def _told(executions: Sequence[Execution]) -> str:
    return ", ".join(f"wave {each.wave_number} by {each.name}" for each in executions)
