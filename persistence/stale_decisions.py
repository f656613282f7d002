"""Which decisions rest on facts that a transaction has changed; told in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import any_, cast, exists, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, UUID
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.decision import Decision
from domain.need import Need
from domain.sixr.staleness import changed_facts
from domain.sixr.subject import subjects
from persistence.portfolio import PortfolioValues
from persistence.tables import decisions, dependencies

_FACTS = frozenset({Need.APPLICATIONS, Need.COMPONENTS, Need.DEPENDENCIES})
_IDS = ARRAY(UUID(as_uuid=False))


async def mark_stale(
    connection: AsyncConnection, portfolio: PortfolioValues, settings: Mapping[str, Any], today: date
) -> tuple[Decision, ...]:
    """The decisions about what was changed whose `changed_facts` are others now, saved.

    Looked at once, before the commit, whoever changed what: only for applications that were changed or that are needed
    by one that was, and only where a decision has been made. Its version stays: nobody has decided anew.
    """
    concerned = await _decided(connection, sorted(portfolio.changed))
    if not concerned:
        return ()
    await portfolio.hold()
    found = await portfolio.load(_FACTS, "", concerned)
    about = {each.application.id: each for each in subjects(found, "", today)}
    differing = []
    for decision in await portfolio.decisions_about(concerned):
        subject = about.get(decision.application_id)
        changed = changed_facts(decision, subject, settings) if subject else ()
        if changed != decision.changed_facts:
            differing.append(replace(decision, changed_facts=changed))
    await portfolio.save(differing)
    return tuple(differing)


async def _decided(connection: AsyncConnection, changed: Sequence[str]) -> tuple[str, ...]:
    """Of the changed applications and those that they need, the ones that have a decision."""
    if not changed:
        return ()
    among = any_(cast(list(changed), _IDS))
    needed = exists().where(dependencies.c.to_id == decisions.c.application_id, dependencies.c.from_id == among)
    query = select(decisions.c.application_id).distinct()
    found = await connection.execute(query.where(or_(decisions.c.application_id == among, needed)))
    return tuple(sorted(found.scalars()))
