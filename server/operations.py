"""Running one operation for one client, whatever it came by."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass

from graphql import GraphQLSchema, OperationType

from resolvers.context import Caller
from server.answers import Outlet, Payload, Place, Sink
from server.authentication import Credentials, Gate
from server.bounds import Bounds
from server.budgets import Charge
from server.documents import Documents, Operation
from server.errors import FailedOperation, InvalidOperation, failed
from server.execution import Answer, Execution
from server.groups import OpenContext
from server.identity import Identity
from server.metrics import Metrics
from server.parameters import Parameters
from server.reporting import followed, reported
from server.subscriptions import Asked, Subscriptions


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

    def __init__(
        self,
        schema: GraphQLSchema,
        gate: Gate,
        open_context: OpenContext,
        metrics: Metrics,
        bounds: Bounds | None = None,
    ) -> None:
        self._schema = schema
        self._bounds = bounds or Bounds()
        self._documents = Documents(schema, self._bounds.openness)
        self._gate = gate
        self._open = open_context
        self._subscriptions = Subscriptions(schema, open_context, gate.find_roles)
        self.metrics = metrics
        metrics.watch("flotilla_sharing", "Answering an event once for many.", self._subscriptions.groups.figures)

    async def identify(self, credentials: Credentials) -> Client:
        """Whose token it is."""
        with edge():
            return Client(await self._gate.identify(credentials), credentials)

    async def check(self, client: Client) -> None:
        """Refuse at the door a client whose tenant headers no operation could use."""
        with edge():
            await self._gate.enter(client.identity, client.credentials)

    def find(self, parameters: Parameters, client: Client) -> Operation:
        """The operation that is asked for, valid under the schema; to read one that was not sent lately is charged."""
        with edge():
            text = self._bounds.trusted.text(parameters)
            if text not in self._documents:
                self._bounds.read(text, client.credentials.token)
            return self._documents.operation(text, parameters.operation_name)

    async def answer(self, operation: Operation, parameters: Parameters, client: Client) -> Answer:
        """What a query or a mutation comes to."""
        subject, engagement = client.identity.subject, client.credentials.engagement
        with reported(self.metrics, operation, subject, engagement) as report:
            with edge(), self._charged(operation, parameters, client) as charge:
                report.cost = charge.requested
                answer = await self._run(operation, parameters, client)
                charge.tell(answer)
            report.answered(answer)
        return answer

    async def _run(self, operation: Operation, parameters: Parameters, client: Client) -> Answer:
        caller = await self._admit(operation, client)
        execution = self._execute(operation, parameters)
        async with self._bounds.in_time(operation, parameters.variables), self._open(caller) as context:
            return await execution.run(context)

    @contextmanager
    def _charged(self, operation: Operation, parameters: Parameters, client: Client) -> Iterator[Charge]:
        self._gate.count(client.identity)
        charging = self._bounds.charged(operation, parameters.variables, client.credentials.token)
        with charging as charge, edge():
            yield charge

    def _execute(self, operation: Operation, parameters: Parameters) -> Execution:
        suggestions = self._bounds.openness.suggestions
        return Execution(self._schema, operation, parameters.variables, suggestions=suggestions)

    async def payloads(
        self,
        operation: Operation,
        parameters: Parameters,
        client: Client,
        at: Place | None = None,
        sink: Sink | None = None,
    ) -> AsyncGenerator[Payload, None]:
        """What any operation answers: a subscription event for event, from `at` on where its log is resumed.

        What `sink` takes while the generator is waited for is not given by it.
        """
        if operation.kind is not OperationType.SUBSCRIPTION:
            answer = await self.answer(operation, parameters, client)
            with edge():
                yield Payload.of(answer)
            return
        subject, engagement = client.identity.subject, client.credentials.engagement
        with (
            followed(self.metrics, operation, subject, engagement) as delivered,
            edge(),
            self._charged(operation, parameters, client) as charge,
        ):
            outlet = Outlet(delivered=delivered)
            asked = Asked(
                operation,
                parameters.variables,
                lambda: self._admit(operation, client),
                lambda: self._execute(operation, parameters),
                outlet,
            )
            said = charge.extensions()
            async with aclosing(self._subscriptions.payloads(asked, at or Place())) as payloads:
                async for payload in payloads:
                    # Paid for once, so told once: what follows is the same text for all who ask alike.
                    yield payload.beside(said) if said else payload
                    said, outlet.sink = None, sink
                    delivered()

    async def _admit(self, operation: Operation, client: Client) -> Caller:
        return await self._gate.admit(client.identity, client.credentials, operation.root_fields)
