"""What discoveries add to their flows: the import, its mapping, what cleansing found, and what came of it."""

from __future__ import annotations

from typing import Any

from domain.application import Application
from domain.debt import TechDebtItem
from domain.dependency import Dependency
from domain.flows.discovery.results import Cycle
from domain.inventory import AttributeMapping, CleansingFinding, DataImport, RejectedRow
from domain.known import DifferenceCounts, KnownChild
from domain.listing import ApplicationsFound, ApplicationsOfFlow, DebtOfFlow, FindingsOfFlow, RejectedRowsOfFlow
from resolvers.context import Context
from resolvers.reading import discovery as reading
from schema.basics import Node
from schema.connections import connection
from schema.loading import computed, loaded, named
from schema.mirror import mirror
from schema.relations import listed, referred_all


class Child:
    """The fields of a DiscoveryFlow."""

    cleansing = listed(CleansingFinding, lambda child: FindingsOfFlow(parent=child.id))
    applications = listed(Application, lambda child: ApplicationsOfFlow(parent=child.id))
    tech_debt = listed(
        TechDebtItem,
        lambda child: DebtOfFlow(parent=child.id),
        why="A first look from the inventory alone; an assessment starts from it.",
    )

    @loaded
    @staticmethod
    async def mappings(context: Context, children: list[KnownChild]) -> list[tuple[AttributeMapping, ...]]:
        return await reading.mappings(context, [child.flow for child in children])

    @loaded
    @staticmethod
    async def dependency_cycles(context: Context, children: list[KnownChild]) -> list[tuple[Cycle, ...]]:
        return await reading.cycles(context, [child.flow for child in children])

    @loaded
    @staticmethod
    async def changes(context: Context, children: list[KnownChild]) -> list[DifferenceCounts]:
        """Created, changed and vanished, against what earlier runs found."""
        return await reading.differences(context, [child.flow for child in children])

    @loaded
    @staticmethod
    async def import_(context: Context, children: list[KnownChild]) -> list[DataImport | None]:
        """Null until the file has been read."""
        return await reading.imports(context, [child.flow for child in children])

    named("import", import_)


@mirror(DifferenceCounts, "created changed vanished")
class InventoryChanges:
    applications = listed(Application, lambda counts: ApplicationsFound(parent=counts.flow_id))


@mirror(Cycle)
class DependencyCycle:
    applications = referred_all(Application, lambda cycle: cycle.application_ids)
    dependencies = referred_all(Dependency, lambda cycle: cycle.dependency_ids)


@mirror(DataImport, "file_name format rows accepted rejected_count created_at")
class DataImportType(Node):
    rejected = listed(RejectedRow, lambda data: RejectedRowsOfFlow(parent=data.flow_id))


@mirror(RejectedRow, "line reason")
class RejectedRowType:
    @computed
    @staticmethod
    def values(row: RejectedRow) -> Any:
        return row.values


@mirror(
    AttributeMapping,
    "column target confidence source samples",
    target="The field of Application or Component it fills; null keeps it in `attributes`.",
)
class AttributeMappingType:
    pass


@mirror(
    CleansingFinding,
    "rule line field before after applied",
    line="Null where it is about no single line of the file.",
    field="Null where it is about the whole row.",
    before="Null where nothing stood there.",
    after="What is proposed; null to leave it empty.",
)
class CleansingFindingType(Node):
    @loaded
    @staticmethod
    async def application(context: Context, findings: list[CleansingFinding]) -> list[Application | None]:
        """Null where it is about none, or about one that is not in the inventory."""
        return await reading.applications_of_findings(context, findings)


connection(CleansingFinding, "CleansingFinding")
connection(RejectedRow, "RejectedRow")
