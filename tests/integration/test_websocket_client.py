"""The client that most pages use, graphql-ws from npm, against a real server."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.integration import tiny
from tests.integration.node import Script
from tests.integration.wire import Server, serving

pytestmark = pytest.mark.slow

MOST = 3
CLIENT = Script("""
import { createClient } from "graphql-ws";
const { ADDRESS, HEADERS, RENEWED } = process.env;
const log = [];
const make = (options = {}) => createClient({
  url: `ws://${ADDRESS}/graphql`, connectionParams: JSON.parse(HEADERS),
  // Its own judgement gives up where nobody listens, as between a stop and a start.
  retryAttempts: 100, retryWait: wait, shouldRetry: () => true, ...options,
  on: {
    connected: () => log.push("connected"), closed: (event) => log.push([event.code, event.reason]), ...options.on,
  },
});
function wait() { return new Promise((done) => setTimeout(done, 200)); }
const all = async (client, query, variables) => {
  const found = [];
  for await (const result of client.iterate({ query, variables })) found.push(result);
  return found;
};
const failed = (client, query) =>
  all(client, query).then(() => null, (errors) => errors.map((each) => each.extensions.code));
// What a page does to resume: the variables it subscribed with always name the last cursor it has.
const follow = (client, to) => new Promise((done, fail) => {
  const numbers = [], variables = { after: 0 };
  const query = "subscription ($after: Int!) { follow(after: $after, pause: 0.02) { number } }";
  const stop = client.subscribe({ query, variables }, {
    next: ({ data }) => {
      variables.after = data.follow.number;
      numbers.push(data.follow.number);
      if (data.follow.number === to) { stop(); done(numbers); }
    },
    error: fail, complete: () => {},
  });
});
const scenarios = {
  async answers() {
    const client = make();
    const count = await all(client, "subscription { count(to: 3) { number } }");
    const hello = await all(client, "{ hello }");
    const change = await all(client, "mutation { change }");
    return { count, hello, change };
  },
  async errors() {
    const client = make({ lazy: false });
    const codes = [await failed(client, "{ nothing }"), await failed(client, "{"),
      await failed(client, "subscription { expired { number } }")];
    return { codes, after: await all(client, "{ hello }") };
  },
  async stops() {
    const client = make({ lazy: false });
    for await (const { data } of client.iterate({ query: "subscription { forever { number } }" })) {
      log.push(data);
      break;
    }
    return { after: await all(client, "{ hello }") };
  },
  async pings() {
    let pongs = 0;
    const client = make({ keepAlive: 50, on: { pong: (received) => received && (pongs += 1) } });
    await all(client, "{ slow(seconds: 0.5) }");
    return { pongs };
  },
  async crowds() {
    const client = make({ lazy: false });
    const query = "{ slow(seconds: 0.5) }";
    const slow = [1, 2, 3].map(() => all(client, query));
    await wait();
    return { codes: await failed(client, query), slow: await Promise.all(slow) };
  },
  async expires() {
    const tokens = [JSON.parse(HEADERS), JSON.parse(RENEWED)];
    const client = make({ connectionParams: () => tokens.length > 1 ? tokens.shift() : tokens[0] });
    return { numbers: await follow(client, 120) };
  },
  async forbidden() {
    const client = make({ retryAttempts: 0 });
    return { failed: await all(client, "{ hello }").then(() => null, (event) => [event.code, event.reason]) };
  },
  async restarts() {
    return { numbers: await follow(make(), 300) };
  },
};
const result = await scenarios[process.argv[2]]();
console.log(JSON.stringify({ ...result, log }));
process.exit(0);
""")
HELLO = [{"data": {"hello": "Hello world"}}]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("client")


@pytest.fixture(scope="module")
def server(data: Path) -> Iterator[Server]:
    with serving(data, TINY_OPERATIONS=str(MOST)) as found:
        yield found


async def play(scenario: str, address: str, headers: dict[str, str], renewed: dict[str, str] | None = None) -> Any:
    """What became of the scenario, and its log: each connection that was made, and why it was closed."""
    environment = {"ADDRESS": address, "HEADERS": json.dumps(headers), "RENEWED": json.dumps(renewed or {})}
    return json.loads(await CLIENT.run(scenario, **environment))


async def test_it_subscribes_asks_and_changes(server: Server, data: Path) -> None:
    found = await play("answers", server.address, tiny.headers(data))

    assert found["count"] == [{"data": {"count": {"number": number}}} for number in (1, 2, 3)]
    assert (found["hello"], found["change"]) == (HELLO, [{"data": {"change": "changed"}}])


async def test_an_error_ends_its_operation_and_nothing_else(server: Server, data: Path) -> None:
    found = await play("errors", server.address, tiny.headers(data))

    assert found["codes"] == [["BAD_REQUEST"], ["BAD_REQUEST"], ["CURSOR_EXPIRED"]]
    assert (found["after"], found["log"]) == (HELLO, ["connected"])


async def test_it_stops_a_subscription_and_goes_on(server: Server, data: Path) -> None:
    found = await play("stops", server.address, tiny.headers(data))

    assert found == {"after": HELLO, "log": ["connected", {"forever": {"number": 1}}]}


async def test_its_pings_are_answered(server: Server, data: Path) -> None:
    found = await play("pings", server.address, tiny.headers(data))

    assert found["pongs"] >= 5


async def test_of_too_many_operations_it_hears_as_an_error(server: Server, data: Path) -> None:
    found = await play("crowds", server.address, tiny.headers(data))

    assert found["codes"] == ["LIMIT_EXCEEDED"]
    assert (found["slow"], found["log"]) == ([[{"data": {"slow": "done"}}]] * MOST, ["connected"])


async def test_a_token_that_is_no_good_is_told(server: Server, data: Path) -> None:
    found = await play("forbidden", server.address, {"Authorization": "Bearer x"})

    assert found["failed"][0] == 4403


async def test_when_its_token_expires_it_takes_a_new_one_and_resumes(server: Server, data: Path) -> None:
    """4401 would be final for it; 4403 is not."""
    short = tiny.headers(data) | {"Authorization": f"Bearer {tiny.token(data, seconds=2)}"}

    found = await play("expires", server.address, short, tiny.headers(data))

    assert found["numbers"] == list(range(1, 121))
    assert found["log"] == ["connected", [4403, "token expired"], "connected"]


async def test_it_resumes_after_a_restart(data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with serving(data, TINY_PORT=str(port)) as before:
        playing = asyncio.create_task(play("restarts", before.address, tiny.headers(data)))
        async with asyncio.timeout(60):
            while not somebody_is_at(port) and not playing.done():  # noqa: ASYNC110 - another process connects
                await asyncio.sleep(0.1)
        await asyncio.sleep(0.7)
        before.process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(before.process.wait, 10)
    with serving(data, TINY_PORT=str(port)):
        found = await playing

    assert found["numbers"] == list(range(1, 301))
    assert found["log"][:2] == ["connected", [1012, "Service restart: connect again, with the last cursor received"]]
    assert found["log"].count("connected") == 2


def somebody_is_at(port: int) -> bool:
    found = psutil.net_connections("tcp")
    return any(each.laddr and each.laddr[1] == port and each.status == "ESTABLISHED" for each in found)
