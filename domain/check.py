"""Checks that people answer for: what must hold before something is done, or after it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

# Who answers for a check that the facts decide.
RULES = "rules"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to be seen to before a phase ends. `key` is its natural key within the phase.

    `found` is what the facts say by themselves (None: only a person can tell) and `because` why; `passed` and
    `evidence` are what stands: a person's word, once there is one, else the facts'. Without an application it is about
    all that is done together.
    """

    id: str
    flow_id: str
    phase: str
    key: str
    number: int
    subject: str
    title: str
    blocking: bool
    application_id: str | None = None
    found: bool | None = None
    because: str | None = None
    passed: bool | None = None
    evidence: str | None = None
    checked_by: str | None = None
    checked_at: datetime | None = None

    @property
    def open(self) -> bool:
        """It blocks, and has not been passed."""
        return self.blocking and self.passed is not True

    @property
    def by_person(self) -> bool:
        """A person answers for it."""
        return self.checked_by not in (None, RULES)

    @property
    def waived(self) -> bool:
        """A person passed what the facts say does not hold."""
        return self.by_person and self.passed is True and self.found is False

    def recorded(self, *, passed: bool, evidence: str | None, by: str, at: datetime) -> Check:
        """With a person's word for it."""
        return replace(self, passed=passed, evidence=evidence, checked_by=by, checked_at=at)

    def renewed(self, held: Check | None, at: datetime) -> Check:
        """This check as it was worked out just now, after what is held of it: a person's word outlives the same facts.

        What the facts say otherwise than when he spoke is theirs again: he has not seen it.
        """
        if held is not None and held.by_person and (held.found, held.because) == (self.found, self.because):
            return replace(
                self,
                id=held.id,
                passed=held.passed,
                evidence=held.evidence,
                checked_by=held.checked_by,
                checked_at=held.checked_at,
            )
        same = held is not None and not held.by_person and (held.found, held.because) == (self.found, self.because)
        decided = self.found is not None
        return replace(
            self,
            id=held.id if held else self.id,
            passed=self.found,
            evidence=self.because,
            checked_by=RULES if decided else None,
            checked_at=(held.checked_at if same and held else at) if decided else None,
        )

    @property
    def told(self) -> str:
        """How it stands, as a sentence."""
        if self.waived:
            return f"{self.subject}: {self.title}: waived by {self.checked_by}: {(self.evidence or '').rstrip('.')}."
        why = f": {self.evidence}" if self.evidence else ""
        if self.passed is None:
            return f"{self.subject}: {self.title} has not been checked{why.rstrip('.')}."
        return f"{self.subject}: {self.title} is not passed{why.rstrip('.')}."
