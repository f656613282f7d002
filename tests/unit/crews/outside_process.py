"""A process of its own that imports crewai and runs two crews, and tells all it did outside of itself."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from typing import Any

told: dict[str, list[str]] = {"connected": [], "looked_up": [], "written": [], "databases": [], "started": []}


def hear(event: str, arguments: tuple[Any, ...]) -> None:
    """Every connection, look-up, file and process of the interpreter goes through here, whoever opens it."""
    match event:
        case "socket.connect" | "socket.sendto":
            told["connected"].append(str(arguments[1]))
        case "socket.getaddrinfo" | "socket.gethostbyname":
            told["looked_up"].append(str(arguments[0]))
        case "open" if isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR):
            told["written"].append(str(arguments[0]))
        case "sqlite3.connect":
            told["databases"].append(str(arguments[0]))
        case "subprocess.Popen":
            told["started"].append(str(arguments[0]))


async def run(secret: str) -> None:
    from crews.crew import Crews
    from crews.gateway import Endpoint, Gateway
    from tests.faulty_model import faulty_model, says
    from tests.unit.crews.scripted import GOOD, ask_for_waves, nobody

    crews = Crews(most=1)
    async with faulty_model() as model:
        model.reply(says(secret), says(GOOD))
        gateway = Gateway(Endpoint("scripted", model.url, key="k"))
        answer = await crews.ask(gateway.of("e1"), ask_for_waves(briefing=f"The secret is {secret}."), nobody())
        await gateway.close()
    crews.close()
    assert answer.attempts == 2


def main(secret: str) -> None:
    import asyncio

    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    sys.addaudithook(hear)
    asyncio.run(run(secret))
    kept = all(signal.getsignal(number) is handler for number, handler in handlers.items())
    threads = sorted(each.name for each in threading.enumerate() if not each.daemon and each.name != "MainThread")
    names = {name: name in os.environ for name in ("REDIS_URL", "STRAY")}
    print(json.dumps({**told, "handlers_kept": kept, "threads": threads, "environment": names}))  # noqa: T201 - its result


if __name__ == "__main__":
    main(sys.argv[1])
