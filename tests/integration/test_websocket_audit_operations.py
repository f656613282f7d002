"""The same audit, of operations: what each answers, how it ends, and what it leaves of its socket."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.wire import (
    ACK,
    GREETED,
    Check,
    Server,
    Step,
    check,
    expect,
    expect_close,
    expect_complete,
    expect_data,
    expect_error,
    expect_fact,
    expect_silence,
    hang_up,
    init,
    pause,
    send,
    serving,
    subscribe,
)

MOST = 5
HELLO = expect_data({"hello": "Hello world"})
FOREVER = "subscription { forever { number } }"
COUNT = "subscription { count(to: 3) { number } }"
FIRST = expect_data({"forever": {"number": 1}})
BAD = expect_close(4400)


def counted(*numbers: int, id: str = "1") -> tuple[Step, ...]:
    return tuple(expect_data({"count": {"number": number}}, id) for number in numbers)


SUBSCRIBE = (
    check("an id is needed", *GREETED, send(type="subscribe", payload={"query": "{ hello }"}), BAD),
    check("an id null closes with 4400", *GREETED, subscribe("{ hello }", id=None), BAD),
    check("an id that is a number closes with 4400", *GREETED, subscribe("{ hello }", id=1), BAD),
    check("an empty id closes with 4400", *GREETED, subscribe("{ hello }", id=""), BAD),
    check(
        "any other string is an id",
        *GREETED,
        subscribe("{ hello }", id="ö \n"),
        expect_data({"hello": "Hello world"}, "ö \n"),
        expect_complete("ö \n"),
    ),
    check("a payload is needed", *GREETED, send(type="subscribe", id="1"), BAD),
    check("a payload null closes with 4400", *GREETED, send(type="subscribe", id="1", payload=None), BAD),
    check("a payload of a string closes with 4400", *GREETED, send(type="subscribe", id="1", payload="{ hello }"), BAD),
    check("a payload of a list closes with 4400", *GREETED, send(type="subscribe", id="1", payload=[]), BAD),
    check("a query is needed", *GREETED, send(type="subscribe", id="1", payload={}), BAD),
    check("a query null closes with 4400", *GREETED, subscribe(None), BAD),  # type: ignore[arg-type]
    check("a query that is a number closes with 4400", *GREETED, subscribe(1), BAD),  # type: ignore[arg-type]
    check("an operationName that is a number closes with 4400", *GREETED, subscribe("{ hello }", operationName=1), BAD),
    check("an operationName null is none", *GREETED, subscribe("{ hello }", operationName=None), HELLO),
    check("variables null are none", *GREETED, subscribe("{ hello }", variables=None), HELLO),
    check("variables that are a list close with 4400", *GREETED, subscribe("{ hello }", variables=[]), BAD),
    check("variables that are a string close with 4400", *GREETED, subscribe("{ hello }", variables="{}"), BAD),
    check("extensions null are none", *GREETED, subscribe("{ hello }", extensions=None), HELLO),
    check("extensions that are an object are taken", *GREETED, subscribe("{ hello }", extensions={"a": 1}), HELLO),
    check("extensions that are a list close with 4400", *GREETED, subscribe("{ hello }", extensions=[1]), BAD),
    check(
        "extensions reach the operation",
        *GREETED,
        subscribe("{ hello }", extensions={"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}),
        expect_error("BAD_REQUEST"),
    ),
)

ANSWERS = (
    check("a query is one next, then complete", *GREETED, subscribe("{ hello }"), HELLO, expect_complete()),
    check(
        "a mutation is one next, then complete",
        *GREETED,
        subscribe("mutation { change }"),
        expect_data({"change": "changed"}),
        expect_complete(),
    ),
    check(
        "a subscription is a next for each event, then complete",
        *GREETED,
        subscribe(COUNT),
        *counted(1, 2, 3),
        expect_complete(),
        expect_silence(),
    ),
    check(
        "a subscription without events is complete at once",
        *GREETED,
        subscribe("subscription { count(to: 0) { number } }"),
        expect_complete(),
    ),
    check(
        "variables reach the operation",
        *GREETED,
        subscribe("query ($n: String!) { hello(name: $n) }", variables={"n": "Ödön"}),
        expect_data({"hello": "Hello Ödön"}),
    ),
    check(
        "operationName chooses among operations",
        *GREETED,
        subscribe('query A { hello } query B { hello(name: "B") }', operationName="B"),
        expect_data({"hello": "Hello B"}),
    ),
    check(
        "an answer has the id of its question",
        *GREETED,
        subscribe("{ slow(seconds: 0.2) }", "slow"),
        subscribe("{ hello }", "fast"),
        expect_data({"hello": "Hello world"}, "fast"),
        expect_complete("fast"),
        expect_data({"slow": "done"}, "slow"),
        expect_complete("slow"),
    ),
    check(
        "subscriptions run side by side",
        *GREETED,
        subscribe(FOREVER, "a"),
        expect_data({"forever": {"number": 1}}, "a"),
        subscribe(FOREVER, "b"),
        expect_data({"forever": {"number": 1}}, "b"),
        subscribe("{ hello }", "c"),
        expect_data({"hello": "Hello world"}, "c"),
    ),
)

ERRORS = (
    check(
        "a syntax error is an error of the operation",
        *GREETED,
        subscribe("{"),
        expect_error("BAD_REQUEST"),
        expect_silence(),
    ),
    check("so is an unknown field", *GREETED, subscribe("{ nothing }"), expect_error("BAD_REQUEST"), expect_silence()),
    check(
        "so is an unknown operationName",
        *GREETED,
        subscribe("query A { hello }", operationName="B"),
        expect_error("BAD_REQUEST"),
        expect_silence(),
    ),
    check(
        "so is a choice among operations that was not made",
        *GREETED,
        subscribe("query A { hello } query B { hello }"),
        expect_error("BAD_REQUEST"),
        expect_silence(),
    ),
    check(
        "so is a missing variable",
        *GREETED,
        subscribe("query ($n: String!) { hello(name: $n) }"),
        expect_error("BAD_REQUEST"),
        expect_silence(),
    ),
    check(
        "so is a variable of another type",
        *GREETED,
        subscribe("query ($n: String!) { hello(name: $n) }", variables={"n": 1}),
        expect_error("BAD_REQUEST"),
        expect_silence(),
    ),
    check(
        "so is @defer, which is not served",
        *GREETED,
        subscribe("{ ... @defer { hello } }"),
        expect_error("BAD_REQUEST"),
        expect_silence(),
    ),
    check(
        "so is an empty document",
        *GREETED,
        subscribe("fragment F on Query { hello }"),
        expect_error("BAD_REQUEST"),
        expect_silence(),
    ),
    check(
        "after an error nothing comes of that operation",
        *GREETED,
        subscribe("subscription { expired { number } }"),
        expect_data({"expired": {"number": 1}}),
        expect_error("CURSOR_EXPIRED"),
        expect_silence(),
    ),
    check(
        "a source that breaks is an error that tells nothing",
        *GREETED,
        subscribe("subscription { fails { number } }"),
        expect_data({"fails": {"number": 1}}),
        expect_error("INTERNAL"),
        expect_silence(),
    ),
    check(
        "a subscription that cannot begin is an error",
        *GREETED,
        subscribe('subscription { count(to: "x") { number } }'),
        expect_error("BAD_REQUEST"),
        expect_silence(),
    ),
    check(
        "an error leaves other operations alone",
        *GREETED,
        subscribe("{ slow(seconds: 0.2) }", "slow"),
        subscribe("{", "bad"),
        expect_error("BAD_REQUEST", "bad"),
        expect_data({"slow": "done"}, "slow"),
        expect_complete("slow"),
    ),
)

IDS = (
    check(
        "an id in use closes with 4409 and names it",
        *GREETED,
        subscribe(FOREVER, "x"),
        expect_data({"forever": {"number": 1}}, "x"),
        subscribe(FOREVER, "x"),
        expect_close(4409, "Subscriber for x already exists"),
    ),
    check(
        "also between kinds of operations",
        *GREETED,
        subscribe("{ slow(seconds: 1) }"),
        subscribe(COUNT),
        expect_close(4409),
    ),
    check(
        "a long id is cut in the reason",
        *GREETED,
        subscribe(FOREVER, "ö" * 200),
        expect_data({"forever": {"number": 1}}, "ö" * 200),
        subscribe(FOREVER, "ö" * 200),
        expect_close(4409),
    ),
    check(
        "an id is free after complete",
        *GREETED,
        subscribe("{ hello }"),
        HELLO,
        expect_complete(),
        subscribe("{ hello }"),
        HELLO,
        expect_complete(),
    ),
    check(
        "an id is free after an error",
        *GREETED,
        subscribe("{"),
        expect_error("BAD_REQUEST"),
        subscribe("{ hello }"),
        HELLO,
    ),
    check(
        "an id is free after the client's complete",
        *GREETED,
        subscribe(FOREVER),
        FIRST,
        send(type="complete", id="1"),
        subscribe("{ hello }"),
        HELLO,
        expect_complete(),
    ),
    check("two sockets may use one id", *GREETED, subscribe(FOREVER), FIRST, expect_fact("hello", "Hello world")),
)

COMPLETE = (
    check(
        "complete ends a subscription without an answer",
        *GREETED,
        subscribe(FOREVER),
        FIRST,
        send(type="complete", id="1"),
        expect_silence(),
    ),
    check(
        "and ends its source",
        *GREETED,
        subscribe(FOREVER),
        FIRST,
        send(type="complete", id="1"),
        expect_fact("sources", 0),
    ),
    check(
        "complete before a query's answer keeps it back",
        *GREETED,
        subscribe("{ slow(seconds: 0.1) }"),
        send(type="complete", id="1"),
        expect_silence(0.3),
    ),
    check("complete of an unknown id is ignored", *GREETED, send(type="complete", id="unknown"), expect_silence()),
    check(
        "complete of what has ended is ignored",
        *GREETED,
        subscribe("{ hello }"),
        HELLO,
        expect_complete(),
        send(type="complete", id="1"),
        expect_silence(),
    ),
    check(
        "complete twice is ignored",
        *GREETED,
        subscribe(FOREVER),
        FIRST,
        send(type="complete", id="1"),
        send(type="complete", id="1"),
        expect_silence(),
    ),
    check("complete without an id closes with 4400", *GREETED, send(type="complete"), BAD),
    check("complete with an empty id closes with 4400", *GREETED, send(type="complete", id=""), BAD),
    check(
        "complete of one leaves the others",
        *GREETED,
        subscribe("{ slow(seconds: 0.2) }", "slow"),
        subscribe("{ slow(seconds: 0.1) }", "gone"),
        send(type="complete", id="gone"),
        expect_data({"slow": "done"}, "slow"),
    ),
)

ENDS = (
    check(
        "a client that goes ends its subscriptions",
        *GREETED,
        subscribe(FOREVER),
        FIRST,
        hang_up(),
        expect_fact("sources", 0),
    ),
    check(
        "also with the code 4499 of a client that terminates",
        *GREETED,
        subscribe(FOREVER),
        FIRST,
        hang_up(4499, "Terminated"),
        expect_fact("sources", 0),
    ),
    check(
        "of too many operations the latest is an error",
        *GREETED,
        *(subscribe(f"{{ slow(seconds: 0.3{n}) }}", str(n)) for n in range(MOST + 1)),
        expect_error("LIMIT_EXCEEDED", str(MOST)),
        *(step for n in range(MOST) for step in (expect_data({"slow": "done"}, str(n)), expect_complete(str(n)))),
    ),
    check(
        "there is room again when one has ended",
        *GREETED,
        *(subscribe(FOREVER, str(n)) for n in range(MOST)),
        *(expect_data({"forever": {"number": 1}}, str(n)) for n in range(MOST)),
        send(type="complete", id="0"),
        subscribe("{ hello }", "more"),
        expect_data({"hello": "Hello world"}, "more"),
    ),
    check(
        "a token that expires closes with 4403 and says so",
        init(seconds=1.5),
        ACK,
        subscribe(FOREVER),
        FIRST,
        expect_close(4403, "token expired"),
    ),
    check(
        "that ends its subscriptions",
        init(seconds=1.5),
        ACK,
        subscribe(FOREVER),
        FIRST,
        pause(1.6),
        expect_fact("sources", 0),
    ),
    check("pings go on after all that", *GREETED, send(type="ping"), expect(type="pong")),
)

CHECKS = (*SUBSCRIBE, *ANSWERS, *ERRORS, *IDS, *COMPLETE, *ENDS)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("audit")


@pytest.fixture(scope="module")
def server(data: Path) -> Iterator[Server]:
    with serving(data, TINY_OPERATIONS=str(MOST)) as found:
        yield found


@pytest.mark.parametrize("row", CHECKS, ids=lambda row: row.name)
async def test_the_protocol_holds(server: Server, data: Path, row: Check) -> None:
    await row.run(server.address, data)


def test_the_audit_is_long_enough() -> None:
    assert len(CHECKS) >= 50
