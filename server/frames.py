"""The frames below GraphQL over a WebSocket: uvicorn's protocol, with a bound where it has none.

Whatever bytes a client sends, it is told by a close code of RFC 6455, costs a fixed amount of memory, and is gone
some seconds later also when it no longer reads.
"""

from __future__ import annotations

import struct
from typing import Any

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame
from websockets.http11 import Request
from websockets.protocol import State

# Browsers and libraries send a message whole, or in pieces of some kilobytes. Each piece is an object here, so that a
# message in pieces of two bytes would take twenty-five times its size.
MOST_FRAGMENTS = 1024
CLOSES_WITHIN = 5.0
# The name of the extension of ASGI.
WRITE = "flotilla.write"
# The application ends its sockets long before, when it is told to drain.
DRAINS_WITHIN = 8.0
# As RFC 6455 writes the length of a frame: in the second byte, or in the two or eight that follow it.
FIN_TEXT, SHORT, LONG = 0x81, 126, 1 << 16


class Frames(WebSocketsSansIOProtocol):
    """One connection, from its handshake to its end."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.close_timeout = CLOSES_WITHIN

    def handle_connect(self, event: Request) -> None:
        if not event.path.isascii():
            # It would not fit into an ASGI scope.
            self._refuse()
            return
        super().handle_connect(event)
        if not self.close_sent:
            # Beside what ASGI says: a way to write a frame that is the same for many sockets.
            self.scope["extensions"][WRITE] = {"write": self.write}

    def write(self, frame: bytes) -> bool:
        """Write a whole frame of a message, if the client has room for it now."""
        if not self.writable.is_set() or self.close_sent or self.conn.state is not State.OPEN:
            return False
        self.transport.write(frame)
        return True

    def _refuse(self) -> None:
        self.handshake_complete = self.close_sent = True
        self.conn.send_response(self.conn.reject(400, "The address must be ASCII.\n"))
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.transport.close()

    def handle_ping(self) -> None:
        """Answer, unless the client does not read what it was sent: answers to it must not pile up."""
        answer = b"".join(self.conn.data_to_send())
        if self.writable.is_set():
            self.transport.write(answer)

    def handle_cont(self, event: Frame) -> None:
        if len(self.frames) < MOST_FRAGMENTS:
            super().handle_cont(event)
        else:
            self._fail(CloseCode.MESSAGE_TOO_BIG, "too many fragments")

    def send_receive_event_to_app(self) -> None:
        if self.curr_msg_data_type == "text" and not self.close_sent:
            self.frames = [b"".join(self.frames)]
            if not _is_utf8(self.frames[0]):
                self._fail(CloseCode.INVALID_DATA, "invalid UTF-8")
                return
        super().send_receive_event_to_app()

    def _fail(self, code: CloseCode, reason: str) -> None:
        self.frames = []
        if not self.close_sent:
            self.conn.fail(code, reason)
            self.handle_parser_exception()

    def handle_parser_exception(self) -> None:
        super().handle_parser_exception()
        self._cut_off_later()

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self._cut_off_later()

    async def send(self, message: Any) -> None:
        """As uvicorn does; but closing does not wait for a client that has stopped reading."""
        if self.close_sent and self.initial_response is None:
            raise ClientDisconnected
        if message["type"] != "websocket.close" or not self.handshake_complete:
            await super().send(message)
            if message["type"] != "websocket.send":
                self._forget_handshake()
            return
        self.writable.set()
        await super().send(message)
        self._cut_off_later()

    def _forget_handshake(self) -> None:
        """Its headers would stay as long as the socket. One that is refused with an answer is complete, too."""
        self.handshake_complete |= self.close_sent
        if self.handshake_complete:
            self.__dict__.pop("request", None)
            self.__dict__.pop("response", None)

    def shutdown(self) -> None:
        """The process stops. Who was let in is told so by the application, which knows what is in flight."""
        if not self.handshake_complete or self.close_sent:
            super().shutdown()
            return
        self.stop_keepalive()
        self.close_timeout = CLOSES_WITHIN / 2
        self.loop.call_later(DRAINS_WITHIN, self._shut_down)

    def _shut_down(self) -> None:
        if not self.disconnected:
            super().shutdown()

    def _cut_off_later(self) -> None:
        """Closing waits until everything is written: for ever, where nobody reads."""
        if self.close_timer is not None:
            self.close_timer.cancel()
        self.close_timer = self.loop.call_later(self.close_timeout, self._cut_off)

    def _cut_off(self) -> None:
        if not self.disconnected:
            self.transport.abort()


def text_frame(text: str) -> bytes:
    """A message as a server sends it: unmasked, in one frame."""
    data = text.encode()
    size = len(data)
    if size < SHORT:
        return struct.pack("!BB", FIN_TEXT, size) + data
    if size < LONG:
        return struct.pack("!BBH", FIN_TEXT, SHORT, size) + data
    return struct.pack("!BBQ", FIN_TEXT, SHORT + 1, size) + data


def _is_utf8(data: bytes | bytearray | memoryview) -> bool:
    try:
        bytes(data).decode()
    except UnicodeDecodeError:
        return False
    return True
