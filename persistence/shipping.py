"""What ships as data and is referred to by rows: written when a database is brought to this release."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from domain.customer_success.template import TemplateVersion
from domain.customer_success.template_reading import shipped
from persistence.tables import shipped_templates


def ship_templates(connection: Connection) -> None:
    """Every shipped version that is not there yet; what an earlier release brought stays for workflows that use it."""
    rows = [_row(version) for version in shipped()]
    if rows:
        connection.execute(insert(shipped_templates).on_conflict_do_nothing(), rows)


def _row(version: TemplateVersion) -> dict[str, Any]:
    return {field.name: getattr(version, field.name) for field in fields(version) if field.name != "core"}
