"""What an execution is started with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExecutionConfiguration:
    """A wave of a plan, or applications that move as one; of a wave, `application_ids` are what moves in it."""

    wave_id: str | None = None
    application_ids: tuple[str, ...] = ()
