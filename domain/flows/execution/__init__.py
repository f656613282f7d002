"""The execution flow: readiness checks, the runbook of a wave, and its sign-off."""

from __future__ import annotations

from domain.access import Role
from domain.application import Application
from domain.definition import Agent, FlowDefinition, Opening, Pause, Phase, PhaseCall, Stepping
from domain.flows.execution.configuration import ExecutionConfiguration
from domain.flows.execution.export import EXPORTING
from domain.flows.execution.facts import FACTS, MIGRATION, READINESS, VALIDATION
from domain.flows.execution.migrating import end_runbook, propose_arrived, write_runbook
from domain.flows.execution.opening import close_execution, open_execution
from domain.flows.execution.owners import lesson_of
from domain.flows.execution.readiness import check_readiness, let_go, propose_going, readiness_checks
from domain.flows.execution.results import (
    ConfirmedApplications,
    MigrationRun,
    MigrationValidated,
    ReadinessChecked,
)
from domain.flows.execution.scope import SETTLING, iterated
from domain.flows.execution.validating import list_validations, propose_sign_off, sign_off, validations
from domain.learning import Lesson
from domain.need import Need
from domain.runbook import RunbookStep

_REPORTED = frozenset({Need.APPLICATIONS, Need.STEPS})


def _taught(call: PhaseCall, before: RunbookStep, after: RunbookStep) -> Lesson | None:
    if after.owner is None:
        return None
    found: Application | None = next(
        (each for each in call.portfolio.applications if each.id == before.application_id), None
    )
    return lesson_of(before, found.department if found else None, after.owner)


DEFINITION = FlowDefinition(
    kind="execution",
    title="Execution",
    summary="Check that a wave is ready, carry out its runbook, and sign for what has arrived.",
    configuration=ExecutionConfiguration,
    area="execute",
    applications=lambda configuration: configuration.application_ids,
    scope=iterated,
    settling=SETTLING,
    opening=Opening(frozenset({Need.APPLICATIONS, Need.ACCEPTED}), open_execution),
    closing=Opening(frozenset({Need.APPLICATIONS}), close_execution),
    exporting=EXPORTING,
    phases=(
        Phase(
            READINESS,
            "Readiness",
            ReadinessChecked,
            rules=check_readiness,
            weight=30,
            needs=FACTS | {Need.CHECKS},
            pause=Pause(ConfirmedApplications, propose_going, let_go, needs=FACTS | {Need.CHECKS}),
            checking=readiness_checks,
            agents=(
                Agent("readiness_reviewer", "Readiness reviewer", "Say what may still go wrong before a wave moves."),
            ),
            configured=True,
            overridable=True,
        ),
        Phase(
            MIGRATION,
            "Migration",
            MigrationRun,
            rules=write_runbook,
            weight=50,
            requires=(READINESS,),
            needs=FACTS | {Need.STEPS},
            pause=Pause(ConfirmedApplications, propose_arrived, end_runbook, needs=_REPORTED),
            agents=(Agent("runbook_specialist", "Runbook specialist", "Say what the steps of a migration must mind."),),
            overridable=True,
            stepping=Stepping(teaches=_taught, needs=frozenset({Need.APPLICATIONS}), until=(VALIDATION,)),
        ),
        Phase(
            VALIDATION,
            "Validation",
            MigrationValidated,
            rules=list_validations,
            weight=20,
            requires=(MIGRATION,),
            needs=FACTS | {Need.CHECKS, Need.STEPS},
            pause=Pause(
                ConfirmedApplications,
                propose_sign_off,
                sign_off,
                needs=FACTS | {Need.CHECKS, Need.STEPS},
                answered_by=Role.LEAD,
            ),
            checking=validations,
            agents=(Agent("cutover_lead", "Cut-over lead", "Say what must be seen before a wave is signed off."),),
            overridable=True,
        ),
    ),
)
