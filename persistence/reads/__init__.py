"""Reading for people: windows on lists and things by id, in one read-only transaction of one tenant."""

from __future__ import annotations

from persistence.reads.reads import PostgresReads

__all__ = ["PostgresReads"]
