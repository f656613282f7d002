"""An audit of graphql-transport-ws against a real server: opening, greeting, pings, and messages that are none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.wire import (
    ACK,
    GREETED,
    Check,
    Server,
    check,
    expect,
    expect_close,
    expect_data,
    expect_silence,
    hang_up,
    init,
    pause,
    send,
    serving,
    subscribe,
    text,
)

PATIENCE = 0.4

HANDSHAKE = (
    check("the subprotocol is accepted", *GREETED),
    check("it is chosen among others", *GREETED, offer=("graphql-ws", "chat", "graphql-transport-ws")),
    check("without a subprotocol the socket is closed with 4406", expect_close(4406), offer=()),
    check("the legacy subprotocol is refused with 4406", expect_close(4406), offer=("graphql-ws",)),
    check("an unknown subprotocol is refused with 4406", expect_close(4406), offer=("mqtt",)),
    check("a subprotocol is matched exactly", expect_close(4406), offer=("GraphQL-Transport-WS",)),
    check("a client without an origin is let in", *GREETED),
    check("a page of another site is refused", headers={"Origin": "https://evil.example"}, refused=403),
    check("a page without an origin of its own is refused", headers={"Origin": "null"}, refused=403),
    check("a page of a like-named site is refused", headers={"Origin": "https://plan.example.evil"}, refused=403),
    check("a page that was named is let in", *GREETED, headers={"Origin": "https://plan.example"}),
    check("another scheme is another origin", headers={"Origin": "http://plan.example"}, refused=403),
)

GREETING = (
    check("connection_init is answered with connection_ack", init(), ACK),
    check(
        "connection_ack comes once, before anything else",
        init(),
        subscribe("{ hello }"),
        ACK,
        expect_data({"hello": "Hello world"}),
    ),
    check("silence after the handshake is closed with 4408", expect_close(4408, "Connection initialisation timeout")),
    check(
        "pings do not put that off",
        send(type="ping"),
        expect(type="pong"),
        pause(PATIENCE),
        expect_close(4408),
    ),
    check("who was greeted may be silent for longer", *GREETED, expect_silence(2 * PATIENCE)),
    check(
        "a second connection_init closes with 4429",
        *GREETED,
        init(),
        expect_close(4429, "Too many initialisation requests"),
    ),
    check("also before the first was acknowledged", init(), init(), ACK, expect_close(4429)),
    check("also with another token", *GREETED, init("bob"), expect_close(4429)),
    check("without a token the connection is closed with 4403", send(type="connection_init"), expect_close(4403)),
    check("payload null is none", send(type="connection_init", payload=None), expect_close(4403)),
    check("an empty payload is one", send(type="connection_init", payload={}), expect_close(4403)),
    check(
        "a forged token is closed with 4403",
        send(type="connection_init", payload={"Authorization": "Bearer e30.e30.e30"}),
        expect_close(4403),
    ),
    check("a token that has expired is closed with 4403", init(seconds=-600), expect_close(4403)),
    check("somebody who is no member is closed with 4403", init("mallory"), expect_close(4403)),
    check("a payload of a list closes with 4400", send(type="connection_init", payload=[]), expect_close(4400)),
    check("a payload of a string closes with 4400", send(type="connection_init", payload="x"), expect_close(4400)),
    check("a payload of a number closes with 4400", send(type="connection_init", payload=0), expect_close(4400)),
    check("a payload of a boolean closes with 4400", send(type="connection_init", payload=False), expect_close(4400)),
    check(
        "a token that is no string closes with 4400",
        send(type="connection_init", payload={"authorization": 1}),
        expect_close(4400),
    ),
    check(
        "a subscription before the greeting closes with 4401",
        subscribe("{ hello }"),
        expect_close(4401, "Unauthorized"),
    ),
    check("a query before the greeting closes with 4401", subscribe("query { hello }"), expect_close(4401)),
    check("complete before the greeting is ignored", send(type="complete", id="1"), expect_silence()),
    check(
        "a greeting that was refused acknowledges nothing", init("mallory"), subscribe("{ hello }"), expect_close(4403)
    ),
)

PINGS = (
    check("a ping is answered with a pong", *GREETED, send(type="ping"), expect(type="pong")),
    check("also before the greeting", send(type="ping"), expect(type="pong")),
    check(
        "its payload is echoed",
        *GREETED,
        send(type="ping", payload={"a": [1, {"b": None}]}),
        expect(type="pong", payload={"a": [1, {"b": None}]}),
    ),
    check("an empty payload is echoed", *GREETED, send(type="ping", payload={}), expect(type="pong", payload={})),
    check("a payload null is none", *GREETED, send(type="ping", payload=None), expect(type="pong")),
    check("a payload of a list closes with 4400", *GREETED, send(type="ping", payload=[1]), expect_close(4400)),
    check("a payload of a string closes with 4400", *GREETED, send(type="ping", payload="x"), expect_close(4400)),
    check(
        "pings are answered in their order",
        *GREETED,
        *(send(type="ping", payload={"n": n}) for n in range(20)),
        *(expect(type="pong", payload={"n": n}) for n in range(20)),
    ),
    check("a pong nobody asked for is ignored", *GREETED, send(type="pong"), expect_silence()),
    check("also with a payload", *GREETED, send(type="pong", payload={"a": 1}), expect_silence()),
    check("also before the greeting", send(type="pong"), expect_silence()),
    check(
        "a pong with a payload that is no object closes with 4400",
        *GREETED,
        send(type="pong", payload=1),
        expect_close(4400),
    ),
    check(
        "a ping is answered while an operation runs",
        *GREETED,
        subscribe("{ slow(seconds: 0.3) }"),
        send(type="ping"),
        expect(type="pong"),
        expect_data({"slow": "done"}),
    ),
)

NO_MESSAGES = (
    check("text that is not JSON closes with 4400", *GREETED, text("hello"), expect_close(4400)),
    check("an empty message closes with 4400", *GREETED, text(""), expect_close(4400)),
    check("JSON null closes with 4400", *GREETED, text("null"), expect_close(4400)),
    check("a JSON list closes with 4400", *GREETED, text("[]"), expect_close(4400)),
    check("a JSON string closes with 4400", *GREETED, text('"ping"'), expect_close(4400)),
    check("half a message closes with 4400", *GREETED, text('{"type":"ping"'), expect_close(4400)),
    check("two messages in one close with 4400", *GREETED, text('{"type":"ping"}{"type":"ping"}'), expect_close(4400)),
    check("a binary message closes with 4400", *GREETED, text(b'{"type":"ping"}'), expect_close(4400)),
    check("a message without a type closes with 4400", *GREETED, send(id="1"), expect_close(4400)),
    check("a type null closes with 4400", *GREETED, send(type=None), expect_close(4400)),
    check("a type that is no string closes with 4400", *GREETED, send(type=["ping"]), expect_close(4400)),
    check("an unknown type closes with 4400", *GREETED, send(type="publish"), expect_close(4400)),
    check("a type is matched exactly", *GREETED, send(type="Ping"), expect_close(4400)),
    check(
        "a legacy start closes with 4400",
        *GREETED,
        send(type="start", id="1", payload={"query": "{ hello }"}),
        expect_close(4400),
    ),
    check(
        "a legacy connection_terminate closes with 4400",
        *GREETED,
        send(type="connection_terminate"),
        expect_close(4400),
    ),
    check("a connection_ack of the client closes with 4400", *GREETED, send(type="connection_ack"), expect_close(4400)),
    check("a next of the client closes with 4400", *GREETED, send(type="next", id="1", payload={}), expect_close(4400)),
    check(
        "an error of the client closes with 4400", *GREETED, send(type="error", id="1", payload=[]), expect_close(4400)
    ),
    check("JSON nested without end closes with 4400", *GREETED, text("[" * 100_000), expect_close(4400)),
    check(
        "half a surrogate closes with 4400",
        *GREETED,
        text('{"type":"ping","payload":{"a":"\\ud800"}}'),
        expect_close(4400),
    ),
    check("also before the greeting", text("hello"), expect_close(4400)),
    check("a message of five megabytes closes with 1009", *GREETED, text("x" * 5_000_000), expect_close(1009)),
    check(
        "keys that the protocol does not know are ignored",
        *GREETED,
        send(type="ping", id="x", other=1),
        expect(type="pong"),
    ),
    check("a normal closure is echoed", *GREETED, hang_up(1000, "bye"), expect_close(1000, "bye")),
)

CHECKS = (*HANDSHAKE, *GREETING, *PINGS, *NO_MESSAGES)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("audit")


@pytest.fixture(scope="module")
def server(data: Path) -> Iterator[Server]:
    with serving(data, TINY_PATIENCE=str(PATIENCE), TINY_ORIGINS="https://plan.example") as found:
        yield found
        assert "Traceback" not in found.written


@pytest.mark.parametrize("row", CHECKS, ids=lambda row: row.name)
async def test_the_protocol_holds(server: Server, data: Path, row: Check) -> None:
    await row.run(server.address, data)


def test_the_audit_is_long_enough() -> None:
    assert len(CHECKS) >= 50
