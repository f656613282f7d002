"""What operations may come to in this deployment: which documents, how dear, and how long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from graphql import OperationType

from server.budgets import Budgets, BudgetSpent, Charge, TooDear
from server.documents import Openness, Operation
from server.errors import FailedOperation, InvalidOperation, TooSlow, failed
from server.limits import check_variables
from server.multipart import File
from server.settings import PRODUCTION, Settings
from server.trusted import TrustedDocuments

# PostgreSQL ends a statement so much later than the server does its operation: only if the server could not.
STATEMENT_GRACE = 5
# Parsing and validating so much of a document takes about as long as giving a value.
CHARACTERS_A_VALUE = 4


@dataclass(frozen=True, slots=True)
class Bounds:
    """By default none but those of a document, which hold everywhere."""

    trusted: TrustedDocuments = field(default_factory=TrustedDocuments)
    openness: Openness = field(default_factory=Openness)
    budgets: Budgets = field(default_factory=Budgets)
    seconds: float | None = None
    upload_seconds: float | None = None

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """As the settings say; InvalidSettings when they contradict each other."""
        path = Path(settings.trusted_documents) if settings.trusted_documents else None
        production = settings.profile == PRODUCTION
        trusted = TrustedDocuments.read(path, only=production)
        openness = Openness(introspection=not production, suggestions=not production)
        return cls(
            trusted, openness, Budgets(settings.cost_budget), settings.operation_seconds, settings.upload_seconds
        )

    def read(self, text: str, token: str) -> None:
        """Charge for reading a document, whatever comes of it."""
        self._take(token, len(text) // CHARACTERS_A_VALUE)

    @contextmanager
    def charged(self, operation: Operation, variables: Mapping[str, Any] | None, token: str) -> Iterator[Charge]:
        """Charge for what is done in the block; what it fails with says the cost, as an answer would."""
        given = variables or {}
        check_variables(operation.kind, given)
        charge = self._take(token, operation.price.of(given))
        try:
            yield charge
        except (FailedOperation, InvalidOperation) as error:
            error.extensions = charge.extensions()
            raise

    def _take(self, token: str, price: int) -> Charge:
        try:
            return self.budgets.charge(token, price)
        except (TooDear, BudgetSpent) as error:
            raise _refused(error) from None

    @asynccontextmanager
    async def in_time(self, operation: Operation, variables: Mapping[str, Any] | None) -> AsyncIterator[None]:
        """End the block, and what it waits for, when its time is over: TooSlow."""
        seconds = self.upload_seconds if _uploads(operation, variables) else self.seconds
        try:
            async with asyncio.timeout(seconds) as clock:
                yield
        except TimeoutError:
            if not clock.expired():
                raise
            raise TooSlow(_too_slow(seconds)) from None


def _refused(error: TooDear | BudgetSpent) -> FailedOperation:
    failure = failed(error)
    failure.extensions = error.charge.extensions()
    # Over a WebSocket there are the errors alone.
    failure.errors[0]["extensions"].update(failure.extensions or {})
    return failure


def _too_slow(seconds: float | None) -> str:
    return (
        f"This took longer than the {seconds:g} seconds that an operation may, and was ended. "
        "Ask for less at once, or again later."
    )


def _uploads(operation: Operation, variables: Mapping[str, Any] | None) -> bool:
    """Whether it waits for a file that a client is still sending."""
    if operation.kind is not OperationType.MUTATION:
        return False
    waiting = [*(variables or {}).values()]
    while waiting:
        value = waiting.pop()
        if isinstance(value, File):
            return True
        if isinstance(value, dict):
            waiting.extend(value.values())
    return False
