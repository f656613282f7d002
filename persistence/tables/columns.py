"""The columns that tables are made of, and the tables of one tenant."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    MetaData,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)


def uuid(name: str, *args: Any, nullable: bool = False, **options: Any) -> Column[Any]:
    """A UUID that Python reads and writes as text, as the domain does."""
    return Column(name, UUID(as_uuid=False), *args, nullable=nullable, **options)


def word(name: str, *, nullable: bool = False, **options: Any) -> Column[Any]:
    """Text: a name, or a word of a closed set."""
    return Column(name, Text, nullable=nullable, **options)


def moment(name: str, *, nullable: bool = False, **options: Any) -> Column[Any]:
    """A point in time."""
    return Column(name, DateTime(timezone=True), nullable=nullable, **options)


def json(name: str, *, nullable: bool = False, **options: Any) -> Column[Any]:
    """A JSON value; a missing one is SQL NULL, never JSON null."""
    return Column(name, JSONB(none_as_null=True), nullable=nullable, **options)


def number(name: str, *, nullable: bool = False, **options: Any) -> Column[Any]:
    """A small whole number."""
    return Column(name, Integer, nullable=nullable, **options)


def flag(name: str) -> Column[Any]:
    """True or false, false when not said."""
    return Column(name, Boolean, nullable=False, server_default=text("false"))


def now(name: str) -> Column[Any]:
    """The time the row was written."""
    return moment(name, server_default=text("now()"))


def tenant_table(name: str, *parts: Any, keyed: bool = False) -> Table:
    """A table of which each row belongs to one engagement; `keyed` makes the engagement part of its key."""
    engagement = ForeignKey("engagements.id", ondelete="CASCADE")
    owner = uuid("engagement_id", engagement, primary_key=keyed, index=not keyed or None)
    return Table(name, metadata, owner, *parts, info={"tenant": "engagement_id"})


def flow_id(*, primary_key: bool = False) -> Column[Any]:
    """The flow a row lives and dies with."""
    master = ForeignKey("master_flows.id", ondelete="CASCADE")
    return uuid("flow_id", master, primary_key=primary_key)


def application_id(*, primary_key: bool = False) -> Column[Any]:
    """The application a row lives and dies with."""
    owner = ForeignKey("applications.id", ondelete="CASCADE")
    return uuid("application_id", owner, primary_key=primary_key)
