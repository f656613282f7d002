"""Running one operation for one client, whatever it came by."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, aclosing, contextmanager
from dataclasses import dataclass

import structlog
from graphql import GraphQLSchema, OperationType

from resolvers.context import Caller, Context
from server.authentication import Credentials, Gate
from server.cost import check_cost
from server.documents import Documents, Operation
from server.errors import FailedOperation, InvalidOperation, code_of, failed
from server.execution import Answer, Execution
from server.identity import Identity
from server.metrics import Metrics
from server.parameters import Parameters

LOG = structlog.get_logger(__name__)

# How long a subscription goes on before it looks again whether its caller is still a member.
RECHECK_AFTER = 10.0
# What a client chose is cut to this before it is logged.
LONGEST_LOGGED = 80

OpenContext = Callable[[Caller], AbstractAsyncContextManager[Context]]


@dataclass(frozen=True, slots=True)
class Client:
    """Who sent an operation: a token that was verified, and what came with it."""

    identity: Identity
    credentials: Credentials


@contextmanager
def edge() -> Iterator[None]:
    """Nothing unforeseen gets past here: it is logged under an id, and the client is told the id."""
    try:
        yield
    except (FailedOperation, InvalidOperation):
        raise
    except Exception as error:
        raise failed(error) from error


class Operations:
    """Runs operations of one schema; what goes wrong leaves as FailedOperation or InvalidOperation."""

    def __init__(self, schema: GraphQLSchema, gate: Gate, open_context: OpenContext, metrics: Metrics) -> None:
        self._schema = schema
        self._documents = Documents(schema)
        self._gate = gate
        self._open = open_context
        self.metrics = metrics

    async def identify(self, credentials: Credentials) -> Client:
        """Whose token it is."""
        with edge():
            return Client(await self._gate.identify(credentials), credentials)

    async def check(self, client: Client) -> None:
        """Refuse at the door a client whose tenant headers no operation could use."""
        with edge():
            await self._gate.enter(client.identity, client.credentials)

    def find(self, parameters: Parameters) -> Operation:
        """The operation that is asked for, valid under the schema."""
        with edge():
            return self._documents.operation(parameters.query, parameters.operation_name)

    async def answer(self, operation: Operation, parameters: Parameters, client: Client) -> Answer:
        """What a query or a mutation comes to."""
        started = time.perf_counter()
        try:
            with edge():
                check_cost(self._schema, operation, parameters.variables)
                answer = await self._run(operation, parameters, client)
        except FailedOperation as error:
            self._report(operation, client, code_of(error.errors[0]), started)
            raise
        self._report(operation, client, _outcome(answer), started)
        return answer

    async def _run(self, operation: Operation, parameters: Parameters, client: Client) -> Answer:
        caller = await self._admit(operation, client)
        execution = Execution(self._schema, operation, parameters.variables)
        async with self._open(caller) as context:
            return await execution.run(context)

    async def answers(
        self, operation: Operation, parameters: Parameters, client: Client
    ) -> AsyncGenerator[Answer, None]:
        """What any operation answers: a subscription event for event, a context of its own for each."""
        if operation.kind is not OperationType.SUBSCRIPTION:
            yield await self.answer(operation, parameters, client)
            return
        with edge(), self.metrics.subscribed(operation):
            check_cost(self._schema, operation, parameters.variables)
            caller, admitted = await self._admit(operation, client), time.monotonic()
            execution = Execution(self._schema, operation, parameters.variables)
            async with self._open(caller) as context, aclosing(await execution.events(context)) as events:
                async for event in events:
                    if time.monotonic() - admitted > RECHECK_AFTER:
                        caller, admitted = await self._admit(operation, client), time.monotonic()
                    yield await self._deliver(execution, event, caller)
                    self.metrics.delivered(operation)

    async def _deliver(self, execution: Execution, event: object, caller: Caller) -> Answer:
        async with self._open(caller) as context:
            return await execution.deliver(event, context)

    async def _admit(self, operation: Operation, client: Client) -> Caller:
        return await self._gate.admit(client.identity, client.credentials, operation.root_fields)

    def _report(self, operation: Operation, client: Client, outcome: str, started: float) -> None:
        seconds = time.perf_counter() - started
        self.metrics.answered(operation, outcome, seconds)
        LOG.info(
            "operation",
            kind=operation.kind.value,
            fields=sorted(operation.root_fields),
            name=(operation.name or "")[:LONGEST_LOGGED],
            subject=client.identity.subject,
            engagement=(client.credentials.engagement or "")[:LONGEST_LOGGED],
            outcome=outcome,
            milliseconds=round(seconds * 1000, 1),
        )


def _outcome(answer: Answer) -> str:
    errors = answer.get("errors")
    return code_of(errors[0]) if errors else "ok"
