"""Lists of contracts."""

from __future__ import annotations

from dataclasses import dataclass

from domain.contract import Contract
from domain.listing import Listing


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractsOfCustomer(Listing[Contract]):
    """A customer's contracts, newest first."""
