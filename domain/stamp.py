"""Who decides something, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.ports import Ids


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who decides, when, and where new ids come from."""

    by: str
    at: datetime
    new_id: Ids
