"""What decommissions add to their flows: candidates, where data go, and the shutdown's steps."""

from __future__ import annotations

from domain.application import Application
from domain.decommission import ArchivePlan, Blocker, CandidateReason, DecommissionCandidate
from domain.decommission_listing import ArchivesOfFlow, CandidatesOfFlow
from domain.execution_listing import StepsOfFlow
from domain.flows.decommission.facts import SHUTDOWN
from domain.known import KnownChild
from domain.runbook import RunbookStep
from resolvers.context import Context
from resolvers.reading import execution as reading
from schema.connections import connection
from schema.loading import computed, loaded
from schema.mirror import mirror
from schema.relations import listed, referred


class Child:
    """The fields of a DecommissionFlow."""

    candidates = listed(DecommissionCandidate, lambda child: CandidatesOfFlow(parent=child.id))
    archives = listed(ArchivePlan, lambda child: ArchivesOfFlow(parent=child.id))

    @loaded
    @staticmethod
    async def shutdown_order(context: Context, children: list[KnownChild]) -> list[tuple[RunbookStep, ...]]:
        """Dependents first: nothing is shut down while something that still runs needs it."""
        return await reading.whole(context, [StepsOfFlow(parent=child.id, phase=SHUTDOWN) for child in children])

    @loaded
    @staticmethod
    async def rollback_order(context: Context, children: list[KnownChild]) -> list[tuple[RunbookStep, ...]]:
        """What has been begun, in the order in which it is taken back."""
        return await reading.back(context, [StepsOfFlow(parent=child.id, phase=SHUTDOWN) for child in children])


@mirror(
    DecommissionCandidate,
    "approved approved_by approved_at",
    approved_by="Null until it is approved.",
    approved_at="Null until it is approved.",
)
class DecommissionCandidateType:
    """An application that may be switched off."""

    application = referred(Application, lambda candidate: candidate.application_id)

    @computed
    @staticmethod
    def reason(candidate: DecommissionCandidate) -> CandidateReason:
        """RETIRE: it is decided so. MIGRATED: it works elsewhere, and its source is left."""
        return candidate.reason

    @computed
    @staticmethod
    def blockers(candidate: DecommissionCandidate) -> tuple[str, ...]:
        """What still stands in its way, in words."""
        return tuple(each.message for each in candidate.standing)

    @computed
    @staticmethod
    def waived(candidate: DecommissionCandidate) -> tuple[Blocker, ...]:
        """What a LEAD has waved through."""
        return tuple(each for each in candidate.blockers if each.waived)


@mirror(Blocker, "code message", name="DecommissionBlocker")
class BlockerType:
    """Something that stood in the way."""


@mirror(
    ArchivePlan,
    "data_set kind basis retention_until legal_hold destination verified verified_by verified_at",
    basis="By which rule it is kept so long.",
    retention_until="Null as long as a legal hold lasts.",
    verified_by="Null until it is verified.",
    verified_at="Null until it is verified.",
)
class ArchivePlanType:
    """Where a data set goes, and until when it is kept."""

    application = referred(Application, lambda archive: archive.application_id)


connection(DecommissionCandidate, "DecommissionCandidate")
connection(ArchivePlan, "ArchivePlan")
