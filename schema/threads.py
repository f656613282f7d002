"""Threads: their types, what mutations on them take and give back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import strawberry
from strawberry import UNSET

from domain.conversation.listing import MessagesOfThread, ThreadsOfFlow
from domain.errors import Problem
from domain.flow import Flow
from domain.known import KnownFlow
from domain.thread import ChatMessage, ChatThread, reply_id
from resolvers import branches
from resolvers import threads as commands
from resolvers.context import Caller, Context
from schema.basics import Node
from schema.commanding import Said, carry_out, command
from schema.connections import connection
from schema.ids import FlowId, ThreadId
from schema.mirror import mirror
from schema.payloads import REFUSED, FlowPayload
from schema.relations import listed, referred
from schema.scalars import JSON


@strawberry.input
class ChooseBranchInput:
    flow_id: FlowId
    step: str
    branch_key: str
    expected_version: int | None = UNSET


@strawberry.input
class OpenThreadInput:
    flow_id: FlowId
    step: str
    branch_key: str | None = strawberry.field(default=UNSET, description="About the step as a whole when not given.")


@strawberry.input
class SendMessageInput:
    thread_id: ThreadId
    content: str = strawberry.field(description="Plain text, at most 10,000 characters.")
    idempotency_key: str | None = UNSET


@strawberry.input
class CompleteThreadInput:
    thread_id: ThreadId
    outcome: JSON | None = strawberry.field(
        default=UNSET, description="What it came to; an object's fields of the step's answer are that answer."
    )


@mirror(
    ChatThread,
    "step status total_tokens return_to_step started_by started_at ended_at outcome",
    total_tokens="What all messages take of a model's window.",
    return_to_step="Where its branch comes back to; null where it goes on.",
    ended_at="Null while it goes on.",
    outcome="Null while it goes on, and where nobody said what it came to.",
)
class ChatThreadType(Node):
    """A conversation at a step. Its first message tells of the customer; ABANDONED after 30 days without a word."""

    flow = referred(KnownFlow, lambda thread: thread.flow_id)
    messages = listed(ChatMessage, lambda thread: MessagesOfThread(parent=thread.id), why="By number.")


connection(ChatThread, "ChatThread")


@mirror(
    ChatMessage,
    "sequence role content source model tokens created_at",
    sequence="Counted from 1 in its thread.",
    content="Plain text.",
    model="Null where no model has written it.",
)
class ChatMessageType(Node):
    """One message of a thread."""

    thread = referred(ChatThread, lambda message: message.thread_id)


connection(ChatMessage, "ChatMessage")

# For the child of flows that have threads.
threads_of_flow = listed(ChatThread, lambda child: ThreadsOfFlow(parent=child.id), why="Newest first.")


@dataclass(frozen=True, slots=True)
class ThreadPayload:
    """A thread that was opened or completed, its flow, and the step that comes next."""

    thread_id: str | None
    flow_id: str | None
    next_step: str | None
    errors: tuple[Problem, ...]


@mirror(
    ThreadPayload,
    "next_step errors",
    next_step="Where to go on once it is completed; null before that, and where the flow has ended.",
)
class ThreadPayloadType:
    thread = referred(ChatThread, lambda payload: payload.thread_id, nullable=True, why=REFUSED)
    flow = referred(KnownFlow, lambda payload: payload.flow_id, nullable=True, why=REFUSED)


@dataclass(frozen=True, slots=True)
class MessagePayload:
    """A message that was sent."""

    message_id: str | None
    errors: tuple[Problem, ...]


def _reply(payload: MessagePayload) -> str | None:
    return reply_id(payload.message_id) if payload.message_id else None


@mirror(MessagePayload, "errors")
class MessagePayloadType:
    message = referred(ChatMessage, lambda payload: payload.message_id, nullable=True, why=REFUSED)
    reply = referred(
        ChatMessage,
        _reply,
        nullable=True,
        why="The assistant's reply; null while it is still being written, when `threadEvents` streams it.",
    )


async def choose_branch(context: Context, input: ChooseBranchInput) -> FlowPayload:
    """One of the ways of going on."""

    async def act(caller: Caller, said: Said) -> Flow:
        return await branches.choose_branch(caller, command(branches.ChooseBranch, said))

    return FlowPayload.of(await carry_out(context, "chooseBranch", input, act))


async def open_thread(context: Context, input: OpenThreadInput) -> ThreadPayload:
    """A new thread at a step."""

    async def act(caller: Caller, said: Said) -> ChatThread:
        return await commands.open_thread(caller, command(commands.OpenThread, said))

    outcome = await carry_out(context, "openThread", input, act)
    thread: ChatThread | None = outcome.value
    return ThreadPayload(outcome.id, thread.flow_id if thread else None, None, outcome.problems)


async def send_message(context: Context, input: SendMessageInput) -> MessagePayload:
    """Something said in a thread."""

    async def act(caller: Caller, said: Said) -> ChatMessage:
        return await commands.send_message(caller, command(commands.SendMessage, said))

    outcome = await carry_out(context, "sendMessage", input, act)
    return MessagePayload(outcome.id, outcome.problems)


async def complete_thread(context: Context, input: CompleteThreadInput) -> ThreadPayload:
    """A thread that has come to something."""

    async def act(caller: Caller, said: Said) -> Any:
        return await commands.complete_thread(caller, command(commands.CompleteThread, said))

    outcome = await carry_out(context, "completeThread", input, act)
    done: commands.Completed | None = outcome.value
    if done is None:
        return ThreadPayload(outcome.id, None, None, outcome.problems)
    return ThreadPayload(outcome.id, done.flow_id, done.next_step, outcome.problems)
