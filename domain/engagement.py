"""An engagement: one programme of work for a client account, with its own numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Engagement:
    """`currency` is an ISO 4217 code; `timezone` an IANA name; `settings` what it sets over the product's defaults."""

    id: str
    client_account_id: str
    name: str
    currency: str = "USD"
    timezone: str = "UTC"
    settings: Mapping[str, Any] = field(default_factory=dict)
    version: int = 1

    def today(self, now: datetime) -> date:
        """The date there; the product's today."""
        return now.astimezone(ZoneInfo(self.timezone)).date()
