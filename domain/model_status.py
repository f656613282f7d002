"""What is known of the language model that agents ask."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum


class ModelState(StrEnum):
    """Whether the language model can be asked."""

    READY = "READY"
    UNAUTHORIZED = "UNAUTHORIZED"
    UNREACHABLE = "UNREACHABLE"
    UNKNOWN_MODEL = "UNKNOWN_MODEL"
    NOT_CONFIGURED = "NOT_CONFIGURED"


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """What is known of the model; without one the built-in rules do the work."""

    state: ModelState
    model: str | None = None
    checked_at: datetime | None = None
    message: str | None = None


# Workers look every five minutes: what is older than this is told by none that still looks.
OUTDATED = timedelta(minutes=15)

NEVER_LOOKED = ModelStatus(ModelState.NOT_CONFIGURED, message="No worker has looked yet.")


def as_known(status: ModelStatus, found_at: datetime, now: datetime) -> ModelStatus:
    """What a worker found then, as it is told now: it says so itself when that is long ago."""
    age = now - found_at
    if age <= OUTDATED:
        return status
    minutes = int(age / timedelta(minutes=1))
    late = f"No worker has looked for {minutes} minutes; this is what the last one found."
    return replace(status, message=f"{status.message} {late}" if status.message else late)
