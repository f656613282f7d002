"""The build that a phase's rules look at."""

from __future__ import annotations

from domain.builds.build import Build
from domain.definition import PhaseCall
from domain.flow_state import Stamp


def build_of(call: PhaseCall) -> Build:
    """It is asked for with `Need.BUILD`."""
    build = call.portfolio.build
    if build is None:
        raise LookupError(f"{call.flow_id} was called without its build.")
    return build


def stamp_of(call: PhaseCall) -> Stamp:
    """Who decides, and when."""
    return Stamp(call.by, call.now, call.new_id)
