"""The reply to one message: asked of the model, else made by the rules, and posted once however often it was begun."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from domain.access import SYSTEM, Tenant
from domain.builds.conversation import MessageRole
from domain.calling import Calling
from domain.conversation.cited import MOST_PASSAGES, faults, quoted, with_sources
from domain.conversation.ports import AGENT, Question, Spoken, Voice, VoiceFailed
from domain.conversation.request import turns_of
from domain.conversation.script import scripted
from domain.conversation.scripted import fixed, replied
from domain.conversation.setting import Setting
from domain.customer_success.template import BranchKind
from domain.errors import NotFound
from domain.flow import Flow, Stamp
from domain.flows.customer_success.talking import NEEDS, setting_of
from domain.model_usage import ModelUsage, ModelUse
from domain.ports import Clock, Ids, Shapes, UnitOfWork, Work
from domain.source import Source
from domain.thread import UNTOUCHED, ChatMessage, ChatThread, Said, ThreadStatus, posted
from engine.patience import passing, patiently

log = logging.getLogger(__name__)
T = TypeVar("T")

# A reply that has ended its worker this often is made without a model.
STARTS = 3
# Seconds between looks whether it is still wanted.
LOOK = 0.4
SORRY = "This could not be answered just now. Ask again, or go on with the step itself."


@dataclass(frozen=True, slots=True)
class ReplyJob:
    """One reply, by ids alone: what the engine stores of it."""

    tenant: Tenant
    flow_id: str
    thread_id: str
    message_id: str


@dataclass(frozen=True, slots=True)
class Due:
    """A reply that is to be made: where, to what, and what it may rest on."""

    thread: ChatThread
    message: ChatMessage
    history: tuple[ChatMessage, ...]
    setting: Setting
    question: Question
    run_id: str | None
    lost: bool

    @property
    def turn(self) -> int:
        """How many replies the thread has."""
        return sum(each.role is MessageRole.ASSISTANT for each in self.history)


@dataclass(frozen=True, slots=True)
class Reply:
    """What is posted, and what of it was asked of a model."""

    said: Said
    use: ModelUse | None = None


@dataclass(frozen=True, slots=True)
class ReplyRunner:
    """Writes replies with the means of this process. Each step is safe to repeat: a message is answered once."""

    work: Work
    shapes: Shapes
    voice: Voice
    clock: Clock
    ids: Ids

    async def write(self, job: ReplyJob) -> bool:
        """Make the reply and post it; False where nobody asks for it any more."""
        due = await patiently(partial(self._begin, job))
        if due is None:
            return False
        reply = await self._while_wanted(job, self._reply(due))
        return reply is not None and await patiently(partial(self._post, job, reply))

    async def give_up(self, job: ReplyJob) -> None:
        """Something went wrong here: whoever waits is told so, and what he said next is answered."""
        with suppress(NotFound):
            await patiently(partial(self._post, job, Reply(Said(SORRY, Source.RULES))))

    async def abandon(self, tenant: Tenant, thread_id: str) -> None:
        """Nobody has touched that thread for long."""
        with suppress(NotFound):
            async with self.work(tenant) as uow:
                flow = await uow.flows.get(await uow.threads.flow_of(thread_id))
                thread = await uow.threads.get(thread_id)
                # Asked again once it is held: somebody may have said something meanwhile.
                if thread.status is ThreadStatus.ACTIVE and thread.touched_at < self.clock() - UNTOUCHED:
                    ended = thread.abandon(self.clock())
                    await uow.threads.save(ended)
                    await uow.flows.save(replace(flow, events=(ended.changed(self.clock()),)))

    async def _begin(self, job: ReplyJob) -> Due | None:
        with suppress(NotFound):
            async with self.work(job.tenant) as uow:
                flow = await uow.flows.get(job.flow_id)
                thread = await uow.threads.get(job.thread_id)
                if not thread.waits(job.message_id):
                    return None
                thread = replace(thread, starts=thread.starts + 1)
                await uow.threads.save(thread)
                return await self._due(uow, job, flow, thread)
        return None

    async def _due(self, uow: UnitOfWork, job: ReplyJob, flow: Flow, thread: ChatThread) -> Due:
        history = await uow.threads.history(thread.id)
        message = next(each for each in history if each.id == job.message_id)
        stamp = Stamp(SYSTEM, self.clock(), self.ids)
        call = await Calling(uow, self.shapes, stamp).call(flow, thread.step, NEEDS)
        setting = setting_of(call, thread.branch)
        question = Question(
            tenant=job.tenant,
            flow_id=flow.id,
            writer=thread.writer,
            brief=history[0].content,
            turns=turns_of(history, message.id),
        )
        if setting.branch is not None and setting.branch.kind is BranchKind.RAG:
            found = await uow.contracts.passages(setting.customer_id, message.content, MOST_PASSAGES)
            question = replace(question, passages=found)
        run_id = flow.state(thread.step).run_id
        return Due(thread, message, history, setting, question, run_id, thread.starts > STARTS)

    async def _while_wanted(self, job: ReplyJob, work: Awaitable[T]) -> T | None:
        """What the work comes to; None, and it is stopped, once nobody asks for it."""
        task = asyncio.ensure_future(work)
        try:
            while not task.done():
                await asyncio.wait([task], timeout=LOOK)
                if not task.done() and not await self._wanted(job):
                    return None
            return task.result()
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def _wanted(self, job: ReplyJob) -> bool:
        try:
            async with self.work(job.tenant) as uow:
                return await uow.threads.wanted(job.thread_id, job.message_id)
        except Exception as fault:
            if passing(fault):
                # Nobody can tell: it is looked at again before it is posted.
                return True
            raise

    async def _reply(self, due: Due) -> Reply:
        passages = due.question.passages
        if not self._asks(due) or passages == ():
            return await self._by_rules(due)
        try:
            spoken = await self.voice.reply(due.question)
        except VoiceFailed as failed:
            log.info("reply_by_rules", extra={"reason": failed.code})
            reply = await self._by_rules(due)
            return replace(reply, use=self._use(due, failed.usage, estimated=failed.estimated))
        except Exception:
            log.exception("reply_went_wrong")
            return await self._by_rules(due)
        return await self._checked(due, spoken)

    def _asks(self, due: Due) -> bool:
        return self.voice.speaks and not due.lost and not _settled(due)

    async def _checked(self, due: Due, spoken: Spoken) -> Reply:
        use = self._use(due, spoken.usage, estimated=spoken.estimated)
        passages = due.question.passages
        tokens = spoken.usage.completion_tokens
        if passages is None:
            return Reply(Said(spoken.content, Source.MODEL, spoken.usage.model, tokens), use)
        wrong = faults(spoken.content, passages, due.message.content)
        if wrong:
            log.info("answer_not_in_documents", extra={"faults": len(wrong)})
            return replace(await self._by_rules(due), use=use)
        content = with_sources(spoken.content, passages, due.message.content)
        await self._show(due, content)
        return Reply(Said(content, Source.MODEL_CHECKED_BY_RULES, spoken.usage.model, tokens), use)

    async def _by_rules(self, due: Due) -> Reply:
        content = _worked_out(due)
        await self._show(due, content)
        return Reply(Said(content, Source.RULES))

    async def _show(self, due: Due, content: str) -> None:
        """Who reads along begins anew with it, whatever he has seen of a reply that came to nothing."""
        async with self.voice.writing(due.question) as writer:
            writer.write(content)

    def _use(self, due: Due, usage: ModelUsage | None, *, estimated: bool) -> ModelUse | None:
        if usage is None or due.run_id is None:
            return None
        at = self.clock()
        return ModelUse(self.ids(), due.thread.flow_id, due.run_id, due.thread.step, AGENT, at, usage, estimated)

    async def _post(self, job: ReplyJob, reply: Reply) -> bool:
        """The reply, its event, its cost and the job of the next one are true together."""
        with suppress(NotFound):
            async with self.work(job.tenant) as uow:
                flow = await uow.flows.get(job.flow_id)
                thread = await uow.threads.get(job.thread_id)
                if not thread.waits(job.message_id):
                    return False
                thread, message = thread.reply(reply.said, Stamp(SYSTEM, self.clock(), self.ids))
                await uow.threads.save(thread, [message])
                if reply.use is not None:
                    await uow.model_uses.add(reply.use)
                following = thread.next_reply
                jobs = (following,) if following else ()
                await uow.flows.save(replace(flow, events=(posted(message, thread.step),), jobs=jobs))
                return True
        return False


def _settled(due: Due) -> bool:
    """Whether the branch replies by itself, after a message that led away from it."""
    branch = due.setting.branch
    return branch is not None and scripted(branch, due.message.content)


def _worked_out(due: Due) -> str:
    """What the rules reply: from documents their own words, else what is known and what the step asks for."""
    passages = due.question.passages
    if _settled(due):
        return fixed(due.setting)
    if passages is not None:
        return quoted(passages, due.message.content)
    return replied(due.setting, due.message.content, due.turn)
