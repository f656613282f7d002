"""The bytes below HTTP: uvicorn's protocol, with a bound on what comes before a request can be told."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

# A token, tenant headers and a GET's document fit many times. The parser itself takes headers without end.
LARGEST_HEAD = 64 * 1024
HEAD_WITHIN = 20.0
# A client that takes nothing at all of what waits for it, for so long, is gone.
TAKES_WITHIN = 60.0
# The name of an extension of ASGI: how to end a connection whose client takes nothing of what waits for it.
CUT = "flotilla.cut"


class Connection(HttpToolsProtocol):
    """One connection and its requests, each of which must say in time and in brief what it wants."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._in_head = True
        self._head_size = 0
        self._patience = self.loop.call_later(HEAD_WITHIN, self._give_up)
        self._stalled: asyncio.TimerHandle | None = None

    def connection_lost(self, exc: Exception | None) -> None:
        self._patience.cancel()
        self._goes_on()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch_taking()

    def resume_writing(self) -> None:
        self._goes_on()
        super().resume_writing()

    def handle_websocket_upgrade(self) -> None:
        # From here on another protocol has the connection.
        self._goes_on()
        super().handle_websocket_upgrade()

    def _goes_on(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()

    def _watch_taking(self) -> None:
        self._goes_on()
        waiting = self.transport.get_write_buffer_size()
        self._stalled = self.loop.call_later(TAKES_WITHIN, self._check_taking, waiting)

    def _check_taking(self, waited: int) -> None:
        """A large answer to a slow client takes its time: only one of which nothing was taken is given up."""
        if self.transport.get_write_buffer_size() >= waited:
            self._cut()
        else:
            self._watch_taking()

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
