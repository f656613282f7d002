"""Which checks there are of a run and of each application: a table of the product's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from domain.application import Criticality
from domain.check import Check
from domain.decision import Strategy
from domain.definition import PhaseCall
from domain.flows.execution.facts import Moving, run_name
from domain.reference_data import read_toml

RUN = "run"


@dataclass(frozen=True, slots=True)
class Finding:
    """What the facts say of a check; None where only a person can tell."""

    holds: bool | None
    because: str | None = None


@dataclass(frozen=True, slots=True)
class CheckKind:
    """One row of the table; what narrows it is empty where it is for all."""

    key: str
    title: str
    blocking: bool
    decided: bool
    strategies: frozenset[Strategy] = frozenset()
    criticalities: frozenset[Criticality] = frozenset()
    facts: tuple[str, ...] = ()

    def applies(self, each: Moving) -> bool:
        """True when that application is looked at so."""
        if self.strategies and each.strategy not in self.strategies:
            return False
        if self.criticalities and each.application.criticality not in self.criticalities:
            return False
        return not self.facts or any(each.has(fact) for fact in self.facts)


def kinds(phase: str, about: str) -> tuple[CheckKind, ...]:
    """The table's rows of `readiness` or `validation`, about the `run` or an `application`."""
    return tuple(
        CheckKind(
            row["key"],
            row["title"],
            row["blocking"],
            row["decided"],
            frozenset(Strategy(each) for each in row.get("strategies", ())),
            frozenset(Criticality(each) for each in row.get("criticalities", ())),
            tuple(row.get("facts", ())),
        )
        for row in read_toml("execution_checks")[phase].get(about, ())
    )


def of_run(call: PhaseCall, kind: CheckKind, finding: Finding) -> Check:
    """That check of all that is done together."""
    return _check(call, kind, finding, f"{RUN}:{kind.key}", run_name(call), None)


def of_application(call: PhaseCall, kind: CheckKind, finding: Finding, each: Moving) -> Check:
    """That check of one application."""
    id = each.application.id
    return _check(call, kind, finding, f"{id}:{kind.key}", each.application.name, id)


def _check(
    call: PhaseCall, kind: CheckKind, finding: Finding, key: str, subject: str, application_id: str | None
) -> Check:
    return Check(
        id="",
        flow_id=call.flow_id,
        phase=call.phase,
        key=key,
        number=0,
        subject=subject,
        title=kind.title,
        blocking=kind.blocking,
        application_id=application_id,
        found=finding.holds,
        because=finding.because,
    )


def renewed(call: PhaseCall, made: Iterable[Check]) -> tuple[Check, ...]:
    """The checks as they stand: ids and people's words are kept where there was the same check before."""
    held = {each.key: each for each in call.portfolio.checks if each.phase == call.phase}
    return tuple(_numbered(call, made, held))


def _numbered(call: PhaseCall, made: Iterable[Check], held: dict[str, Check]) -> Iterator[Check]:
    for number, check in enumerate(made, 1):
        before = held.get(check.key)
        after = check.renewed(before, call.now)
        yield replace(after, number=number, id=after.id or call.new_id())


def gone(call: PhaseCall, made: Iterable[Check]) -> tuple[Check, ...]:
    """Checks of earlier runs that are none any more."""
    kept = {each.id for each in made}
    return tuple(each for each in call.portfolio.checks if each.phase == call.phase and each.id not in kept)


def open_checks(checks: Iterable[Check], application_id: str | None = None) -> tuple[Check, ...]:
    """Those that block: of the application, or without one those of the run."""
    return tuple(each for each in checks if each.open and each.application_id == application_id)
