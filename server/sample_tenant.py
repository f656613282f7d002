"""Where the sample engagement is, and who works in it."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from domain.access import Role, Tenant

# Approvals need two people.
PEOPLE = MappingProxyType({"alice": Role.ADMIN, "bob": Role.LEAD})


@dataclass(frozen=True, slots=True)
class SampleTenant:
    """Its ids are always the same, so that headers written down once stay good."""

    client_account_id: str = "01900000-5a3b-7000-8000-0000000000ac"
    engagement_id: str = "01900000-5a3b-7000-8000-0000000000e9"

    @property
    def tenant(self) -> Tenant:
        return Tenant(self.client_account_id, self.engagement_id)


SAMPLE = SampleTenant()
