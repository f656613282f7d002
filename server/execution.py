"""Executing operations: once for a query or a mutation, once per event for a subscription."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Mapping
from inspect import isawaitable
from typing import Any

from graphql import ExecutionResult, GraphQLObjectType, GraphQLSchema
from graphql.execution import create_source_event_stream
from graphql.execution.collect_fields import CollectedFields, FieldDetails
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from server.documents import Operation
from server.errors import FailedOperation, InvalidOperation, describe_field

Answer = dict[str, Any]


class Executor(StrawberryGraphQLCoreExecutionContext):
    """Remembers the fields below a selection by the selection itself.

    graphql-core remembers them by the identity of a list that it builds anew for each event, in a
    dictionary that all events of a subscription share: that dictionary then grows for ever. What a
    list holds follows from its syntax nodes, which live as long as the operation.
    """

    def collect_subfields(
        self, return_type: GraphQLObjectType, field_details_list: list[FieldDetails]
    ) -> CollectedFields:
        memo: dict[Any, Any] = self._relevant_sub_fields
        key = (return_type, *[id(details.node) for details in field_details_list])
        known: CollectedFields | None = memo.get(key)
        if known is None:
            known = super().collect_subfields(return_type, field_details_list)
            # The entry just made under the list's identity would never be found again.
            memo.pop((return_type, id(field_details_list)), None)
            memo[key] = known
        return known


class Execution:
    """One operation with its variables, ready to run; InvalidOperation when they do not fit."""

    def __init__(
        self,
        schema: GraphQLSchema,
        operation: Operation,
        variables: Mapping[str, Any] | None,
        *,
        suggestions: bool = True,
    ) -> None:
        executor = Executor.build(
            schema,
            operation.document,
            raw_variable_values=dict(variables or {}),
            operation_name=operation.name,
            is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type]
            operation_extensions=None,
            hide_suggestions=not suggestions,
        )
        if isinstance(executor, list):
            raise InvalidOperation(executor)
        self._executor = executor

    async def run(self, context: object) -> Answer:
        """What a query or a mutation comes to."""
        return await self._answer(None, context)

    async def events(self, context: object) -> AsyncGenerator[Any, None]:
        """The events a subscription will answer to, each to be given to `deliver`."""
        self._executor.context_value = context
        source = create_source_event_stream(self._executor)
        if isawaitable(source):
            source = await source
        if isinstance(source, ExecutionResult):
            raise FailedOperation(describe_field(error) for error in source.errors or ())
        return _closable(source)

    async def deliver(self, event: object, context: object) -> Answer:
        """What a subscription answers to one event, in a context of the event's own."""
        return await self._answer(event, context)

    async def _answer(self, root: object, context: object) -> Answer:
        executor = self._executor.build_per_event_executor(root)
        executor.context_value = context
        result = executor.execute_operation()
        if isawaitable(result):
            result = await result
        return _answer(result)


async def _closable(source: AsyncIterable[Any]) -> AsyncGenerator[Any, None]:
    """The same events, from something that can be closed and then closes the source at once."""
    try:
        async for event in source:
            yield event
    finally:
        if isinstance(source, AsyncGenerator):
            await source.aclose()


def _answer(result: Any) -> Answer:
    if not result.errors:
        return {"data": result.data}
    return {"errors": [describe_field(error) for error in result.errors], "data": result.data}
