"""To be written."""

from __future__ import annotations

from domain.definition import Outcome, PhaseCall


def place_applications(call: PhaseCall) -> Outcome:
    raise NotImplementedError(call.phase)
