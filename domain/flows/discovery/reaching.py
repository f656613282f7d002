"""The ports of a run: there while a phase's rules run, not while a person answers."""

from __future__ import annotations

from domain.definition import PhaseCall
from domain.ports import PhasePorts


def reach(call: PhaseCall) -> PhasePorts:
    """The ports of a call that runs a phase's rules."""
    if call.ports is None:
        raise LookupError(f"{call.phase} reads rows: it runs in a worker only.")
    return call.ports
