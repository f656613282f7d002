"""The port `ContractReader`: each file is read by a process of its own, which is ended when its time is over."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from pydantic import TypeAdapter

from domain.contract import ReadContract
from domain.errors import ErrorCode, Problem, Refused
from readers.contracts.content import PATH, unsupported
from readers.contracts.limits import ContractLimits

ROOT = Path(__file__).parents[2]
# Each holds a processor and some hundred megabytes.
MOST = 2
# A name is an argument of the process.
_LONGEST_NAME = 255
_KEPT = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TESSDATA_PREFIX", "PYTHONPATH", "VIRTUAL_ENV", "HOME")

READ = TypeAdapter(ReadContract)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the child says: what it read, or why it refuses, as pairs of code and message."""

    read: Mapping[str, Any] | None = None
    problems: tuple[tuple[str, str], ...] = ()


_VERDICT = TypeAdapter(Verdict)


@dataclass(frozen=True, slots=True)
class ContractFiles:
    """Reads as many contracts at once as it has turns; others wait within their own deadlines."""

    limits: ContractLimits = field(default_factory=ContractLimits)
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST))

    async def read(self, name: str, source: BinaryIO, *, patient: bool = False) -> ReadContract:
        """What the file says, or Refused."""
        limits = self.limits
        seconds = limits.patient_seconds if patient else limits.seconds
        recognizing = limits.patient_recognizing if patient else limits.recognizing
        source.seek(0)
        async with self.turns:
            answer = await self._ask(name, source, seconds, recognizing)
        if answer is None:
            raise unsupported(
                "The file cannot be read: it takes too long, or more memory than a contract should. "
                "Print it as PDF again, without pictures, and upload that."
            )
        verdict = _VERDICT.validate_json(answer)
        if verdict.read is None:
            raise Refused(Problem(ErrorCode(code), message, (PATH,)) for code, message in verdict.problems)
        return READ.validate_python(verdict.read)

    async def _ask(self, name: str, source: BinaryIO, seconds: float, recognizing: float) -> bytes | None:
        """The child's answer; None where it gave none in time, or died of the file."""
        shown = name.replace("\x00", "")[-_LONGEST_NAME:]
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "readers.contracts.child", shown, str(recognizing), str(seconds)),
            cwd=ROOT,
            # Nothing that is secret: what reads files from anywhere needs none.
            env={name: os.environ[name] for name in _KEPT if name in os.environ},
            stdin=source.fileno(),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(seconds):
                answer, _ = await process.communicate()
        except TimeoutError:
            return None
        finally:
            if process.returncode is None:
                # With what it has started itself.
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()
        return answer if process.returncode == 0 and answer else None
