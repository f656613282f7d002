"""A process that is told to stop: what is in flight arrives, clients are sent elsewhere, and it ends in time."""

from __future__ import annotations

import asyncio
import signal
import time
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from server import websocket
from server.draining import Drain
from tests.integration import tiny
from tests.integration.wire import (
    GREETED,
    Server,
    Step,
    Wire,
    connected,
    expect_close,
    expect_complete,
    expect_data,
    serving,
    status_of,
    subscribe,
)

RESTART = (1012, "Service restart: connect again, with the last cursor received")
FOREVER = "subscription { forever { number } }"


async def take(wire: Wire, *steps: Step) -> None:
    for step in steps:
        await step(wire)


async def ended(server: Server, within: float) -> float:
    """Seconds until the process is gone, which it must be in time."""
    begun = time.monotonic()
    await asyncio.to_thread(server.process.wait, within)
    return time.monotonic() - begun


async def test_an_idle_socket_is_told_at_once(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        async with connected(server.address) as greeted, connected(server.address) as silent:
            await take(Wire(greeted, tmp_path), *GREETED)
            server.process.send_signal(signal.SIGTERM)

            await take(Wire(greeted, tmp_path), expect_close(*RESTART))
            await take(Wire(silent, tmp_path), expect_close(*RESTART))
        assert await ended(server, 5) < 3
        assert server.process.returncode in (0, -signal.SIGTERM)
        assert "Traceback" not in server.written


async def test_what_has_one_answer_still_gives_it(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        async with connected(server.address) as socket:
            wire = Wire(socket, tmp_path)
            query, mutation = "{ slow(seconds: 0.8) }", "mutation { change(seconds: 1.2) }"
            first = expect_data({"forever": {"number": 1}}, "s")
            await take(wire, *GREETED, subscribe(FOREVER, "s"), first, subscribe(query, "q"), subscribe(mutation, "m"))
            server.process.send_signal(signal.SIGTERM)

            await take(wire, expect_data({"slow": "done"}, "q"), expect_complete("q"))
            await take(wire, expect_data({"change": "changed"}, "m"), expect_complete("m"), expect_close(*RESTART))
        with pytest.raises(ConnectionRefusedError):
            await status_of(server.address, (), {})


async def test_what_takes_too_long_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "ANSWERS_WITHIN", 0.2)
    app = tiny.make_app(tmp_path)
    async with tiny.serving(app) as address, connected(address) as socket:
        wire = Wire(socket, tmp_path)
        await take(wire, *GREETED, subscribe("{ slow(seconds: 5) }"))
        app.state.drain.begin()

        await take(wire, expect_close(*RESTART))


async def test_while_it_drains_nothing_new_is_begun(tmp_path: Path) -> None:
    """A client that asks once more, or a proxy that still connects: both go elsewhere, and nothing is done twice."""
    app = tiny.make_app(tmp_path)
    async with tiny.serving(app) as address, connected(address) as socket:
        wire = Wire(socket, tmp_path)
        await take(wire, *GREETED, subscribe("{ slow(seconds: 0.5) }", "q"))
        async with asyncio.timeout(5):
            while tiny.SEEN.open_sources == 0:  # noqa: ASYNC110 - another task counts them
                await asyncio.sleep(0.01)
        app.state.drain.begin()
        before = tiny.SEEN.contexts
        await take(wire, subscribe("mutation { change }", "late"))

        assert await status_of(address, ("graphql-transport-ws",), {}) == 503
        await take(wire, expect_data({"slow": "done"}, "q"), expect_complete("q"), expect_close(*RESTART))
        assert tiny.SEEN.contexts == before


@pytest.mark.slow
async def test_a_client_that_does_not_read_does_not_hold_it(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        options = {"max_queue": 1, "max_size": None, "ping_interval": None, "close_timeout": 0.1}
        uri, offer = f"ws://{server.address}/graphql", ["graphql-transport-ws"]
        async with connect(uri, subprotocols=offer, **options) as socket:  # type: ignore[arg-type]
            wire = Wire(socket, tmp_path)
            await take(wire, *GREETED, subscribe("subscription { count(to: 9000, textSize: 6000) { text } }"))
            await asyncio.sleep(1)
            server.process.send_signal(signal.SIGTERM)

            assert await ended(server, 9) < 7
            socket.transport.abort()
        assert "Traceback" not in server.written


async def test_a_drain_tells_whoever_watches_once() -> None:
    drain, told = Drain(), []
    with drain.watched(lambda: told.append("left")):
        pass
    with drain.watched(lambda: told.append("watching")):
        drain.begin()
    with drain.watched(lambda: told.append("late")):
        pass

    assert (told, drain.begun) == (["watching", "late"], True)
