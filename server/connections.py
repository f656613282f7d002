"""The bytes below HTTP: uvicorn's protocol, with a bound on what comes before a request can be told."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

# A token, tenant headers and a GET's document fit many times. The parser itself takes headers without end.
LARGEST_HEAD = 64 * 1024
HEAD_WITHIN = 20.0
# The name of an extension of ASGI: how to end a connection whose client takes nothing of what waits for it.
CUT = "flotilla.cut"


class Connection(HttpToolsProtocol):
    """One connection and its requests, each of which must say in time and in brief what it wants."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._in_head = True
        self._head_size = 0
        self._patience = self.loop.call_later(HEAD_WITHIN, self._give_up)

    def connection_lost(self, exc: Exception | None) -> None:
        self._patience.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._in_head:
            self._head_size += len(data)
            if self._head_size > LARGEST_HEAD:
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {CUT: {"cut": self._cut}}
        self._in_head, self._head_size = True, 0
        self._patience.cancel()
        self._patience = self.loop.call_later(HEAD_WITHIN, self._give_up)

    def on_header(self, name: bytes, value: bytes) -> None:
        # What comes after the body is no header, and could come without end.
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._patience.cancel()
        super().on_headers_complete()

    def _cut(self) -> None:
        """Closing would wait until everything is written: for ever, where nobody reads."""
        self.transport.abort()

    def _give_up(self) -> None:
        self._refuse(HTTPStatus.REQUEST_TIMEOUT)

    def _refuse(self, status: HTTPStatus) -> None:
        """Answer without asking the application, unless it is answering an earlier request, and hang up."""
        if self.transport.is_closing():
            return
        if self.cycle is None or self.cycle.response_complete:  # type: ignore[redundant-expr]
            self.transport.write(STATUS_LINE[status] + b"content-length: 0\r\nconnection: close\r\n\r\n")
        self.transport.close()
