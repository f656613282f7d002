"""What a discovery is started with, what its phases come to, and what a person answers."""

from __future__ import annotations

from dataclasses import dataclass, field

from domain.application import Criticality, Environment
from domain.dependency import DependencyKind
from domain.inventory import AttributeMapping


@dataclass(frozen=True, slots=True)
class ColumnTarget:
    """A column and what it fills: a fact, a part of the table's structure, or nothing (it stays in `attributes`)."""

    column: str
    target: str | None = None


@dataclass(frozen=True, slots=True)
class DiscoveryConfiguration:
    """The file to read; its format is recognized when it is not given. `mappings` are settled beforehand."""

    file_id: str
    file_name: str
    format: str | None = None
    mappings: tuple[ColumnTarget, ...] = ()


@dataclass(frozen=True, slots=True)
class ColumnSummary:
    """One column as it was read: how many rows fill it, and up to five of its different values."""

    name: str
    filled: int
    samples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """What was read, good and bad."""

    import_id: str
    file_name: str
    format: str
    rows: int
    accepted: int
    rejected: int
    columns: tuple[ColumnSummary, ...]


@dataclass(frozen=True, slots=True)
class MappingResult:
    """What each column fills, in the order of the file."""

    mappings: tuple[AttributeMapping, ...]


@dataclass(frozen=True, slots=True)
class MappingAnswer:
    """Which column fills what; a column that is not named stays as it was proposed."""

    mappings: tuple[ColumnTarget, ...]
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How many findings one rule of cleansing made."""

    rule: str
    findings: int


@dataclass(frozen=True, slots=True)
class DefaultFacts:
    """What stands in where the source says nothing; shown as assumed."""

    criticality: Criticality | None = None
    environment: Environment | None = None


@dataclass(frozen=True, slots=True)
class FindingAdvice:
    """Whether a finding had better be accepted, and why: what an agent thinks of it."""

    finding_id: str
    accept: bool
    because: str
    confidence: float


@dataclass(frozen=True, slots=True)
class CleansingResult:
    """How many findings there are, how many were applied, and what stands in for what is missing.

    `advice` decides what is proposed at the pause, and nothing else.
    """

    findings: int
    applied: int
    rules: tuple[RuleCount, ...]
    defaults: DefaultFacts = field(default_factory=DefaultFacts)
    advice: tuple[FindingAdvice, ...] = ()


@dataclass(frozen=True, slots=True)
class CleansingAnswer:
    """Findings by id. With `accept_all` every one is applied but those refused; else those accepted."""

    accept: tuple[str, ...] = ()
    refuse: tuple[str, ...] = ()
    accept_all: bool = False
    defaults: DefaultFacts = field(default_factory=DefaultFacts)
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class InventoryResult:
    """What the import came to, against what earlier runs found."""

    applications: int
    components: int
    technologies: int
    created: int
    changed: int
    unchanged: int
    vanished: int
    ready: int
    completeness: float


@dataclass(frozen=True, slots=True)
class Cycle:
    """Applications that need each other HARD, directly or through others: they move as one group."""

    application_ids: tuple[str, ...]
    dependency_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SharedService:
    """A platform that many use: its dependencies carry neither order nor grouping."""

    application_id: str
    dependents: int
    because: str


@dataclass(frozen=True, slots=True)
class UncertainDependency:
    """A dependency whose kind the source does not say."""

    from_id: str
    to_id: str
    kind: DependencyKind
    confidence: float
    because: str


@dataclass(frozen=True, slots=True)
class DependencyResult:
    """The engagement's dependencies by kind, its cycles, and what a person should look at.

    `unknown` are the first few of those that name an application nobody knows.
    """

    dependencies: int
    hard: int
    soft: int
    shared_service: int
    cycles: tuple[Cycle, ...]
    shared_services: tuple[SharedService, ...]
    uncertain: tuple[UncertainDependency, ...]
    unknown_names: int
    self_dependencies: int
    removed: int = 0
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DependencyCorrection:
    """What a dependency is in truth; one that is not there yet is added."""

    from_id: str
    to_id: str
    kind: DependencyKind


@dataclass(frozen=True, slots=True)
class DependencyAnswer:
    """Corrections; a dependency that is not named stays as it is."""

    dependencies: tuple[DependencyCorrection, ...] = ()
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class SeverityCount:
    """How many items of one severity."""

    severity: str
    items: int


@dataclass(frozen=True, slots=True)
class DebtResult:
    """A first look from the inventory alone; an assessment starts from its items."""

    items: int
    applications: int
    by_severity: tuple[SeverityCount, ...]
