"""The process that reads one contract: its bytes come in, what they say goes out as JSON.

It is bounded in memory and time, knows no secrets, and ends with its one file.
"""

from __future__ import annotations

import os
import resource
import sys
from contextlib import suppress

from pydantic import TypeAdapter

from domain.contract import ReadContract
from domain.errors import Refused
from readers.contracts.files import READ, Verdict
from readers.contracts.limits import ContractLimits
from readers.contracts.reading import read_contract

_VERDICT = TypeAdapter(Verdict)


def main() -> None:
    """`child NAME RECOGNIZING SECONDS`: the file on standard input, the verdict on standard output."""
    name, recognizing, seconds = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
    # What a library writes must not end up in the answer.
    answer = os.dup(1)
    os.dup2(2, 1)
    limits = ContractLimits()
    _bound(limits, seconds)
    data = sys.stdin.buffer.read(limits.size + 1)
    with os.fdopen(answer, "wb") as out:
        out.write(_VERDICT.dump_json(_verdict(name, data, limits, recognizing)))


def _verdict(name: str, data: bytes, limits: ContractLimits, recognizing: float) -> Verdict:
    try:
        read: ReadContract = read_contract(name, data, limits, recognizing)
    except Refused as refused:
        return Verdict(problems=tuple((str(each.code), each.message) for each in refused.problems))
    return Verdict(read=READ.dump_python(read, mode="json"))


def _bound(limits: ContractLimits, seconds: float) -> None:
    bounds = {
        resource.RLIMIT_AS: (limits.memory, limits.memory),
        resource.RLIMIT_CPU: (int(seconds) + 1, int(seconds) + 2),
        resource.RLIMIT_CORE: (0, 0),
    }
    for what, most in bounds.items():
        # Not every system takes each of them; the parent's deadline holds everywhere.
        with suppress(ValueError, OSError):
            resource.setrlimit(what, most)


if __name__ == "__main__":
    main()
