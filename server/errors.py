"""Top-level errors: their codes, what a client is told, and what only the log is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from http import HTTPStatus
from math import ceil
from typing import Any
from uuid import uuid4

import structlog
from graphql import GraphQLError, Node
from sqlalchemy.exc import DBAPIError

from domain.errors import (
    CursorExpired,
    ErrorCode,
    Forbidden,
    LimitExceeded,
    Refused,
    Unauthenticated,
)

LOG = structlog.get_logger(__name__)

LONGEST_MESSAGE = 1000
# What PostgreSQL calls the end of a statement that took too long.
STATEMENT_ENDED = "57014"
# Seconds after which something that is away may be back.
ASK_AGAIN_AFTER = 10


class Code(StrEnum):
    """The codes of the contract's top-level errors."""

    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    NOT_FOUND = "NOT_FOUND"
    BAD_REQUEST = "BAD_REQUEST"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
    RATE_LIMITED = "RATE_LIMITED"
    CURSOR_EXPIRED = "CURSOR_EXPIRED"
    TIMEOUT = "TIMEOUT"
    PERSISTED_QUERY_NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"
    PERSISTED_QUERY_NOT_SUPPORTED = "PERSISTED_QUERY_NOT_SUPPORTED"
    DOCUMENT_NOT_TRUSTED = "DOCUMENT_NOT_TRUSTED"
    INTERNAL = "INTERNAL"


STATUS: Mapping[str, HTTPStatus] = {
    Code.UNAUTHENTICATED: HTTPStatus.UNAUTHORIZED,
    Code.FORBIDDEN: HTTPStatus.FORBIDDEN,
    Code.NOT_FOUND: HTTPStatus.NOT_FOUND,
    Code.BAD_REQUEST: HTTPStatus.BAD_REQUEST,
    Code.LIMIT_EXCEEDED: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Code.RATE_LIMITED: HTTPStatus.TOO_MANY_REQUESTS,
    Code.CURSOR_EXPIRED: HTTPStatus.GONE,
    Code.TIMEOUT: HTTPStatus.GATEWAY_TIMEOUT,
    Code.PERSISTED_QUERY_NOT_FOUND: HTTPStatus.NOT_FOUND,
    Code.PERSISTED_QUERY_NOT_SUPPORTED: HTTPStatus.NOT_FOUND,
    Code.DOCUMENT_NOT_TRUSTED: HTTPStatus.FORBIDDEN,
    Code.INTERNAL: HTTPStatus.INTERNAL_SERVER_ERROR,
}

_REFUSALS: Mapping[ErrorCode, Code] = {
    ErrorCode.NOT_FOUND: Code.NOT_FOUND,
    ErrorCode.LIMIT_EXCEEDED: Code.LIMIT_EXCEEDED,
}

Error = dict[str, Any]


class BadRequest(Exception):
    """The request is not one that GraphQL over HTTP or over a WebSocket allows."""

    def __init__(self, message: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(message)
        self.status = status


class DocumentRefused(Exception):
    """The document is not one that this server executes, whoever asks; `code` says why."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code = code


class TooSlow(Exception):
    """The operation took longer than one may."""


class RateLimited(Exception):
    """The same was asked too often; `retry_after` is in how many seconds it may be asked again."""

    def __init__(self, message: str, wait: float) -> None:
        self.retry_after = max(1, ceil(wait))
        super().__init__(f"{message} Try again in {self.retry_after} s.")


class Unavailable(Exception):
    """Something this server rests on does not answer; the message is one that a client may read."""


class FailedOperation(Exception):
    """The operation failed before it gave any data; its errors are as a client may see them."""

    # What is said beside the errors, as beside data.
    extensions: Mapping[str, Any] | None = None

    def __init__(
        self, errors: Iterable[Error], status: HTTPStatus = HTTPStatus.OK, retry_after: int | None = None
    ) -> None:
        self.errors = list(errors)
        self.status = status
        self.headers = {} if retry_after is None else {"retry-after": str(retry_after)}
        super().__init__(" ".join(str(error["message"]) for error in self.errors))


class InvalidOperation(Exception):
    """The document or its variables cannot be executed; each error says why and where."""

    extensions: Mapping[str, Any] | None = None

    def __init__(self, errors: Iterable[GraphQLError]) -> None:
        self.errors = tuple(errors)
        super().__init__(" ".join(error.message for error in self.errors))


# What is told in the words of the exception itself.
_TOLD: Mapping[type[BaseException], Code] = {
    Unauthenticated: Code.UNAUTHENTICATED,
    Forbidden: Code.FORBIDDEN,
    CursorExpired: Code.CURSOR_EXPIRED,
    LimitExceeded: Code.LIMIT_EXCEEDED,
    BadRequest: Code.BAD_REQUEST,
    TooSlow: Code.TIMEOUT,
}


def describe(error: BaseException) -> Error:
    """What a client may know of an exception; what he may not is in the log, under the same id."""
    match error:
        case DocumentRefused():
            return _error(error.code, str(error))
        case RateLimited():
            return _error(Code.RATE_LIMITED, str(error), retryAfter=error.retry_after)
        case Refused():
            code = _REFUSALS.get(error.problems[0].code, Code.BAD_REQUEST)
            return _error(code, str(error))
        case Unavailable():
            return _unavailable(error)
        case DBAPIError() if getattr(error.orig, "sqlstate", None) == STATEMENT_ENDED:
            return _error(Code.TIMEOUT, "The database took too long for this, and was stopped. Ask for less at once.")
        case _ if told := next((code for type_, code in _TOLD.items() if isinstance(error, type_)), None):
            return _error(told, str(error))
        case _:
            return _internal(error)


def failed(error: Exception) -> FailedOperation:
    """The same, as the end of an operation that had not begun to answer."""
    described = describe(error)
    match error:
        case BadRequest():
            return FailedOperation([described], error.status)
        case RateLimited():
            return FailedOperation([described], HTTPStatus.TOO_MANY_REQUESTS, error.retry_after)
        case Unavailable():
            return FailedOperation([described], HTTPStatus.SERVICE_UNAVAILABLE, ASK_AGAIN_AFTER)
        case _:
            return FailedOperation([described], STATUS[code_of(described)])


def describe_invalid(error: InvalidOperation) -> list[Error]:
    """Errors found before anything ran: the client's own document, so nothing in them is a secret."""
    return [_located(_error(_code_of_invalid(each), each.message), each) for each in error.errors]


def _code_of_invalid(error: GraphQLError) -> Code:
    return Code.LIMIT_EXCEEDED if isinstance(error.original_error, LimitExceeded) else Code.BAD_REQUEST


def exceeds(message: str, node: Node | None = None) -> GraphQLError:
    """Says that the document, at that place, asks for more than one may."""
    return GraphQLError(message, node, original_error=LimitExceeded(message))


def describe_field(error: GraphQLError) -> Error:
    """An error of one field while it was executed."""
    cause: BaseException = error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    if isinstance(cause, GraphQLError):
        return _located(_error(Code.BAD_REQUEST, cause.message), error)
    return _located(describe(cause), error)


def code_of(error: Error) -> str:
    """The code that a client branches on."""
    return str(error["extensions"]["code"])


def _error(code: Code, message: str, **beside: Any) -> Error:
    return {"message": message[:LONGEST_MESSAGE], "extensions": {"code": code.value, **beside}}


def _internal(error: BaseException) -> Error:
    id = uuid4().hex
    LOG.error("internal_error", id=id, exc_info=error)
    return _masked("Something went wrong on the server.", id)


def _unavailable(error: Unavailable) -> Error:
    """Nothing of ours went wrong: one line for each who asks meanwhile is enough."""
    id = uuid4().hex
    LOG.warning("unavailable", id=id, reason=str(error))
    return _masked(str(error), id)


def _masked(message: str, id: str) -> Error:
    return _error(Code.INTERNAL, f"{message} Try again; if it stays, report it with the id {id}.", id=id)


def _located(described: Error, error: GraphQLError) -> Error:
    if error.locations:
        described["locations"] = [location.formatted for location in error.locations]
    if error.path is not None:
        described["path"] = error.path
    return described
