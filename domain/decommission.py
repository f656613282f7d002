"""What is to be switched off: candidates with what stands in the way, and how long their data are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class CandidateReason(StrEnum):
    """RETIRE: it is decided so. MIGRATED: it works elsewhere, and its source is left."""

    RETIRE = "RETIRE"
    MIGRATED = "MIGRATED"


class BlockerCode(StrEnum):
    """What may stand in the way of switching something off."""

    LIVE_DEPENDENTS = "LIVE_DEPENDENTS"
    SOURCE_IN_USE = "SOURCE_IN_USE"
    LEGAL_HOLD = "LEGAL_HOLD"
    CONTRACT_END = "CONTRACT_END"
    STANDING = "STANDING"


# What a LEAD may wave through with a reason; nothing live is ever switched off from under what needs it.
WAIVABLE = frozenset({BlockerCode.SOURCE_IN_USE, BlockerCode.LEGAL_HOLD, BlockerCode.CONTRACT_END})


@dataclass(frozen=True, slots=True)
class Blocker:
    """One thing that stands in the way; `waived` once a LEAD has waved it through."""

    code: BlockerCode
    message: str
    waived: bool = False


@dataclass(frozen=True, slots=True)
class DecommissionCandidate:
    """An application that may be switched off."""

    id: str
    flow_id: str
    application_id: str
    number: int
    reason: CandidateReason
    blockers: tuple[Blocker, ...] = ()
    approved: bool = False
    approved_by: str | None = None
    approved_at: datetime | None = None

    @property
    def standing(self) -> tuple[Blocker, ...]:
        """What still stands in the way."""
        return tuple(each for each in self.blockers if not each.waived)


@dataclass(frozen=True, slots=True)
class ArchivePlan:
    """Where a data set goes, and until when it is kept: None as long as a legal hold lasts.

    `basis` says by which rule; `key` is its natural key in the flow. `settled` once a person has it otherwise than the
    rules worked out: that outlives another run.
    """

    id: str
    flow_id: str
    application_id: str
    key: str
    number: int
    data_set: str
    kind: str
    basis: str
    legal_hold: bool
    destination: str
    retention_until: date | None = None
    settled: bool = False
    verified: bool = False
    verified_by: str | None = None
    verified_at: datetime | None = None
