"""App on a page: one application's whole assessment on one page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class PageSection:
    """One section; `body` is a JSON value."""

    key: str
    title: str
    body: Any
    customized: bool = False


@dataclass(frozen=True, slots=True)
class AppOnPage:
    """The page of one application in one assessment."""

    id: str
    flow_id: str
    application_id: str
    headline: str
    sections: tuple[PageSection, ...]
    generated_at: datetime
    customized: bool = False
    version: int = 1
