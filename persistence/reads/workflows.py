"""Reading workflow templates, version by version, and what customer-success flows keep."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import ColumnElement, Text, exists, or_

from domain.customer_success.listing import NewestTemplates, VersionsOfTemplate
from domain.customer_success.template import TemplateVersion
from domain.customer_success.workflow import CustomerWorkflow
from persistence.reads.source import Rows, Source, downwards, made_by, rows_of, upwards
from persistence.tables import engagements, workflows
from persistence.templates import ALL_VERSIONS, change_of, version_of

_every, _owner = ALL_VERSIONS.c, ALL_VERSIONS.c.client_account_id

# As the engagements of the client account see them; those that ship are everybody's.
TEMPLATES = Rows(
    table=ALL_VERSIONS.join(engagements, or_(_owner == engagements.c.client_account_id, _owner.is_(None))),
    columns=tuple(_every),
    id=_every.id,
    tenant=engagements.c.id,
    make=made_by(version_of),
)
CHANGES = replace(TEMPLATES, make=made_by(change_of))
WORKFLOWS = rows_of(CustomerWorkflow, workflows)


def _newest(_listing: NewestTemplates) -> Iterable[ColumnElement[bool]]:
    newer = ALL_VERSIONS.alias("newer")
    same = (newer.c.key == _every.key, newer.c.client_account_id.is_not_distinct_from(_owner))
    yield ~exists().where(*same, newer.c.version > _every.version)


ROWS: dict[type, Rows] = {TemplateVersion: TEMPLATES, CustomerWorkflow: WORKFLOWS}

SOURCES: dict[type, Source] = {
    NewestTemplates: Source(rows=TEMPLATES, order=upwards(_every.key, _every.id), where=_newest),
    VersionsOfTemplate: Source(
        rows=CHANGES,
        order=downwards(_every.version, _every.id),
        belongs=lambda parent, _listing: _every.key == parent,
        parent_type=Text(),
    ),
}
