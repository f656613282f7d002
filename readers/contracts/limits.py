"""How much one contract may hold, and what reading it may take."""

from __future__ import annotations

from dataclasses import dataclass

from domain.contract import LARGEST_FILE


@dataclass(frozen=True, slots=True)
class ContractLimits:
    """`size` and `unpacked` in bytes, `characters` of the whole text.

    What unpacks to little is never a bomb: `ratio` counts from `harmless` bytes on. `seconds` is the deadline of one
    reading, within which recognition of pictured pages may take `recognizing`; the patient ones are the worker's.
    `memory` is the address space of the process that reads.
    """

    size: int = LARGEST_FILE
    pages: int = 1_000
    characters: int = 4_000_000
    unpacked: int = 256 << 20
    harmless: int = 16 << 20
    ratio: int = 100
    seconds: float = 30.0
    recognizing: float = 8.0
    patient_seconds: float = 600.0
    patient_recognizing: float = 540.0
    page_seconds: float = 60.0
    memory: int = 3 << 30
