"""Contracts in PDF and DOCX. They are parsed in a process of their own; `ContractFiles` is all that others load."""

from __future__ import annotations

from readers.contracts.files import ContractFiles
from readers.contracts.limits import ContractLimits

__all__ = ["ContractFiles", "ContractLimits"]
