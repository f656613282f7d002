"""Where a person wants applications of a plan to move."""

from __future__ import annotations

import strawberry
from strawberry import UNSET

from schema.ids import ApplicationId, WaveId


@strawberry.input(one_of=True, description="To an existing wave, to a new one, or to none.")
class MoveTargetInput:
    wave_id: WaveId | None = UNSET
    new_wave_number: int | None = UNSET
    unassigned: bool | None = UNSET


@strawberry.input
class MoveInput:
    application_id: ApplicationId
    to: MoveTargetInput
