"""To be written."""

from __future__ import annotations

from domain.definition import Outcome, PhaseCall


def synthesize(call: PhaseCall) -> Outcome:
    raise NotImplementedError(call.phase)
