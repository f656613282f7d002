"""GraphQL over HTTP: POST with JSON, GET for queries, and multipart for files."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from http import HTTPStatus
from typing import Any

import orjson
from graphql import OperationType
from python_multipart.multipart import parse_options_header
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from domain.errors import LimitExceeded
from server.authentication import Credentials
from server.documents import Operation
from server.errors import BadRequest, Error, FailedOperation, InvalidOperation, describe_invalid
from server.execution import Answer
from server.hangups import while_connected
from server.multipart import read_operations
from server.operations import Client, Operations, edge
from server.parameters import NAMES, Parameters, read_json

JSON = "application/json"
GRAPHQL_RESPONSE = "application/graphql-response+json"
# What a client is still sending when it has its answer is taken in, up to this much and this long:
# closing the connection under it could cost it the answer.
LARGEST_REST = 256 * 1024 * 1024
LONGEST_REST = 10.0
LONGEST_PAUSE = 30.0

# A page of another site cannot send these without asking this server first, which never allows it.
PREFLIGHTED = (
    "authorization",
    "x-client-account-id",
    "x-engagement-id",
    "x-requested-with",
    "graphql-require-preflight",
    "apollo-require-preflight",
)

SUBSCRIPTIONS = (
    "Subscriptions are served over a WebSocket at this address, with the subprotocol graphql-transport-ws, "
    "or as a stream of events to who accepts text/event-stream."
)


class GraphQLOverHTTP:
    """The ASGI application behind /graphql for plain HTTP."""

    def __init__(self, operations: Operations, largest_json: int) -> None:
        self._operations = operations
        self._largest_json = largest_json

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        media_type = choose_media_type(request.headers.get("accept"))
        stream = patiently(request.stream())
        response = await self._respond(request, stream, media_type or GRAPHQL_RESPONSE)
        await _take_in_rest(stream)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            response.headers["allow"] = "POST" if request.method == "GET" else "GET, POST"
        await response(scope, receive, send)

    async def _respond(self, request: Request, stream: AsyncIterator[bytes], media_type: str) -> Response:
        try:
            with edge():
                _check_method(request)
                _check_preflighted(request)
                client = await self._operations.identify(credentials_of(request))
                parameters = await read_parameters(request, stream, self._largest_json)
                operation = self._operations.find(parameters, client)
                _check_kind(request, operation)
                answer = await self._answer(request, stream, operation, parameters, client)
                return _response(answer, HTTPStatus.OK, media_type)
        except InvalidOperation as error:
            # The older media type knows 200 for every request that could be read.
            status = HTTPStatus.OK if media_type == JSON else HTTPStatus.BAD_REQUEST
            return _response(_failure(describe_invalid(error), error.extensions), status, media_type)
        except FailedOperation as error:
            response = _response(_failure(error.errors, error.extensions), error.status, media_type)
            response.headers.update(error.headers)
            return response

    async def _answer(
        self,
        request: Request,
        stream: AsyncIterator[bytes],
        operation: Operation,
        parameters: Parameters,
        client: Client,
    ) -> Answer:
        """A query ends with its client; a mutation, of which he may not know how far it came, is carried out."""
        if operation.kind is not OperationType.QUERY:
            return await self._operations.answer(operation, parameters, client)
        await _take_in_rest(stream)
        try:
            async with while_connected(request.receive):
                return await self._operations.answer(operation, parameters, client)
        except ClientDisconnect:
            raise BadRequest("The client hung up.") from None


def choose_media_type(accept: str | None) -> str | None:
    """The one of our two media types that the client likes best; None when it takes neither."""
    if accept is None or not accept.strip():
        return JSON
    likes = {GRAPHQL_RESPONSE: 0.0, JSON: 0.0}
    for text in accept.split(","):
        name, options = parse_options_header(text.strip())
        quality = _quality(options.get(b"q", b"1"))
        for media_type in _matching(name.decode("latin-1")):
            likes[media_type] = max(likes[media_type], quality)
    best = max(likes, key=likes.__getitem__)
    return best if likes[best] > 0 else None


def _matching(name: str) -> tuple[str, ...]:
    # A client that takes anything was most likely written before the newer media type.
    if name in ("*/*", "application/*"):
        return (JSON,)
    return (name,) if name in (GRAPHQL_RESPONSE, JSON) else ()


def _quality(text: bytes) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _check_method(request: Request) -> None:
    if choose_media_type(request.headers.get("accept")) is None:
        message = f"This address answers with {GRAPHQL_RESPONSE} or {JSON}; accept one of them."
        raise BadRequest(message, HTTPStatus.NOT_ACCEPTABLE)
    if request.method not in ("GET", "POST"):
        raise BadRequest("Use POST, or GET for a query.", HTTPStatus.METHOD_NOT_ALLOWED)


def _check_kind(request: Request, operation: Operation) -> None:
    if operation.kind is OperationType.SUBSCRIPTION:
        raise BadRequest(SUBSCRIPTIONS, HTTPStatus.NOT_ACCEPTABLE)
    if request.method == "GET" and operation.kind is not OperationType.QUERY:
        raise BadRequest("A mutation must be sent by POST.", HTTPStatus.METHOD_NOT_ALLOWED)


def credentials_of(request: Request) -> Credentials:
    """What the request's headers say of the client."""
    return Credentials.of((name, value) for name, value in request.headers.items())


async def read_parameters(request: Request, stream: AsyncIterator[bytes], limit: int) -> Parameters:
    """The GraphQL request in a URL or a body."""
    if request.method == "GET":
        return Parameters.read(_query_parameters(request))
    if "content-encoding" in request.headers:
        raise BadRequest("Send the body as it is, without an encoding.", HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    media_type, options = parse_options_header(request.headers.get("content-type", ""))
    if media_type == b"multipart/form-data":
        # Also where this is all that is asked of HTTP.
        _check_preflighted(request)
        return Parameters.read(await read_operations(stream, options.get(b"boundary", b""), limit))
    if media_type != JSON.encode() or options.get(b"charset", b"utf-8").lower() not in (b"utf-8", b"utf8"):
        message = f"Send the body as {JSON} in UTF-8, or as multipart/form-data where it holds a file."
        raise BadRequest(message, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    return Parameters.read(read_json(await _read_body(stream, limit), "The body"))


def _query_parameters(request: Request) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in request.query_params.multi_items():
        if name in found:
            raise BadRequest(f"`{name}` stands in the URL twice.")
        found[name] = value
    for name in ("variables", "extensions"):
        if found.get(name):
            found[name] = read_json(str(found[name]), f"`{name}` in the URL")
        else:
            found.pop(name, None)
    return {name: found[name] for name in NAMES if name in found}


def _check_preflighted(request: Request) -> None:
    """Refuse what a form of another site could have sent, before anything of it is believed."""
    media_type, _ = parse_options_header(request.headers.get("content-type", ""))
    if media_type == b"multipart/form-data" and not any(name in request.headers for name in PREFLIGHTED):
        raise BadRequest("Send a multipart request with the header `GraphQL-Require-Preflight: true`.")


async def _read_body(stream: AsyncIterator[bytes], limit: int) -> bytes:
    body = bytearray()
    try:
        async for chunk in stream:
            body += chunk
            if len(body) > limit:
                raise LimitExceeded(f"The body is larger than {limit} bytes. Send files as multipart/form-data.")
    except ClientDisconnect:
        raise BadRequest("The body broke off.") from None
    return bytes(body)


async def patiently(stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The body as it comes, as long as it goes on coming."""
    while True:
        try:
            async with asyncio.timeout(LONGEST_PAUSE):
                chunk = await anext(stream)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise BadRequest("The body did not go on.", HTTPStatus.REQUEST_TIMEOUT) from None
        yield chunk


async def _take_in_rest(stream: AsyncIterator[bytes]) -> None:
    left = LARGEST_REST
    try:
        async with asyncio.timeout(LONGEST_REST):
            async for chunk in stream:
                left -= len(chunk)
                if left < 0:
                    return
    except (TimeoutError, ClientDisconnect, BadRequest):
        return


def _failure(errors: list[Error], extensions: Mapping[str, Any] | None) -> Answer:
    return {"errors": errors, "extensions": extensions} if extensions else {"errors": errors}


def _response(answer: Answer, status: HTTPStatus, media_type: str) -> Response:
    headers = {
        "content-type": f"{media_type}; charset=utf-8",
        "cache-control": "no-store",
        "vary": "accept",
        "x-content-type-options": "nosniff",
    }
    if status is HTTPStatus.UNAUTHORIZED:
        headers["www-authenticate"] = "Bearer"
    return Response(orjson.dumps(answer), status, headers)
