"""The audit that the GraphQL-over-HTTP working group's reference implementation brings along."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.applications import Starlette

from domain.access import Member, Role
from server.admission import admit, open_engagement
from server.app import create_app
from server.settings import Settings
from server.tokens import issue
from tests.integration import tiny
from tests.integration.node import Script

pytestmark = pytest.mark.slow

CHECKS = 61
AUDIT = Script("""
import { auditServer } from "graphql-http";
const headers = JSON.parse(process.env.HEADERS);
const fetchFn = (url, init = {}) => fetch(url, { ...init, headers: { ...(init.headers ?? {}), ...headers } });
const results = await auditServer({ url: process.env.ADDRESS, fetchFn });
console.log(JSON.stringify(results.map(({ name, status, reason }) => ({ name, status, reason }))));
""")


async def audited(app: Starlette, headers: dict[str, str]) -> list[dict[str, str]]:
    async with tiny.serving(app) as address:
        output = await AUDIT.run(ADDRESS=f"http://{address}/graphql", HEADERS=json.dumps(headers))
    found: list[dict[str, str]] = json.loads(output)
    return found


async def test_every_check_of_the_audit_passes(tmp_path: Path) -> None:
    results = await audited(tiny.make_app(tmp_path), tiny.headers(tmp_path))

    assert [result for result in results if result["status"] != "ok"] == []
    assert len(results) == CHECKS


async def test_every_check_passes_on_the_product(fresh_database: str, broadcast_url: str, tmp_path: Path) -> None:
    settings = replace(Settings(), data=tmp_path, database_url=fresh_database, broadcast_url=broadcast_url)
    tenant = await open_engagement(fresh_database, "Audit")
    await admit(fresh_database, tenant, [Member("alice", frozenset({Role.ADMIN}))])
    headers = {
        "Authorization": f"Bearer {issue(tmp_path, 'alice', lifetime=timedelta(hours=1))}",
        "X-Client-Account-ID": tenant.client_account_id,
        "X-Engagement-ID": tenant.engagement_id,
    }

    results = await audited(create_app(settings), headers)

    assert [result for result in results if result["status"] != "ok"] == []
    assert len(results) == CHECKS
