"""A worker that takes over late: it has listed the runs of lost workers, and goes on only when it gets SIGUSR1.

It runs nothing itself, so that what becomes of the runs is what the others do.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer

from engine.queue import APPLICATION, VERSION
from engine.recovery import Liveness
from server.settings import Settings

NAME = "late"


class LateLiveness(Liveness):
    """Says whose runs it has listed, and waits."""

    async def _try_lock(self, executor_id: str) -> bool:
        if executor_id != NAME:
            go_on = asyncio.Event()
            asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, go_on.set)
            say(f"listed the runs of {executor_id}")
            await go_on.wait()
        return await Liveness._try_lock(self, executor_id)


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


async def main(settings: Settings) -> None:
    config = DBOSConfig(
        name=APPLICATION,
        system_database_url=settings.database_url,
        executor_id=NAME,
        application_version=VERSION,
        serializer=DBOSPortableJSONSerializer(),
        run_migrations=False,
        enable_otlp=False,
        log_level="WARNING",
    )
    DBOS(config=config)
    DBOS.listen_queues([])
    DBOS.launch()
    liveness = LateLiveness(settings.database_url, NAME)
    await liveness.begin()
    say(f"took over {await liveness.take_over()}")
    await liveness.end()
    DBOS.destroy()


if __name__ == "__main__":
    asyncio.run(main(Settings.read(os.environ)))
