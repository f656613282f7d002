"""What a rule may reach while it runs in its thread; each call is carried out on the event loop."""

from __future__ import annotations

import asyncio
import tempfile
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, BinaryIO, TypeVar, cast

from domain.access import Tenant
from domain.errors import ErrorCode, NotFound, refuse
from domain.inventory import ImportRow
from domain.planning.ports import Solvers
from domain.ports import InventoryReader, UnitOfWork, Work

T = TypeVar("T")

PAGE = 1_000
# A file is held in memory up to this size, beyond it on disk.
SPOOL_BYTES = 8 << 20


class RunCancelled(Exception):
    """The run is no longer wanted."""


@dataclass
class RunPorts:
    """The ports of one run. `stop` is set by the event loop, read by the rule's thread."""

    work: Work
    tenant: Tenant
    reader: InventoryReader
    solvers: Solvers
    loop: asyncio.AbstractEventLoop
    stop: threading.Event = field(default_factory=threading.Event)

    def source(self, file_id: str) -> BinaryIO:
        """The bytes of a stored file, seekable; the caller closes it."""
        # The rule closes it.
        target = cast("BinaryIO", tempfile.SpooledTemporaryFile(SPOOL_BYTES))  # noqa: SIM115
        try:
            self.wait(self._copy(file_id, target))
        except BaseException:
            target.close()
            raise
        target.seek(0)
        return target

    async def _copy(self, file_id: str, target: BinaryIO) -> None:
        async with self.work(self.tenant) as uow:
            await _require_kept(uow, file_id)
            async for chunk in uow.files.read(file_id):
                target.write(chunk)

    def rows(self, flow_id: str) -> Iterator[ImportRow]:
        """The good rows of the flow's import, in file order, a page at a time."""
        after = 0
        while page := self.wait(self._page(flow_id, after)):
            yield from page
            after = page[-1].line

    async def _page(self, flow_id: str, after: int) -> tuple[ImportRow, ...]:
        async with self.work(self.tenant) as uow:
            return await uow.portfolio.rows(flow_id, after, PAGE)

    def cancelled(self) -> bool:
        """True once the run is no longer wanted."""
        return self.stop.is_set()

    def wait(self, asked: Coroutine[Any, Any, T]) -> T:
        """The result of something on the event loop, for a rule's thread; RunCancelled once nobody wants it."""
        if self.stop.is_set():
            asked.close()
            raise RunCancelled
        future: Future[T] = asyncio.run_coroutine_threadsafe(asked, self.loop)
        return future.result()


async def _require_kept(uow: UnitOfWork, file_id: str) -> None:
    try:
        await uow.files.get(file_id)
    except NotFound:
        message = "The file is no longer kept. Start another flow with it."
        raise refuse(ErrorCode.NOT_FOUND, message, "source") from None
