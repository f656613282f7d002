"""A document as PDF."""

from __future__ import annotations

from typing import BinaryIO

from domain.document import Document


def write_pages(document: Document, target: BinaryIO) -> None:
    raise NotImplementedError
