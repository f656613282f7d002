"""Top-level errors: their codes, what a client is told, and what only the log is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import structlog
from graphql import GraphQLError

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


class Code(StrEnum):
    """The codes of the contract's top-level errors."""

    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    NOT_FOUND = "NOT_FOUND"
    BAD_REQUEST = "BAD_REQUEST"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
    CURSOR_EXPIRED = "CURSOR_EXPIRED"
    INTERNAL = "INTERNAL"


STATUS: Mapping[str, HTTPStatus] = {
    Code.UNAUTHENTICATED: HTTPStatus.UNAUTHORIZED,
    Code.FORBIDDEN: HTTPStatus.FORBIDDEN,
    Code.NOT_FOUND: HTTPStatus.NOT_FOUND,
    Code.BAD_REQUEST: HTTPStatus.BAD_REQUEST,
    Code.LIMIT_EXCEEDED: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Code.CURSOR_EXPIRED: HTTPStatus.GONE,
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


class FailedOperation(Exception):
    """The operation failed before it gave any data; its errors are as a client may see them."""

    def __init__(self, errors: Iterable[Error], status: HTTPStatus = HTTPStatus.OK) -> None:
        self.errors = list(errors)
        self.status = status
        super().__init__(" ".join(str(error["message"]) for error in self.errors))


class InvalidOperation(Exception):
    """The document or its variables cannot be executed; each error says why and where."""

    def __init__(self, errors: Iterable[GraphQLError]) -> None:
        self.errors = tuple(errors)
        super().__init__(" ".join(error.message for error in self.errors))


def describe(error: BaseException) -> Error:
    """What a client may know of an exception; what he may not is in the log, under the same id."""
    match error:
        case Unauthenticated():
            return _error(Code.UNAUTHENTICATED, str(error))
        case Forbidden():
            return _error(Code.FORBIDDEN, str(error))
        case CursorExpired():
            return _error(Code.CURSOR_EXPIRED, str(error))
        case LimitExceeded():
            return _error(Code.LIMIT_EXCEEDED, str(error))
        case BadRequest():
            return _error(Code.BAD_REQUEST, str(error))
        case Refused():
            code = _REFUSALS.get(error.problems[0].code, Code.BAD_REQUEST)
            return _error(code, str(error))
        case _:
            return _internal(error)


def failed(error: Exception) -> FailedOperation:
    """The same, as the end of an operation that had not begun to answer."""
    described = describe(error)
    status = error.status if isinstance(error, BadRequest) else STATUS[code_of(described)]
    return FailedOperation([described], status)


def describe_invalid(error: InvalidOperation) -> list[Error]:
    """Errors found before anything ran: the client's own document, so nothing in them is a secret."""
    return [_located(_error(Code.BAD_REQUEST, each.message), each) for each in error.errors]


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


def _error(code: Code, message: str) -> Error:
    return {"message": message[:LONGEST_MESSAGE], "extensions": {"code": code.value}}


def _internal(error: BaseException) -> Error:
    id = uuid4().hex
    LOG.error("internal_error", id=id, exc_info=error)
    masked = _error(
        Code.INTERNAL,
        f"Something went wrong on the server. Try again; if it stays, report it with the id {id}.",
    )
    masked["extensions"]["id"] = id
    return masked


def _located(described: Error, error: GraphQLError) -> Error:
    if error.locations:
        described["locations"] = [location.formatted for location in error.locations]
    if error.path is not None:
        described["path"] = error.path
    return described
