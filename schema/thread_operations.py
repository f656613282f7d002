"""What the roots have on threads and actions."""

from __future__ import annotations

import strawberry

from domain.saved_action import SavedAction
from domain.thread import ChatThread
from resolvers.context import Context
from resolvers.reading import threads as reading
from schema import saved_actions, threads
from schema.ids import bare
from schema.loading import entry
from schema.mirror import Id
from schema.payloads import FlowPayload
from schema.saved_actions import SavedActionPayload
from schema.threads import MessagePayload, ThreadPayload


@strawberry.type
class ThreadQueries:
    @entry
    @staticmethod
    async def saved_actions(context: Context) -> tuple[SavedAction, ...]:
        """Those that are built in, then the client account's own by key."""
        return await reading.actions(context)

    @entry
    @staticmethod
    async def thread(context: Context, id: Id) -> ChatThread | None:
        """Null where the id names no thread for this caller."""
        found = bare(id, "ChatThread")
        return (await context.reads.get(ChatThread, [found])).get(found) if found else None


@strawberry.type
class ThreadMutations:
    @entry
    @staticmethod
    async def save_saved_action(context: Context, input: saved_actions.SaveSavedActionInput) -> SavedActionPayload:
        """ADMIN."""
        return await saved_actions.save_saved_action(context, input)

    @entry
    @staticmethod
    async def execute_action(context: Context, input: saved_actions.ExecuteActionInput) -> FlowPayload:
        return await saved_actions.execute_action(context, input)

    @entry
    @staticmethod
    async def choose_branch(context: Context, input: threads.ChooseBranchInput) -> FlowPayload:
        """A FIXED one completes the step, an action is executed, a conversation is opened as a thread."""
        return await threads.choose_branch(context, input)

    @entry
    @staticmethod
    async def open_thread(context: Context, input: threads.OpenThreadInput) -> ThreadPayload:
        """Its first message holds what is known of the customer."""
        return await threads.open_thread(context, input)

    @entry
    @staticmethod
    async def send_message(context: Context, input: threads.SendMessageInput) -> MessagePayload:
        """Replied to at once where the branch's reply is settled, else by the model, or the rules; one at a time."""
        return await threads.send_message(context, input)

    @entry
    @staticmethod
    async def complete_thread(context: Context, input: threads.CompleteThreadInput) -> ThreadPayload:
        """Its step, where that waits, is completed with it; `nextStep` says where to go on."""
        return await threads.complete_thread(context, input)
