"""The pages as a browser gets them: built or not, on this machine or from elsewhere."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request

from domain.definition import FlowDefinition, Outcome, Phase, PhaseCall
from server.pages import ADDRESSES, NOBODY, Session, pages

SCRIPT = b"export const answer = 42;"
SUBJECTS: dict[str, object] = {"subjects": [{"name": "ada", "headers": {"X-User-ID": "ada"}}]}


def no_rules(_call: PhaseCall) -> Outcome:
    raise NotImplementedError


DISCOVERY = FlowDefinition(
    kind="discovery",
    title="Discovery <of> what runs",
    summary="",
    configuration=dict,
    area="discovery",
    completed_route="/discovery/summary",
    phases=(
        Phase("data_import", "Import", dict, rules=no_rules, weight=40, route="/discovery/import"),
        Phase("attribute_mapping", "Mapping & more", dict, rules=no_rules, weight=60),
    ),
)


async def ada(_request: Request) -> dict[str, object]:
    return SUBJECTS


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    built = tmp_path / "dist"
    (built / "assets").mkdir(parents=True)
    (built / "graphiql.html").write_text("<!doctype html><title>GraphiQL</title>")
    (built / "assets/main-a1b2.js").write_bytes(SCRIPT)
    (built / "assets/main-a1b2.js.gz").write_bytes(gzip.compress(SCRIPT))
    (tmp_path / "secret").write_text("no")
    return built


def browser(
    dist: Path, *, session: Session | None = ada, peer: str = "127.0.0.1", host: str = "127.0.0.1"
) -> httpx.AsyncClient:
    app = Starlette(routes=pages(dist, session, [DISCOVERY]))
    transport = httpx.ASGITransport(app=app, client=(peer, 4711))
    return httpx.AsyncClient(transport=transport, base_url=f"http://{host}:8000")


async def test_a_page_that_is_not_built_says_how_to_build_it(tmp_path: Path) -> None:
    async with browser(tmp_path / "nowhere") as client:
        page = await client.get("/graphiql")
        asset = await client.get("/graphiql/assets/main-a1b2.js")

    assert (page.status_code, page.headers["content-type"]) == (503, "text/plain; charset=utf-8")
    assert "python dashboard/build.py" in page.text
    assert asset.status_code == 404


async def test_a_page_built_while_the_server_runs_is_served(dist: Path) -> None:
    page = dist / "graphiql.html"
    built = page.read_text()
    page.unlink()

    async with browser(dist) as client:
        before = await client.get("/graphiql")
        page.write_text(built)
        after = await client.get("/graphiql")

    assert (before.status_code, after.status_code, after.text) == (503, 200, built)


async def test_graphiql_may_load_nothing_from_elsewhere(dist: Path) -> None:
    async with browser(dist) as client:
        page = await client.get("/graphiql")

    rules = dict(rule.split(" ", 1) for rule in page.headers["content-security-policy"].split("; "))
    assert rules["script-src"] == rules["connect-src"] == rules["default-src"] == "'self'"
    assert not [rule for rule in rules.values() if "http" in rule or "*" in rule]
    assert rules["frame-ancestors"] == "'none'"
    assert page.headers["cache-control"] == "no-cache"
    assert page.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("coding", ["gzip", "identity"])
async def test_an_asset_is_kept_for_ever_and_packed_for_who_can_unpack(dist: Path, coding: str) -> None:
    async with browser(dist) as client:
        asset = await client.get("/graphiql/assets/main-a1b2.js", headers={"accept-encoding": coding})

    assert asset.content == SCRIPT
    assert asset.headers.get("content-encoding", "identity") == coding
    assert asset.headers["content-type"].startswith("text/javascript")
    assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("name", ["..%2f..%2fsecret", "..%2fgraphiql.html", "%2e%2e", "%2e", "no-such.js", "%00"])
async def test_nothing_outside_the_assets_is_served(dist: Path, name: str) -> None:
    async with browser(dist) as client:
        answer = await client.get(f"/graphiql/assets/{name}")

    assert answer.status_code == 404


@pytest.mark.parametrize(("peer", "host"), [("127.0.0.1", "127.0.0.1"), ("127.0.0.1", "localhost"), ("::1", "[::1]")])
async def test_this_machine_is_told_its_subjects(dist: Path, peer: str, host: str) -> None:
    async with browser(dist, peer=peer, host=host) as client:
        answer = await client.get("/graphiql/session.json")

    assert answer.json() == SUBJECTS
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("peer", "host", "headers"),
    [
        ("192.0.2.7", "127.0.0.1", {}),
        ("127.0.0.1", "rebound.example", {}),
        ("127.0.0.1", "127.0.0.1.example", {}),
        ("127.0.0.1", "127.0.0.1", {"x-forwarded-for": "192.0.2.7"}),
        ("127.0.0.1", "127.0.0.1", {"forwarded": "for=192.0.2.7"}),
    ],
)
async def test_nobody_else_is_told_a_subject(dist: Path, peer: str, host: str, headers: dict[str, str]) -> None:
    async with browser(dist, peer=peer, host=host) as client:
        answer = await client.get("/graphiql/session.json", headers=headers)

    assert (answer.status_code, answer.json()) == (200, NOBODY)


async def test_without_a_local_issuer_there_are_no_subjects(dist: Path) -> None:
    async with browser(dist, session=None) as client:
        answer = await client.get("/graphiql/session.json")

    assert answer.json() == NOBODY


async def test_the_front_page_names_every_address_and_runs_no_script(dist: Path) -> None:
    async with browser(dist) as client:
        page = await client.get("/")

    assert re.findall(r"<dt>(?:<a [^>]+>)?([^<]+)", page.text) == list(ADDRESSES)
    assert set(re.findall(r'<a href="([^"]+)"', page.text)) == set(ADDRESSES) - {"/graphql"}
    assert "script" not in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/discovery/import", "Discovery &lt;of&gt; what runs: Import"),
        ("/discovery/attribute-mapping", "Discovery &lt;of&gt; what runs: Mapping &amp; more"),
        ("/discovery/summary", "Discovery &lt;of&gt; what runs"),
    ],
)
async def test_a_flows_route_names_it_and_leads_to_graphiql(dist: Path, path: str, title: str) -> None:
    async with browser(dist) as client:
        page = await client.get(path, params={"flow": "<script>alert(1)</script>"})

    assert f"<h1>{title}</h1>" in page.text
    assert "<code>&lt;script&gt;alert(1)&lt;/script&gt;</code>" in page.text
    assert '<a href="/graphiql">' in page.text


@pytest.mark.parametrize("path", ["/discovery/elsewhere", "/nothing/import", "/discovery"])
async def test_a_path_that_is_no_flows_is_not_there(dist: Path, path: str) -> None:
    async with browser(dist) as client:
        answer = await client.get(path)

    assert answer.status_code == 404
