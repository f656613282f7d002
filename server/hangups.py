"""A client that hangs up: what was being read for it is not read on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.requests import ClientDisconnect
from starlette.types import Receive


@asynccontextmanager
async def while_connected(receive: Receive) -> AsyncIterator[None]:
    """Cancel the block when the client goes: ClientDisconnect. Its request must have been read to the end."""
    working = asyncio.current_task()
    watcher = _Watcher(receive)
    watching = asyncio.create_task(watcher.watch(working))
    try:
        yield
    except asyncio.CancelledError:
        if not watcher.gone or working is None or working.uncancel():
            raise
        raise ClientDisconnect from None
    finally:
        watching.cancel()


class _Watcher:
    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.gone = False

    async def watch(self, working: asyncio.Task[object] | None) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.gone = True
        if working is not None:
            working.cancel()
