"""Writing one artifact: drafted by the rules, written by the model where there is one, and saved once."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from domain.access import SYSTEM, Tenant
from domain.agents.cleaning import cut
from domain.artifact import Artifact, ArtifactRequest, RequestStatus
from domain.artifacts.authoring import Author, Authored, AuthorFailed, Commission
from domain.artifacts.background import Background
from domain.artifacts.commissioning import commission
from domain.artifacts.contents import Checked, finish, sentences
from domain.artifacts.drafting import draft, title_of
from domain.artifacts.gathering import gather_all
from domain.artifacts.saving import WARNINGS
from domain.artifacts.telling import artifact_saved, failed_to_write, require_open, telling, warned
from domain.errors import NotFound
from domain.flow import Flow
from domain.model_usage import ModelUsage, ModelUse
from domain.ports import Clock, Ids, Shapes, UnitOfWork, Work
from domain.source import Source
from engine.patience import passing

log = logging.getLogger(__name__)

AGENT = "artifact_writer"
# One that has ended its worker this often is written without a model, and one more often not at all.
STARTS = 2
MOST_STARTS = 4
# Sentences of a model that are told of after they were left out.
MOST_DROPPED = 20


@dataclass(frozen=True, slots=True)
class ArtifactJob:
    """One artifact, by ids alone: what the engine stores of it."""

    tenant: Tenant
    flow_id: str
    artifact_id: str


@dataclass(frozen=True, slots=True)
class Written:
    """What it came to, who wrote it, and what of it was asked of a model."""

    checked: Checked
    source: Source
    about: dict[str, Any]
    usage: ModelUsage | None = None
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class ArtifactRunner:
    """Writes artifacts with the means of this process. Each step is safe to repeat: what is WRITTEN stays as it is."""

    work: Work
    shapes: Shapes
    author: Author
    clock: Clock
    ids: Ids

    async def start(self, job: ArtifactJob) -> int:
        """Count one more start; nought when earlier ones have ended their workers too often, and it is given up."""
        async with self.work(job.tenant) as uow:
            starts = await uow.artifacts.start(job.artifact_id)
        if starts > MOST_STARTS:
            await self.fail(job, f"Writing this ended its worker {MOST_STARTS} times.")
            return 0
        return starts

    async def write(self, job: ArtifactJob, starts: int = 1) -> None:
        """Make it and save it; nothing where nobody wants it any more."""
        with suppress(NotFound):
            if (found := await self._read(job)) is None:
                return
            request, known = found
            value = draft(request.kind, known)
            asked = commission(job.tenant, request, known, value, self.shapes, self.author.longest)
            if self.author.writes and starts <= STARTS:
                written = await self._by_model(asked, value, known)
            else:
                written = await self._by_rules(asked, value, known)
            await self._keep(job, known, written)

    async def _read(self, job: ArtifactJob) -> tuple[ArtifactRequest, Background] | None:
        async with self.work(job.tenant) as uow:
            flow = await uow.flows.get(job.flow_id)
            request = await uow.artifacts.asked(job.artifact_id)
            if request.status is not RequestStatus.PENDING:
                return None
            return request, await gather_all(uow, flow, self.clock())

    async def _by_model(self, asked: Commission, value: Any, known: Background) -> Written:
        try:
            authored = await self.author.write(asked)
        except AuthorFailed as failed:
            log.info("artifact_by_rules", extra={"reason": failed.code})
            written = await self._by_rules(asked, value, known)
            about = {"fallback": {"code": failed.code, "message": str(failed)}}
            return replace(written, about=about, usage=failed.usage, estimated=failed.estimated)
        except Exception as fault:
            if passing(fault):
                raise
            # Whatever goes wrong with a model must not cost what the rules can write.
            log.exception("artifact_went_wrong")
            written = await self._by_rules(asked, value, known)
            return replace(written, about={"fallback": {"code": "INTERNAL", "message": "The log has the details."}})
        return Written(
            authored.checked, Source.MODEL_CHECKED_BY_RULES, _about(authored), authored.usage, authored.estimated
        )

    async def _by_rules(self, asked: Commission, value: Any, known: Background) -> Written:
        checked = finish(asked.kind, value, known, self.shapes)
        async with self.author.writing(asked) as writer:
            writer.write("\n".join(sentences(checked.content)))
        return Written(checked, Source.RULES, {})

    async def _keep(self, job: ArtifactJob, known: Background, written: Written) -> None:
        """The artifact, its events and its cost are true together."""
        async with self.work(job.tenant) as uow:
            flow = await uow.flows.get(job.flow_id)
            request = await uow.artifacts.asked(job.artifact_id)
            if request.status is not RequestStatus.PENDING:
                return
            require_open(flow)
            artifact = self._artifact(request, known, written)
            await uow.artifacts.save(artifact)
            await uow.artifacts.settle(replace(request, status=RequestStatus.WRITTEN))
            await self._count(uow, flow, written, artifact)
            now = self.clock()
            told = [artifact_saved(artifact, now)]
            told += [warned(artifact, message, now) for message in written.checked.warnings]
            await uow.flows.save(telling(flow, told))

    def _artifact(self, request: ArtifactRequest, known: Background, written: Written) -> Artifact:
        now = self.clock()
        wish = {"instructions": request.instructions} if request.instructions else {}
        metadata: dict[str, Any] = {"generated": {"requestedBy": request.requested_by, **wish, **written.about}}
        if written.checked.warnings:
            metadata[WARNINGS] = list(written.checked.warnings)
        return Artifact(
            id=request.id,
            flow_id=request.flow_id,
            kind=request.kind,
            title=title_of(request, known),
            content=written.checked.content,
            source=written.source,
            created_by=request.requested_by,
            created_at=now,
            updated_by=SYSTEM,
            updated_at=now,
            step=request.step,
            metadata=metadata,
        )

    async def _count(self, uow: UnitOfWork, flow: Flow, written: Written, artifact: Artifact) -> None:
        """What the model took, with the run of the step that it was for: a flow without any has no account for it."""
        states = [state for state in flow.phases if state.key == artifact.step] or list(flow.phases)
        run_id = next((state.run_id for state in reversed(states) if state.run_id), None)
        if written.usage and written.usage.requests and run_id:
            phase = next(state.key for state in flow.phases if state.run_id == run_id)
            use = ModelUse(self.ids(), flow.id, run_id, phase, AGENT, self.clock(), written.usage, written.estimated)
            await uow.model_uses.add(use)

    async def fail(self, job: ArtifactJob, why: str) -> None:
        """It came to nothing: say why, unless its flow is gone as well."""
        with suppress(NotFound):
            async with self.work(job.tenant) as uow:
                flow = await uow.flows.get(job.flow_id)
                request = await uow.artifacts.asked(job.artifact_id)
                if request.status is RequestStatus.PENDING:
                    await uow.artifacts.settle(replace(request, status=RequestStatus.FAILED))
                    await uow.flows.save(telling(flow, [failed_to_write(request, why, self.clock())]))


def _about(authored: Authored) -> dict[str, Any]:
    about = {"model": authored.usage.model, "prompt": authored.prompt, "attempts": authored.attempts}
    dropped = authored.checked.dropped[:MOST_DROPPED]
    return about | {"dropped": [cut(sentence, 300) for sentence in dropped]} if dropped else about
