"""What a decommission's rules look at: what is live, and what needs what."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from domain.application import Application, Component, Readiness
from domain.decision import Decision, Strategy
from domain.decommission import CandidateReason
from domain.definition import PhaseCall
from domain.known_facts import component_fact, fact_of

PLANNING, DATA, SHUTDOWN = "decommission_planning", "data_migration", "system_shutdown"
# The line of an application's history that tells of its source.
SOURCE, SWITCHED_OFF = "source", "SWITCHED_OFF"


@dataclass
class Known:
    """One call, with what is looked up in it."""

    call: PhaseCall

    @cached_property
    def applications(self) -> Mapping[str, Application]:
        """Those in scope and their neighbours."""
        portfolio = self.call.portfolio
        return {each.id: each for each in (*portfolio.neighbours, *portfolio.applications)}

    @cached_property
    def decisions(self) -> Mapping[str, Decision]:
        return {each.application_id: each for each in self.call.portfolio.accepted}

    def reason(self, application: Application) -> CandidateReason | None:
        """Why it may be switched off; None where nothing says so."""
        if application.readiness is Readiness.MIGRATED:
            return None if self.source_gone(application) else CandidateReason.MIGRATED
        decision = self.decisions.get(application.id)
        retired = decision is not None and decision.strategy is Strategy.RETIRE
        return CandidateReason.RETIRE if retired else None

    def source_gone(self, application: Application) -> bool:
        """Its source was switched off, and it has not moved again since: its history says it, newest first."""
        own = (each.change for each in self.call.portfolio.changes if each.change.application_id == application.id)
        for change in own:
            if change.field == SOURCE:
                return change.after == SWITCHED_OFF
            if change.field == "readiness" and change.after == Readiness.MIGRATED:
                return False
        return False

    def live_dependents(self, application: Application, going: Collection[str]) -> list[Application]:
        """What needs it and goes on: a source is needed no more by what has moved as well. By name."""
        moved = application.readiness is Readiness.MIGRATED
        gone = {Readiness.RETIRED, Readiness.MIGRATED} if moved else {Readiness.RETIRED}
        ids = {edge.from_id for edge in self.call.portfolio.dependencies if edge.to_id == application.id}
        found = [self.applications[id] for id in ids if id in self.applications and id not in going]
        return sorted((each for each in found if each.readiness not in gone), key=lambda each: (each.name, each.id))

    def components(self, application: Application) -> tuple[Component, ...]:
        """Its parts, by name."""
        own = (each for each in self.call.portfolio.components if each.application_id == application.id)
        return tuple(sorted(own, key=lambda each: (each.name, each.id)))

    def has(self, application: Application, fact: str) -> bool:
        """True when that is so of it, or of a part of it."""
        if fact_of(application, fact) is True:
            return True
        return any(component_fact(application, part, fact) is True for part in self.components(application))


def in_scope(call: PhaseCall, application_ids: Collection[str]) -> Iterator[Application]:
    """Those of the flow's applications, by name."""
    found = sorted(call.portfolio.applications, key=lambda each: (each.name, each.id))
    return (each for each in found if each.id in application_ids)
