"""What observability flows add to theirs: objectives, the files that watch over them, and findings."""

from __future__ import annotations

from domain.application import Application
from domain.artifact import ArtifactKind, KnownArtifact
from domain.artifacts.listing import ArtifactsOfFlow
from domain.observability import OptimizationFinding, ServiceLevelObjective
from domain.observability_listing import ObjectivesOfFlow, OptimizationFindingsOfFlow
from schema.basics import Node
from schema.connections import connection
from schema.mirror import mirror
from schema.relations import listed, referred

_KINDS = (ArtifactKind.CONFIGURATION,)


class Child:
    """The fields of an ObservabilityFlow."""

    objectives = listed(ServiceLevelObjective, lambda child: ObjectivesOfFlow(parent=child.id))
    configurations = listed(
        KnownArtifact,
        lambda child: ArtifactsOfFlow(parent=child.id, kinds=_KINDS),
        why="Files ready to deploy: OpenSLO documents and Prometheus recording and alerting rules.",
    )
    findings = listed(
        OptimizationFinding, lambda child: OptimizationFindingsOfFlow(parent=child.id), why="The worst first."
    )


@mirror(
    ServiceLevelObjective,
    "indicator target window rationale confirmed",
    target="Percent of requests, or milliseconds of 95 of 100 answers.",
    confirmed="Whether a person stands by it: files are made of these alone.",
)
class ServiceLevelObjectiveType(Node):
    """What an application promises over a rolling window."""

    application = referred(Application, lambda objective: objective.application_id)


@mirror(
    OptimizationFinding,
    "metric observed objective recommendation severity",
    observed="In percent or milliseconds, as its objective.",
)
class OptimizationFindingType:
    """Something measured that is not as it should be, and what to do about it."""

    application = referred(Application, lambda finding: finding.application_id)


connection(ServiceLevelObjective, "ServiceLevelObjective")
connection(OptimizationFinding, "OptimizationFinding")
