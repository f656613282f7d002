"""Recognition of pictured pages, by the program tesseract where it is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from readers.contracts.limits import ContractLimits
from readers.contracts.pdf import picture

PROGRAM = "tesseract"


def installed() -> bool:
    """Whether pages can be recognized here."""
    return shutil.which(PROGRAM) is not None


@dataclass(frozen=True, slots=True)
class Recognized:
    """Text by page, counted from 0, and the pages for which there was no time."""

    texts: dict[int, str]
    late: tuple[int, ...]


def recognize(document: Any, pages: Sequence[int], seconds: float, limits: ContractLimits) -> Recognized:
    """What is written on these pages, one after the other for as long as there is time."""
    ends = time.monotonic() + seconds
    texts: dict[int, str] = {}
    for place, index in enumerate(pages):
        left = ends - time.monotonic()
        if left <= 0:
            return Recognized(texts, tuple(pages[place:]))
        try:
            texts[index] = _read(picture(document, index), min(left, limits.page_seconds))
        except subprocess.TimeoutExpired:
            if left < limits.page_seconds:
                return Recognized(texts, tuple(pages[place:]))
    return Recognized(texts, ())


def _read(image: bytes, seconds: float) -> str:
    # One thread of it: it takes all processors otherwise. A page it fails at is one without text.
    done = subprocess.run(  # noqa: S603 - fixed words
        [PROGRAM, "stdin", "stdout", "-l", "eng", "--psm", "3"],
        input=image,
        capture_output=True,
        timeout=seconds,
        check=False,
        env={**os.environ, "OMP_THREAD_LIMIT": "1"},
    )
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else ""
