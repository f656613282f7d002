from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.access import Tenant
from domain.event import LiveText
from streams.channels import text_channel
from tests.event_logs import add_tenant, new_id, opened, step, tell_steps
from tests.nodes import Subscriber, eventually, node, subscribed
from tests.valkey import Valkey

_LOOPBACK = IPv4Address("127.0.0.1")
WORDS = [f"wörd{number} \U0001f680 " for number in range(100)]
WHOLE = "".join(WORDS)


@pytest.fixture
async def engine(module_database: str) -> AsyncIterator[AsyncEngine]:
    async with opened(module_database) as engine:
        yield engine


@pytest.fixture
async def tenant(engine: AsyncEngine) -> Tenant:
    return await add_tenant(engine)


@pytest.fixture
async def flow(engine: AsyncEngine, tenant: Tenant) -> str:
    flow = new_id()
    await tell_steps(engine, tenant, flow, [0])
    return flow


@pytest.fixture
def valkey() -> Iterator[Valkey]:
    with Valkey() as server:
        yield server


def heard(texts: list[LiveText]) -> str:
    """What a client makes of it: each piece put at its place, in UTF-16 code units."""
    whole = b""
    for text in texts:
        start = 2 * text.offset
        assert start <= len(whole), "a gap"
        whole = whole[:start] + text.text.encode("utf-16-le")
    return whole.decode("utf-16-le")


def has_all(subscriber: Subscriber) -> bool:
    return bool(subscriber.texts) and subscriber.texts[-1].done


async def test_text_is_heard_while_it_is_written_in_few_messages(
    engine: AsyncEngine, tenant: Tenant, flow: str, broadcast_url: str
) -> None:
    async with (
        node(engine, broadcast_url) as reader,
        node(engine, broadcast_url) as writer,
        subscribed(reader.hub, tenant, flow) as subscriber,
        subscribed(reader.hub, tenant, None) as whole,
    ):
        await subscriber.until_got(1)
        await eventually(lambda: len(reader.broadcast._subscribers) == 2)
        async with writer.texts.writing(tenant.engagement_id, flow, "architect") as text:
            for word in WORDS:
                text.write(word)
                await asyncio.sleep(0.003)
            await subscriber.until(lambda self: len(self.texts) > 2)
        await subscriber.until(has_all)

    assert heard(subscriber.texts) == WHOLE
    assert 3 <= len(subscriber.texts) <= 30
    assert {(text.engagement_id, text.flow_id, text.writer) for text in subscriber.texts} == {
        (tenant.engagement_id, flow, "architect")
    }
    assert [text.done for text in subscriber.texts] == [False] * (len(subscriber.texts) - 1) + [True]
    assert whole.texts == []


async def test_text_may_be_written_from_a_thread(engine: AsyncEngine, tenant: Tenant, flow: str) -> None:
    async with node(engine, "memory://") as one, subscribed(one.hub, tenant, flow) as subscriber:
        await subscriber.until_got(1)
        async with one.texts.writing(tenant.engagement_id, flow, "architect") as text:
            await asyncio.to_thread(text.write, WHOLE)
        await subscriber.until(has_all)

    assert heard(subscriber.texts) == WHOLE


async def test_who_comes_in_the_middle_gets_the_whole(engine: AsyncEngine, tenant: Tenant, flow: str) -> None:
    async with node(engine, "memory://") as one, subscribed(one.hub, tenant, flow) as first:
        await first.until_got(1)
        async with one.texts.writing(tenant.engagement_id, flow, "architect") as text:
            text.write("One ")
            await first.until(lambda self: heard(self.texts) == "One ")
            async with subscribed(one.hub, tenant, flow) as late:
                await late.until(lambda self: heard(self.texts) == "One ", 0.5)
                text.write("two")
                await late.until(lambda self: heard(self.texts) == "One two")
        async with node(engine, "memory://") as alone, subscribed(alone.hub, tenant, flow) as other_process:
            await other_process.until_got(1)

    assert other_process.texts == []


async def test_a_process_that_missed_the_beginning_gets_it_within_a_second(
    engine: AsyncEngine, tenant: Tenant, flow: str, broadcast_url: str
) -> None:
    async with (
        node(engine, broadcast_url) as writer,
        writer.texts.writing(tenant.engagement_id, flow, "architect") as text,
    ):
        text.write("One ")
        await asyncio.sleep(0.2)
        async with node(engine, broadcast_url) as reader, subscribed(reader.hub, tenant, flow) as subscriber:
            text.write("two")
            await subscriber.until(lambda self: heard(self.texts) == "One two", 3)


async def test_a_stalled_reader_gets_the_text_in_one_piece(engine: AsyncEngine, tenant: Tenant, flow: str) -> None:
    async with node(engine, "memory://") as one, subscribed(one.hub, tenant, flow) as stalled:
        stalled.may_read.clear()
        await stalled.until_got(1)
        async with one.texts.writing(tenant.engagement_id, flow, "architect") as text:
            for word in WORDS:
                text.write(word)
                await asyncio.sleep(0.002)
        await asyncio.sleep(0.1)
        stalled.may_read.set()
        await stalled.until(has_all)

    assert [text.text for text in stalled.texts] == [WHOLE]


async def test_a_writer_that_starts_over_is_heard_from_the_beginning(
    engine: AsyncEngine, tenant: Tenant, flow: str
) -> None:
    async with node(engine, "memory://") as one, subscribed(one.hub, tenant, flow) as subscriber:
        await subscriber.until_got(1)
        for take in ("A first long try", "Again"):
            async with one.texts.writing(tenant.engagement_id, flow, "architect") as text:
                text.write(take)
                await subscriber.until(lambda self, take=take: self.texts and heard(self.texts) == take)  # type: ignore[misc]

    assert heard(subscriber.texts) == "Again"


async def test_events_come_between_text(engine: AsyncEngine, tenant: Tenant, flow: str) -> None:
    async with node(engine, "memory://") as one, subscribed(one.hub, tenant, flow) as subscriber:
        async with one.texts.writing(tenant.engagement_id, flow, "architect") as text:
            text.write("One ")
            await one.tell(tenant, step(flow, 1))
            await subscriber.until_got(2)
            text.write("two")
        await subscriber.until(has_all)

    assert subscriber.numbers == [0, 1]
    assert heard(subscriber.texts) == "One two"


async def test_text_reaches_only_its_flow_in_its_engagement(engine: AsyncEngine, tenant: Tenant, flow: str) -> None:
    other_tenant, other_flow = await add_tenant(engine), new_id()
    foreign = new_id()
    await tell_steps(engine, tenant, other_flow, [0])
    await tell_steps(engine, other_tenant, foreign, [0])

    async with (
        node(engine, "memory://") as one,
        subscribed(one.hub, tenant, flow) as subscriber,
        subscribed(one.hub, tenant, other_flow) as beside,
        subscribed(one.hub, other_tenant, foreign) as elsewhere,
    ):
        for each in (subscriber, beside, elsewhere):
            await each.until_got(1)
        async with one.texts.writing(other_tenant.engagement_id, flow, "intruder") as text:
            text.write("Names a flow of another engagement.")
        async with one.texts.writing(tenant.engagement_id, flow, "architect") as text:
            text.write("Hello")
        await subscriber.until(has_all)

    assert {text.writer for text in subscriber.texts} == {"architect"}
    assert beside.texts == elsewhere.texts == []


async def test_redis_gone_in_the_middle_of_a_text_leaves_no_gap(
    engine: AsyncEngine, tenant: Tenant, flow: str, valkey: Valkey
) -> None:
    async with (
        node(engine, valkey.url) as reader,
        node(engine, valkey.url) as writer,
        subscribed(reader.hub, tenant, flow) as subscriber,
    ):
        await subscriber.until_got(1)
        async with writer.texts.writing(tenant.engagement_id, flow, "architect") as text:
            for number, word in enumerate(WORDS):
                text.write(word)
                await asyncio.sleep(0.01)
                if number == 30:
                    await subscriber.until(lambda self: len(self.texts) > 1)
                    valkey.kill()
                if number == 60:
                    valkey.start()
            await subscriber.until(lambda self: heard(self.texts) == WHOLE)
        await writer.tell(tenant, step(flow, 1))
        await subscriber.until_got(2)

    assert subscriber.numbers == [0, 1]
    assert writer.texts.figures()["text_failures_total"] > 0


@pytest.mark.parametrize(
    "message",
    ["", "{", "[]", "null", '{"flow": 1}', '{"flow":"F","writer":"w","take":"t","text":"x","offset":"0","at":"never"}'],
)
async def test_what_is_no_text_is_passed_over(engine: AsyncEngine, tenant: Tenant, flow: str, message: str) -> None:
    async with node(engine, "memory://") as one, subscribed(one.hub, tenant, flow) as subscriber:
        await subscriber.until_got(1)
        await one.broadcast.publish(text_channel(tenant.engagement_id), message)
        async with one.texts.writing(tenant.engagement_id, flow, "architect") as text:
            text.write("Hello")
        await subscriber.until(has_all)

    assert heard(subscriber.texts) == "Hello"


async def test_redis_is_reached_over_tls(
    engine: AsyncEngine, tenant: Tenant, flow: str, valkey: Valkey, tmp_path: Path
) -> None:
    async with tls_before(valkey.port, tmp_path) as (port, authority):
        url = valkey.url.replace("redis://", "rediss://").replace(f":{valkey.port}/", f":{port}/")
        url = f"{url}?ssl_ca_certs={authority}"
        async with (
            node(engine, url, poll_seconds=1_000) as reader,
            node(engine, url) as writer,
            subscribed(reader.hub, tenant, flow) as subscriber,
        ):
            await subscriber.until_got(1)
            await eventually(lambda: reader.hub.connected and reader.hub.figures()["reads_total"] >= 1)
            await writer.tell(tenant, step(flow, 1))
            async with writer.texts.writing(tenant.engagement_id, flow, "architect") as text:
                text.write("Hello")
            await subscriber.until_got(2)
            await subscriber.until(has_all)


@asynccontextmanager
async def tls_before(port: int, folder: Path) -> AsyncIterator[tuple[int, Path]]:
    """Speaks TLS and hands on what it hears: the wheel's server cannot."""
    certificate, key = _certificate(folder)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)

    async def hand_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            await asyncio.gather(_copy(reader, inner_writer), _copy(inner_reader, writer))
        finally:
            inner_writer.close()
            writer.close()

    server = await asyncio.start_server(hand_on, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1], certificate


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


def _certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(_LOOPBACK)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, private = folder / "server.pem", folder / "server.key"
    pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    private.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    return pem, private
