"""Asking for an artifact to be written."""

from __future__ import annotations

from dataclasses import dataclass

from domain.artifact import ArtifactKind, ArtifactRequest
from domain.artifacts.background import Background
from domain.artifacts.saving import check_step
from domain.artifacts.shapes import WRITTEN
from domain.errors import ErrorCode
from domain.flow_state import Stamp
from domain.given import Checking

LONGEST_INSTRUCTIONS = 4_000
# These are about a customer: there is nothing to write them from where the flow is about none.
_OF_CUSTOMERS = frozenset({ArtifactKind.CONTRACT_ANALYSIS, ArtifactKind.PRICING_TABLE, ArtifactKind.STAKEHOLDER_MAP})


@dataclass(frozen=True, slots=True)
class ArtifactWanted:
    """An artifact of that kind for a flow; `instructions` are a person's words to whoever writes it."""

    flow_id: str
    kind: ArtifactKind
    step: str | None = None
    instructions: str | None = None


def request(wanted: ArtifactWanted, known: Background, stamp: Stamp) -> ArtifactRequest:
    """What is kept of the wish, or Refused with everything that stands against it."""
    checking = Checking()
    step = checking.text(wanted.step, "step")
    check_step(step, known, checking)
    instructions = checking.text(wanted.instructions, "instructions", longest=LONGEST_INSTRUCTIONS)
    if wanted.kind not in WRITTEN:
        kinds = ", ".join(WRITTEN)
        checking.wrong(f"An artifact of the kind {wanted.kind} is not written for you; {kinds} are.", "kind")
    if wanted.kind in _OF_CUSTOMERS and known.customer is None:
        message = f"A {wanted.kind} is about a customer, and this flow is about none. Ask for it in one that is."
        checking.wrong(message, "kind", code=ErrorCode.NOT_READY)
    checking.done()
    return ArtifactRequest(stamp.new_id(), wanted.flow_id, wanted.kind, stamp.by, stamp.at, step, instructions)
