"""HTTP to a model that cannot fill the memory: the clients above it read whole events and whole error pages."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx

# Beside the text that an event carries: its names, and escapes of up to six bytes for each character.
EVENT_OVERHEAD = 64 << 10
ESCAPED = 6
CONNECT_SECONDS = 10.0


class Oversize(httpx.TransportError):
    """The endpoint sent more in one piece than any answer is long."""


def open_http(answer_size: int) -> httpx.AsyncClient:
    """Waits as long as it is waited for: the deadline is the call's. No redirects: they would carry the prompt away."""
    timeout = httpx.Timeout(None, connect=CONNECT_SECONDS)
    # The gateway caps calls at once; a check must not queue behind them.
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=8, keepalive_expiry=30.0)
    transport = LimitedTransport(httpx.AsyncHTTPTransport(limits=limits), answer_size * ESCAPED + EVENT_OVERHEAD)
    # Compressed, ten megabytes are ten kilobytes.
    headers = {"Accept-Encoding": "identity"}
    return httpx.AsyncClient(transport=transport, timeout=timeout, headers=headers, follow_redirects=False)


class LimitedTransport(httpx.AsyncBaseTransport):
    """Fails a response of which one event, or all that is no stream of events, is longer than `most` bytes."""

    def __init__(self, inner: httpx.AsyncBaseTransport, most: int) -> None:
        self._inner = inner
        self._most = most

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._inner.handle_async_request(request)
        if not isinstance(response.stream, httpx.AsyncByteStream):
            raise Oversize("The response is no stream.", request=request)
        if response.headers.get("content-encoding", "identity") != "identity":
            await response.aclose()
            raise Oversize("The response is compressed, unasked.", request=request)
        streamed = response.headers.get("content-type", "").startswith("text/event-stream")
        limited = LimitedStream(response.stream, self._most, events=streamed)
        return httpx.Response(
            response.status_code, headers=response.headers, stream=limited, extensions=response.extensions
        )

    async def aclose(self) -> None:
        await self._inner.aclose()


class LimitedStream(httpx.AsyncByteStream):
    """Counts bytes, from the last empty line where the body is a stream of events."""

    def __init__(self, inner: httpx.AsyncByteStream, most: int, *, events: bool) -> None:
        self._inner = inner
        self._most = most
        self._events = events
        self._seen = 0
        self._tail = b""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._inner:
            self._count(piece)
            if self._seen > self._most:
                raise Oversize("The response is too long.")
            yield piece

    def _count(self, piece: bytes) -> None:
        if not self._events:
            self._seen += len(piece)
            return
        # An empty line may lie across two pieces.
        text = (self._tail + piece).replace(b"\r\n", b"\n")
        end = text.rfind(b"\n\n")
        self._seen = len(text) - end if end >= 0 else self._seen + len(piece)
        self._tail = text[-3:]

    async def aclose(self) -> None:
        await self._inner.aclose()
