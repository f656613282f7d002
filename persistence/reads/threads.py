"""Reading threads and what was said in them, actions and what was executed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Text, case, cast, column, false, literal, select, true, union_all, values
from sqlalchemy.dialects.postgresql import JSONB, UUID

from domain.conversation.listing import ExecutionsOfFlow, MessagesOfThread, SavedActions, ThreadsOfFlow
from domain.saved_action import BUILT_IN, ActionExecution, SavedAction
from domain.thread import ChatMessage, ChatThread
from persistence.mapping import names
from persistence.reads.source import Rows, Source, downwards, made_of, rows_of, upwards
from persistence.tables import action_executions, engagements, messages, saved_actions, threads

_ID = UUID(as_uuid=False)
_shipped = values(
    column("id", Text), column("key", Text), column("name", Text), column("kind", Text), name="shipped"
).data([(action.id, action.key, action.name, str(action.kind)) for action in BUILT_IN])

# `tenant` is the engagement that sees the action: its client account's own, and those that are built in.
_actions = union_all(
    select(
        saved_actions.c.id,
        saved_actions.c.key,
        saved_actions.c.name,
        saved_actions.c.kind,
        saved_actions.c.parameters,
        false().label("built_in"),
        engagements.c.id.label("tenant"),
    ).select_from(
        saved_actions.join(engagements, engagements.c.client_account_id == saved_actions.c.client_account_id)
    ),
    select(
        cast(_shipped.c.id, _ID),
        _shipped.c.key,
        _shipped.c.name,
        _shipped.c.kind,
        cast(literal("{}"), JSONB),
        true(),
        engagements.c.id,
    ).select_from(_shipped.join(engagements, true())),
).subquery("actions")

ACTIONS = Rows(
    table=_actions,
    columns=tuple(_actions.c[name] for name in names(SavedAction)),
    id=_actions.c.id,
    tenant=_actions.c.tenant,
    make=made_of(SavedAction),
)
THREADS, MESSAGES = rows_of(ChatThread, threads), rows_of(ChatMessage, messages)
EXECUTIONS = rows_of(ActionExecution, action_executions)

_own_last: ColumnElement[int] = case((_actions.c.built_in, 0), else_=1).label("own")


def _of_flow(table: Any) -> Any:
    return lambda parent, _listing: table.c.flow_id == parent


ROWS: dict[type, Rows] = {
    ChatThread: THREADS,
    ChatMessage: MESSAGES,
    SavedAction: ACTIONS,
    ActionExecution: EXECUTIONS,
}

SOURCES: dict[type, Source] = {
    ThreadsOfFlow: Source(rows=THREADS, order=downwards(threads.c.started_at, threads.c.id), belongs=_of_flow(threads)),
    MessagesOfThread: Source(
        rows=MESSAGES,
        order=upwards(messages.c.sequence),
        belongs=lambda parent, _: messages.c.thread_id == parent,
    ),
    SavedActions: Source(rows=ACTIONS, order=upwards(_own_last, _actions.c.key, _actions.c.id)),
    ExecutionsOfFlow: Source(
        rows=EXECUTIONS,
        order=downwards(action_executions.c.executed_at, action_executions.c.id),
        belongs=_of_flow(action_executions),
    ),
}
