"""What each phase of an execution comes to, and what people answer at its pauses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class ReadinessChecked:
    """How many checks there are, and who may go; once answered, who goes."""

    as_of: date
    checks: int
    blocking: int
    application_ids: tuple[str, ...]
    going: bool = False


@dataclass(frozen=True, slots=True)
class MigrationRun:
    """The runbook in numbers: minutes of all its steps, and of the longest way through them.

    Once answered, `application_ids` have arrived and `returned_application_ids` are back where they were.
    """

    as_of: date
    steps: int
    planned_minutes: int
    longest_minutes: int
    application_ids: tuple[str, ...]
    returned_application_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MigrationValidated:
    """How many validations there are; once answered, who was signed off and who went back, and by whom."""

    as_of: date
    validations: int
    blocking: int
    application_ids: tuple[str, ...]
    returned_application_ids: tuple[str, ...] = ()
    signed_off_by: str | None = None


@dataclass(frozen=True, slots=True)
class ConfirmedApplications:
    """The applications that a person confirms: that go, that the runbook is done for, or that are signed off."""

    confirmed_application_ids: tuple[str, ...]
    comment: str | None = None
