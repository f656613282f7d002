"""The answers of one operation on a WebSocket: the same bytes as everybody's, behind a head of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import orjson
from starlette.types import Scope

from server.answers import Payload, Sink
from server.frames import WRITE, text_frame


@dataclass(frozen=True, slots=True)
class Framed:
    """`form` is what a message begins with: operations of one id on many sockets send the same frames."""

    form: str
    _write: Callable[[bytes], bool] | None

    @classmethod
    def of(cls, id: str, scope: Scope) -> Self:
        """For the operation of that id on the socket of that scope."""
        form = f'{{"id":{orjson.dumps(id).decode()},"type":"next","payload":'
        return cls(form, scope.get("extensions", {}).get(WRITE, {}).get("write"))

    @property
    def sink(self) -> Sink | None:
        """Itself, where the server that serves the socket lets frames be written to it."""
        return self if self._write else None

    def text(self, payload: Payload) -> str:
        """The message `next` that holds it."""
        return f"{self.form}{payload.text}}}"

    def shape(self, payload: Payload) -> bytes:
        """That message as a frame."""
        return text_frame(self.text(payload))

    def write(self, data: bytes) -> bool:
        """Write it, if the client has room for it now."""
        return self._write is not None and self._write(data)
