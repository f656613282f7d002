"""To be written."""

from __future__ import annotations

from domain.definition import Outcome, PhaseCall


def allocate_resources(call: PhaseCall) -> Outcome:
    raise NotImplementedError(call.phase)
