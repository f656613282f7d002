"""Discovery: from an inventory file to applications, components, technologies and dependencies."""

from __future__ import annotations

from domain.definition import Agent, Cloning, FlowDefinition, Pause, Phase
from domain.flows.discovery.cleansing import decide_cleansing, find_faults
from domain.flows.discovery.cleansing import propose_answer as propose_cleansing
from domain.flows.discovery.debt import look_for_debt
from domain.flows.discovery.dependencies import decide_dependencies, find_dependencies
from domain.flows.discovery.dependencies import propose_answer as propose_dependencies
from domain.flows.discovery.importing import import_rows
from domain.flows.discovery.inventory import take_inventory
from domain.flows.discovery.mapping import columns_told, decide_mapping, propose_mapping
from domain.flows.discovery.mapping import propose_answer as propose_mappings
from domain.flows.discovery.results import (
    CleansingAnswer,
    CleansingResult,
    DebtResult,
    DependencyAnswer,
    DependencyResult,
    DiscoveryConfiguration,
    ImportSummary,
    InventoryResult,
    MappingAnswer,
    MappingResult,
)
from domain.need import Need

DEFINITION = FlowDefinition(
    kind="discovery",
    title="Discovery",
    summary="Imports an inventory and makes it applications, components, technologies and dependencies.",
    configuration=DiscoveryConfiguration,
    # A clone reads a file of its own: that of the flow it clones goes with its retention.
    cloning=Cloning(own=frozenset({"fileId", "fileName"})),
    area="discovery",
    completed_route="/discovery/tech-debt",
    phases=(
        Phase(
            "data_import",
            "Data import",
            ImportSummary,
            rules=import_rows,
            weight=15,
            needs=frozenset({Need.IMPORT}),
            agents=(Agent("importer", "Data engineer", "Read the file and keep every good row."),),
            route="/discovery/import",
            configured=True,
        ),
        Phase(
            "attribute_mapping",
            "Attribute mapping",
            MappingResult,
            rules=propose_mapping,
            weight=15,
            requires=("data_import",),
            agents=(Agent("mapper", "Data engineer", "Say which column holds which fact."),),
            pause=Pause(MappingAnswer, propose_mappings, decide_mapping),
            configured=True,
            about=columns_told,
        ),
        Phase(
            "data_cleansing",
            "Data cleansing",
            CleansingResult,
            rules=find_faults,
            weight=15,
            requires=("attribute_mapping",),
            needs=frozenset({Need.APPLICATIONS, Need.FINDINGS}),
            agents=(
                Agent(
                    "cleanser", "Data quality analyst", "Find what is misspelled, doubled, contradictory or impossible."
                ),
            ),
            pause=Pause(
                CleansingAnswer, propose_cleansing, decide_cleansing, frozenset({Need.FINDINGS, Need.PATTERNS})
            ),
            optional=True,
        ),
        Phase(
            "inventory",
            "Inventory",
            InventoryResult,
            rules=take_inventory,
            weight=15,
            requires=("attribute_mapping", "data_cleansing"),
            needs=frozenset({Need.APPLICATIONS, Need.COMPONENTS, Need.FINDINGS, Need.DIFFERENCES}),
            agents=(Agent("inventorist", "Portfolio analyst", "Match what was imported with what is known."),),
        ),
        Phase(
            "dependencies",
            "Dependencies",
            DependencyResult,
            rules=find_dependencies,
            weight=20,
            requires=("inventory",),
            needs=frozenset({Need.APPLICATIONS, Need.COMPONENTS, Need.DEPENDENCIES, Need.FINDINGS}),
            agents=(
                Agent(
                    "dependency_analyst",
                    "Integration architect",
                    "Say who needs whom, how hard, and where it turns in circles.",
                ),
            ),
            pause=Pause(
                DependencyAnswer,
                propose_dependencies,
                decide_dependencies,
                frozenset({Need.APPLICATIONS, Need.DEPENDENCIES}),
            ),
            optional=True,
        ),
        Phase(
            "tech_debt",
            "Technical debt",
            DebtResult,
            rules=look_for_debt,
            weight=20,
            requires=("inventory", "dependencies"),
            needs=frozenset({Need.APPLICATIONS, Need.COMPONENTS, Need.DEPENDENCIES, Need.DEBT}),
            agents=(
                Agent("debt_scout", "Enterprise architect", "Look for what is past its support, unowned or entangled."),
            ),
            optional=True,
        ),
    ),
)
