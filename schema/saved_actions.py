"""Actions on workflows: their types, what mutations on them take and give back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import strawberry
from strawberry import UNSET

from domain.conversation.listing import ExecutionsOfFlow
from domain.errors import Problem
from domain.flow import Flow
from domain.known import KnownChild
from domain.saved_action import ActionExecution, ActionKind, SavedAction, SaveSavedAction
from resolvers import actions as commands
from resolvers.context import Caller, Context
from resolvers.reading import threads as reading
from schema.basics import Node
from schema.commanding import Said, carry_out, command
from schema.connections import connection
from schema.ids import FlowId
from schema.loading import computed, loaded
from schema.mirror import mirror
from schema.payloads import REFUSED, FlowPayload
from schema.relations import listed, referred
from schema.scalars import JSON


@strawberry.input
class ExecuteActionInput:
    flow_id: FlowId
    action_key: str
    parameters: JSON | None = strawberry.field(
        default=UNSET, description="As the action's `parameterSchema` says; what is not given is as it was saved."
    )
    expected_version: int | None = UNSET


@strawberry.input(description="The same key again replaces it.")
class SaveSavedActionInput:
    key: str
    name: str
    kind: ActionKind
    parameters: JSON = strawberry.field(description="What is given already, of what actions of the kind take.")


@mirror(
    SavedAction,
    "key name kind parameters built_in",
    parameters="Given already; who executes it may give others instead.",
)
class SavedActionType(Node):
    """Something that can be done with a workflow. Four are built in; a client account saves its own."""

    @computed
    @staticmethod
    def parameter_schema(action: SavedAction) -> Any:
        """JSON Schema of what `executeAction` takes."""
        return action.parameter_schema


@mirror(ActionExecution, "parameters executed_by executed_at resulting_status")
class ActionExecutionType(Node):
    """One execution of an action, and in which state the flow was after it."""

    action = referred(SavedAction, lambda execution: execution.action_id)


connection(ActionExecution, "ActionExecution")

# For the child of flows that have actions.
history_of_flow = listed(ActionExecution, lambda child: ExecutionsOfFlow(parent=child.id), why="Newest first.")


async def _actions(context: Context, children: list[KnownChild]) -> list[tuple[SavedAction, ...]]:
    """What can be executed: what is built in, then what the client account has saved."""
    found = await reading.actions(context)
    return [found for _ in children]


actions_of_flow = loaded(_actions)


@dataclass(frozen=True, slots=True)
class SavedActionPayload:
    """An action that was saved."""

    action_id: str | None
    errors: tuple[Problem, ...]


@mirror(SavedActionPayload, "errors")
class SavedActionPayloadType:
    action = referred(SavedAction, lambda payload: payload.action_id, nullable=True, why=REFUSED)


async def execute_action(context: Context, input: ExecuteActionInput) -> FlowPayload:
    """An action on a flow."""

    async def act(caller: Caller, said: Said) -> Flow:
        return await commands.execute_action(caller, command(commands.ExecuteAction, said))

    return FlowPayload.of(await carry_out(context, "executeAction", input, act))


async def save_saved_action(context: Context, input: SaveSavedActionInput) -> SavedActionPayload:
    """An action of the client account's own."""

    async def act(caller: Caller, said: Said) -> SavedAction:
        return await commands.save_saved_action(caller, command(SaveSavedAction, said))

    outcome = await carry_out(context, "saveSavedAction", input, act)
    return SavedActionPayload(outcome.id, outcome.problems)
