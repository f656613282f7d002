"""What people do in threads: open one at a step, say something, and complete it with what it came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import Any

from domain.access import Role
from domain.calling import Calling
from domain.commands import SubmitPhaseInput
from domain.conversation.parameters import needed, parameters_in
from domain.conversation.script import require_on_script, scripted
from domain.conversation.scripted import fixed
from domain.conversation.setting import Setting, brief
from domain.customer_success.template import Branch, BranchKind
from domain.errors import ErrorCode, NotFound, Refused, refuse
from domain.flow import Flow
from domain.flows.customer_success.answers import BRANCH, COMMENT
from domain.flows.customer_success.talking import NEEDS, setting_of
from domain.phase import PhaseStatus
from domain.ports import UnitOfWork
from domain.source import Source
from domain.thread import MOST_OPEN, ChatMessage, ChatThread, Said, posted
from domain.transition import FlowAction, FlowStatus
from resolvers.actions import executed, require_guided
from resolvers.context import Caller
from resolvers.flows import answered
from resolvers.placing import placed

# Where a flow stands that can be talked about.
_TALKING = frozenset({FlowStatus.READY, FlowStatus.RUNNING, FlowStatus.AWAITING_INPUT, FlowStatus.FAILED})
_REACHED = frozenset({PhaseStatus.AWAITING_INPUT, PhaseStatus.COMPLETED, PhaseStatus.STALE})


@dataclass(frozen=True, slots=True)
class OpenThread:
    """A conversation at a step, by one of its branches or about the step as a whole."""

    flow_id: str
    step: str
    branch_key: str | None = None


@dataclass(frozen=True, slots=True)
class SendMessage:
    """Something said in a thread."""

    thread_id: str
    content: str


@dataclass(frozen=True, slots=True)
class CompleteThread:
    """What a thread came to; fields of its step are the step's answer."""

    thread_id: str
    outcome: Any = None


@dataclass(frozen=True, slots=True)
class Completed:
    """A thread that was completed, and the step that comes next; None where the flow has none."""

    id: str
    flow_id: str
    next_step: str | None


async def open_thread(caller: Caller, command: OpenThread) -> ChatThread:
    """A new thread; its first message holds what is known of the customer."""
    caller.need(Role.CONTRIBUTOR)
    async with caller.work() as uow:
        flow = await uow.flows.get(command.flow_id)
        setting = await reached(caller, uow, flow, command.step, command.branch_key)
        flow, thread = await opened(caller, uow, flow, setting)
        uow.touch(thread.id)
        await uow.flows.save(flow)
    return thread


async def reached(caller: Caller, uow: UnitOfWork, flow: Flow, step: str, branch: str | None) -> Setting:
    """The step, by that branch, as it can be talked about now; refused where it cannot."""
    _require_reached(flow, step)
    with placed("branch", "branchKey"):
        return await _setting(caller, uow, flow, step, branch)


async def opened(caller: Caller, uow: UnitOfWork, flow: Flow, setting: Setting) -> tuple[Flow, ChatThread]:
    """A new thread there, and the flow with the event that tells of it; whoever asked for it saves that."""
    if len(await uow.threads.active(flow.id)) >= MOST_OPEN:
        message = f"{MOST_OPEN} threads of this flow are open. Complete one of them."
        raise refuse(ErrorCode.LIMIT_EXCEEDED, message, "flowId")
    key, back = (setting.branch.key, setting.branch.return_to_step) if setting.branch else (None, None)
    thread, first = ChatThread.open(flow.id, setting.step, caller.stamp(), brief(setting), branch=key, back=back)
    return await _kept(uow, flow, thread, first), thread


def _require_talking(flow: Flow) -> None:
    require_guided(flow)
    if flow.status not in _TALKING:
        hint = " Resume it first." if flow.status in (FlowStatus.PAUSED, FlowStatus.SNOOZED) else ""
        message = f"Nothing can be said in a flow that is {flow.status.lower()}.{hint}"
        raise refuse(ErrorCode.INVALID_TRANSITION, message, "flowId")


def _require_reached(flow: Flow, step: str) -> None:
    _require_talking(flow)
    if step not in {phase.key for phase in flow.definition.phases}:
        raise NotFound("step", ("step",))
    if flow.state(step).status not in _REACHED:
        active = flow.active
        now = f" The current one is {active.key}." if active else ""
        message = f"The step {step} is {flow.state(step).status.lower()}: nothing can be said at it.{now}"
        raise refuse(ErrorCode.INVALID_TRANSITION, message, "step")


async def _setting(caller: Caller, uow: UnitOfWork, flow: Flow, step: str, branch: str | None) -> Setting:
    call = await Calling(uow, caller.shapes, caller.stamp()).call(flow, step, NEEDS)
    return setting_of(call, branch)


async def _kept(uow: UnitOfWork, flow: Flow, thread: ChatThread, *messages: ChatMessage) -> Flow:
    """The flow with the events of what was said, and the job of the reply that is due; its version stays."""
    await uow.threads.save(thread, messages)
    told = tuple(posted(message, thread.step) for message in messages)
    # One reply at a time: the one that is written sees to the next.
    due = thread.next_reply if len(thread.pending) == 1 and messages[-1].id in thread.pending else None
    jobs = (*flow.jobs, due) if due else flow.jobs
    return replace(flow, events=(*flow.events, *told), jobs=jobs)


async def send_message(caller: Caller, command: SendMessage) -> ChatMessage:
    """Say something; what a branch replies by itself is replied at once, everything else by a worker."""
    caller.need(Role.CONTRIBUTOR)
    async with caller.work() as uow:
        flow, thread = await _found(uow, command.thread_id)
        _require_talking(flow)
        thread, message = thread.say(command.content, caller.stamp())
        uow.touch(message.id)
        setting = await _setting(caller, uow, flow, thread.step, thread.branch) if thread.branch else None
        flow, thread, content = await _by_branch(caller, uow, (flow, thread), message, setting)
        said = [message]
        if content is not None:
            thread, reply = thread.reply(Said(content, Source.RULES), caller.stamp())
            said.append(reply)
        await uow.flows.save(await _kept(uow, flow, thread, *said))
    return message


async def _by_branch(
    caller: Caller, uow: UnitOfWork, at: tuple[Flow, ChatThread], message: ChatMessage, setting: Setting | None
) -> tuple[Flow, ChatThread, str | None]:
    """What the branch itself replies, with what that changes; None leaves the reply to a worker."""
    flow, thread = at
    branch = setting.branch if setting else None
    if setting is None or branch is None:
        return flow, thread, None
    require_on_script(branch, message.content)
    if branch.kind is BranchKind.SAVED_ACTION:
        flow, content = await _acted(caller, uow, flow, branch, message)
        return flow, await _again(uow, thread), content
    # One after the other: what waits for a worker is replied to first.
    at_once = scripted(branch, message.content) and thread.pending == (message.id,)
    return flow, thread, fixed(setting) if at_once else None


async def _again(uow: UnitOfWork, thread: ChatThread) -> ChatThread:
    """As the action has left it: a step that it left out takes its threads with it."""
    stored = await uow.threads.get(thread.id)
    return replace(thread, status=stored.status, ended_at=stored.ended_at)


async def _found(uow: UnitOfWork, thread_id: str) -> tuple[Flow, ChatThread]:
    """In the order of all commands: the flow first, then what hangs on it."""
    flow = await uow.flows.get(await uow.threads.flow_of(thread_id))
    return flow, await uow.threads.get(thread_id)


async def _acted(caller: Caller, uow: UnitOfWork, flow: Flow, branch: Branch, message: ChatMessage) -> tuple[Flow, str]:
    """Run the branch's action with what the message gives; what is missing is asked for, and nothing changes."""
    action = await uow.actions.find(branch.action_key or "")
    if action is None:
        return flow, f"There is no action {branch.action_key} any more. Ask an administrator for it."
    given = parameters_in(action, message.content, next(iter(branch.prompts), None))
    try:
        done = await executed(caller, uow, flow, action.key, given)
    except Refused as refused:
        return flow, needed(action, tuple(problem.message for problem in refused.problems))
    said = ", ".join(f"{name}: {value}" for name, value in done.execution.parameters.items())
    return done.flow, f"Done: {action.name} ({said}). The workflow is {done.flow.status.lower().replace('_', ' ')} now."


async def complete_thread(caller: Caller, command: CompleteThread) -> Completed:
    """End it; its step is completed with what it came to, where that waits."""
    caller.need(Role.CONTRIBUTOR)
    async with caller.work() as uow:
        flow, thread = await _found(uow, command.thread_id)
        _require_talking(flow)
        ended = thread.complete(command.outcome, caller.stamp())
        if flow.state(thread.step).status is PhaseStatus.AWAITING_INPUT:
            caller.need(flow.role(FlowAction.SUBMIT_INPUT))
            with placed("data", "outcome"):
                flow = await _stepped(caller, uow, flow, ended)
        await uow.threads.save(ended)
        uow.touch(ended.id)
        flow, following = _following(flow, ended, caller)
        await uow.flows.save(replace(flow, events=(*flow.events, ended.changed(caller.now()))))
    return Completed(ended.id, flow.id, following)


async def _stepped(caller: Caller, uow: UnitOfWork, flow: Flow, thread: ChatThread) -> Flow:
    """The flow with the step answered.

    A conversation that comes back to its step leaves it open while something is missing that nobody has said.
    """
    phase = flow.awaited(thread.step)
    known = {each.name for each in fields(phase.pause.answer)} if phase.pause else set()
    said = thread.outcome if isinstance(thread.outcome, Mapping) else {}
    given = {name: value for name, value in said.items() if name in known}
    proposed = flow.state(thread.step).proposed_input or {}
    data = {**proposed, BRANCH: thread.branch, **given, COMMENT: _comment(thread)}
    try:
        return await answered(caller, uow, flow, SubmitPhaseInput(flow.id, thread.step, data))
    except Refused:
        if thread.return_to_step is None or given.keys() - {COMMENT}:
            raise
        return flow


def _comment(thread: ChatThread) -> str:
    """What is kept with the step: what the person says of it, and how long it took."""
    outcome = thread.outcome
    said = outcome.get(COMMENT) if isinstance(outcome, Mapping) else outcome
    took = _shown(thread.duration() or timedelta())
    talked = f"Talked through in {took}, {thread.sequence - 1} messages."
    return f"{said.strip()}\n{talked}" if isinstance(said, str) and said.strip() else talked


def _shown(took: timedelta) -> str:
    minutes = round(took.total_seconds() / 60)
    if minutes < 1:
        return "less than a minute"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if hours else f"{minutes} min"


def _following(flow: Flow, thread: ChatThread, caller: Caller) -> tuple[Flow, str | None]:
    """Where to go on: the step that the conversation comes back to, else the one that is next."""
    back, active = thread.return_to_step, flow.active
    following = active.key if active and flow.status is not FlowStatus.COMPLETED else None
    if back is None or back in (thread.step, following) or flow.refusal(FlowAction.NAVIGATE):
        return flow, following
    if not flow.state(back).done:
        return flow, following
    return flow.navigate(back, caller.stamp()), back
