"""Workflow templates, those that ship and the client account's own, and what the workflows that go by them look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Date, RowMapping, Select, cast, false, func, insert, null, select, text, true, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.access import Experience, Tenant
from domain.contract import ContractExtraction
from domain.customer_success.choosing import newest
from domain.customer_success.facts import WorkflowFacts
from domain.customer_success.kinds import RenewalStage, WorkflowKind
from domain.customer_success.scoring_rules import ScoringRules
from domain.customer_success.template import TemplateChange, TemplateVersion
from domain.customer_success.template_reading import template_of
from domain.customer_success.workflow import CustomerWorkflow, EndedWith
from domain.flow import Flow
from domain.saved_action import BUILT_IN
from domain.transition import FlowStatus
from persistence.customers import Customers
from persistence.mapping import columns, from_row
from persistence.scoring import kept_of, newest_query
from persistence.tables import (
    contracts,
    customers,
    engagements,
    master_flows,
    members,
    saved_actions,
    shipped_templates,
    workflow_templates,
    workflows,
)

_ENDED_WITH = tuple(field.name for field in fields(EndedWith) if field.name != "on")
_EXTRACTION = TypeAdapter(ContractExtraction)
_NAMES = tuple(field.name for field in fields(TemplateVersion) if field.name != "core")
# A workflow in one of these is no work for anybody now.
RESTING = (FlowStatus.COMPLETED, FlowStatus.CANCELLED, FlowStatus.SNOOZED)


def _all_versions() -> Any:
    """The account's own and those that ship, as one table; `client_account_id` is nobody's where they ship."""
    own = workflow_templates.c
    shipped = select(*(shipped_templates.c[name] for name in _NAMES), true().label("core"), null())
    kept = select(*(own[name] for name in _NAMES), false().label("core"), own.client_account_id)
    return kept.union_all(shipped).subquery("all_templates")


ALL_VERSIONS = _all_versions()


def visible(client_account_id: str) -> Any:
    """True of the versions that the account may use."""
    owner = ALL_VERSIONS.c.client_account_id
    return (owner == client_account_id) | owner.is_(None)


def version_of(row: Mapping[str, Any] | RowMapping) -> TemplateVersion:
    """The version of that row."""
    plain = {name: row[name] for name in _NAMES if name not in ("kind", "stage")}
    stage = RenewalStage(row["stage"]) if row["stage"] else None
    return TemplateVersion(**plain, kind=WorkflowKind(row["kind"]), stage=stage, core=row["core"])


def change_of(row: Mapping[str, Any] | RowMapping) -> TemplateChange:
    """The version of that row, as part of its template's history."""
    return TemplateChange(**{field.name: row[field.name] for field in fields(TemplateChange)})


def newest_versions(client_account_id: str) -> Select[Any]:
    """Of each key the newest of the account's own, and the newest that ships."""
    every = ALL_VERSIONS.c
    best = select(every).where(visible(client_account_id)).ext(distinct_on(every.key, every.core))
    return best.order_by(every.key, every.core, every.version.desc())


class Templates:
    """The templates of one client account, and the workflows of one engagement, in one transaction."""

    def __init__(self, connection: AsyncConnection, tenant: Tenant) -> None:
        self._connection = connection
        self._tenant = tenant

    async def newest(self) -> tuple[TemplateVersion, ...]:
        """Of each key the newest of its own and the newest that ships."""
        rows = (await self._connection.execute(newest_versions(self._tenant.client_account_id))).mappings()
        return tuple(version_of(row) for row in rows)

    async def latest(self, key: str) -> TemplateVersion | None:
        """The version of that key that counts; nobody else adds one until the transaction ends."""
        lock = "SELECT pg_advisory_xact_lock(hashtextextended(:templates, 0))"
        account = self._tenant.client_account_id
        await self._connection.execute(text(lock), {"templates": f"{account}:workflow_templates"})
        query = newest_versions(account).where(ALL_VERSIONS.c.key == key)
        rows = (await self._connection.execute(query)).mappings()
        return next(iter(newest(version_of(row) for row in rows)), None)

    async def add(self, version: TemplateVersion) -> None:
        """One more version."""
        row = {name: getattr(version, name) for name in _NAMES}
        row |= {"client_account_id": self._tenant.client_account_id, "document": dict(version.document)}
        await self._connection.execute(insert(workflow_templates), row)

    async def facts(self, flow_id: str) -> WorkflowFacts | None:
        """What that workflow looks at; None before it is opened, and once its customer is gone."""
        workflow = await self._workflow(flow_id)
        if workflow is None:
            return None
        people = Customers(self._connection, self._tenant.engagement_id)
        customer = next(iter(await people.find([workflow.customer_id])), None)
        template = await self._template(workflow.template_id)
        if customer is None or template is None:
            return None
        return WorkflowFacts(
            workflow=workflow,
            template=template_of(template),
            customer=customer,
            stakeholders=await people.stakeholders([customer.id]),
            contract=await self._contract(customer.id),
            experience=await self._experience(workflow.assigned_to),
            other_workflows=await self._others(workflow),
            rules=await self.scoring_rules(),
        )

    async def _workflow(self, flow_id: str) -> CustomerWorkflow | None:
        mine = workflows.c.engagement_id == self._tenant.engagement_id
        query = select(*columns(CustomerWorkflow)).where(mine, workflows.c.flow_id == flow_id)
        row = (await self._connection.execute(query)).mappings().first()
        return from_row(CustomerWorkflow, row) if row else None

    async def _template(self, template_id: str) -> TemplateVersion | None:
        query = select(ALL_VERSIONS).where(ALL_VERSIONS.c.id == template_id, visible(self._tenant.client_account_id))
        row = (await self._connection.execute(query)).mappings().first()
        return version_of(row) if row else None

    async def _contract(self, customer_id: str) -> ContractExtraction | None:
        """What was read from his newest contract that anything was read from."""
        mine = (contracts.c.engagement_id == self._tenant.engagement_id, contracts.c.customer_id == customer_id)
        read = contracts.c.extraction["confidence"].as_float() > 0
        query = select(contracts.c.extraction).where(*mine, read)
        query = query.order_by(contracts.c.uploaded_at.desc(), contracts.c.id.desc()).limit(1)
        found = await self._connection.scalar(query)
        return _EXTRACTION.validate_python(found) if found else None

    async def _experience(self, subject: str) -> Experience | None:
        mine = (members.c.engagement_id == self._tenant.engagement_id, members.c.subject == subject)
        found = await self._connection.scalar(select(members.c.experience).where(*mine))
        return Experience(found) if found else None

    async def _others(self, workflow: CustomerWorkflow) -> int:
        """How many more the same person works on."""
        mine = (workflows.c.engagement_id == self._tenant.engagement_id, workflows.c.id != workflow.id)
        query = select(func.count()).select_from(workflows.join(master_flows, master_flows.c.id == workflows.c.flow_id))
        query = query.where(*mine, workflows.c.assigned_to == workflow.assigned_to)
        return await self._connection.scalar(query.where(master_flows.c.status.not_in(RESTING))) or 0

    async def actions(self) -> frozenset[str]:
        """The keys of the saved actions that there are."""
        own = saved_actions.c.client_account_id == self._tenant.client_account_id
        kept = (await self._connection.execute(select(saved_actions.c.key).where(own))).scalars()
        return frozenset({*kept, *(action.key for action in BUILT_IN)})

    async def end(self, flow: Flow) -> None:
        """Keep what its customer is like now that it has completed; nothing of the kind for flows of other types."""
        customer, engagement = customers.c, engagements.c
        on = cast(func.timezone(engagement.timezone, flow.completed_at), Date)
        known = (each for name in _ENDED_WITH for each in (name, customer[name]))
        seen = func.jsonb_build_object("on", on, *known)
        mine = (workflows.c.flow_id == flow.id, workflows.c.engagement_id == self._tenant.engagement_id)
        joined = (customer.id == workflows.c.customer_id, engagement.id == workflows.c.engagement_id)
        await self._connection.execute(update(workflows).where(*mine, *joined).values(ended_with=seen))

    async def reopen(self, flow: Flow) -> None:
        """It goes on: what it ended with does not count any more."""
        mine = (workflows.c.flow_id == flow.id, workflows.c.engagement_id == self._tenant.engagement_id)
        await self._connection.execute(update(workflows).where(*mine).values(ended_with=null()))

    async def scoring_rules(self) -> ScoringRules:
        """As they count now."""
        query = newest_query(self._tenant.client_account_id)
        return kept_of((await self._connection.execute(query)).mappings().first()).rules
