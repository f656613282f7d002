"""Reading contracts."""

from __future__ import annotations

from domain.contract import Contract
from domain.contracts.listing import ContractsOfCustomer
from persistence.reads.source import Rows, Source, downwards, rows_of
from persistence.tables import contracts

CONTRACTS = rows_of(Contract, contracts)

ROWS: dict[type, Rows] = {Contract: CONTRACTS}

SOURCES: dict[type, Source] = {
    ContractsOfCustomer: Source(
        rows=CONTRACTS,
        order=downwards(contracts.c.uploaded_at, contracts.c.id),
        belongs=lambda parent, _listing: contracts.c.customer_id == parent,
    ),
}
