"""Drives an assessment by its definition alone: no engine, no database, every result through the codec."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from domain.application import Application, ApplicationChange, Component, Technology
from domain.decision import Decision
from domain.definition import Outcome, PhaseCall, Warning
from domain.flows.assessment import DEFINITION
from domain.flows.assessment.results import AssessmentConfiguration
from domain.portfolio import Portfolio
from domain.sixr.overriding import DecisionChange
from shapes.codec import Codec
from tests.unit.assessment.portfolios import application, call, component

_PARTS = {
    "Application": "applications",
    "Component": "components",
    "ArchitectureStandard": "standards",
    "StandardException": "exceptions",
    "TechDebtItem": "debt",
    "Decision": "decisions",
    "AppOnPage": "pages",
}


class Walk:
    """One assessment of some applications of a portfolio."""

    def __init__(self, portfolio: Portfolio, application_ids: Sequence[str] | None = None) -> None:
        self.portfolio = portfolio
        ids = application_ids or [each.id for each in portfolio.applications]
        self.configuration = AssessmentConfiguration(tuple(ids))
        self.results: dict[str, Any] = {}
        self.history: list[ApplicationChange] = []
        self.warnings: list[Warning] = []

    def open(self) -> None:
        self._keep(DEFINITION.opening.decide(self.call("initialization")), ())

    def close(self) -> None:
        self._keep(DEFINITION.closing.decide(self.call("initialization")), ())

    def run(self, phase: str) -> Any:
        """Run the rules of a phase; its result."""
        outcome = DEFINITION.phase(phase).rules(self.call(phase))
        assert isinstance(outcome, Outcome)
        return self._take(phase, outcome)

    def proposal(self, phase: str) -> Any:
        pause = DEFINITION.phase(phase).pause
        assert pause is not None
        return _through_json(pause.propose(self.call(phase)))

    def answer(self, phase: str, answer: Any = None) -> Any:
        """Answer a pause, with what it proposes unless something else is given."""
        pause = DEFINITION.phase(phase).pause
        assert pause is not None
        given = self.proposal(phase) if answer is None else _through_json(answer)
        return self._take(phase, pause.decide(self.call(phase, input=given)))

    def through(self, *phases: str) -> None:
        for phase in phases:
            self.run(phase)
            if DEFINITION.phase(phase).pause:
                self.answer(phase)

    def override(self, application_id: str, rationale: str = "Agreed with the owner.", **change: Any) -> Decision:
        from domain.flows.assessment.override import override_decision

        phase = "component_sixr_strategies"
        done = override_decision(self.call(phase), application_id, DecisionChange(rationale=rationale, **change))
        self._take(phase, done.outcome)
        return self.decision(application_id)

    def call(self, phase: str, **fields: Any) -> PhaseCall:
        scope = self.configuration.application_ids
        inside = tuple(each for each in self.portfolio.applications if each.id in scope)
        outside = tuple(each for each in self.portfolio.applications if each.id not in scope)
        seen = replace(self.portfolio, applications=inside, neighbours=outside)
        results = {key: _through_json(result) for key, result in self.results.items()}
        return call(seen, results, phase=phase, configuration=self.configuration, **fields)

    def application(self, application_id: str) -> Application:
        return next(each for each in self.portfolio.applications if each.id == application_id)

    def decision(self, application_id: str) -> Decision:
        return next(each for each in self.portfolio.decisions if each.application_id == application_id)

    def _take(self, phase: str, outcome: Outcome) -> Any:
        self._keep(outcome.saves, outcome.removes)
        self.results[phase] = outcome.result
        self.warnings = list(outcome.warnings)
        return outcome.result

    def _keep(self, saves: Iterable[Any], removes: Iterable[Any]) -> None:
        gone = {each.id for each in removes}
        parts: dict[str, dict[str, Any]] = {
            name: {each.id: each for each in getattr(self.portfolio, name) if each.id not in gone}
            for name in _PARTS.values()
        }
        for each in saves:
            if isinstance(each, ApplicationChange):
                self.history.append(each)
            else:
                parts[_PARTS[type(each).__name__]][each.id] = each
        changed: dict[str, Any] = {name: tuple(part.values()) for name, part in parts.items()}
        self.portfolio = replace(self.portfolio, **changed)


def _through_json(value: Any) -> Any:
    codec = Codec()
    return codec.decode(type(value), codec.encode(value))


def sample() -> Portfolio:
    """A dozen applications: one for each gate and depth, some too close to call, one that nobody knows."""
    windows = Technology("Windows Server", "2022", "operating_system")
    applications = (
        application("blocked", legal_block="yes", technical_block="no"),
        application("unused", business_value="none"),
        application("idle", user_count=0, cpu_percent="2%", memory_percent="3"),
        application("crm", commercial_product="cots", saas_available="yes", customization="low"),
        application(
            "portal", technologies=(windows,), stability="high", modernization_need="low", exit_pressure="high",
            code_change="none", needs_decomposition="no", strategic="no", too_outdated="no", legal_block="no",
            technical_block="no", managed_equivalent="no", licence_overhead="none", scales_unevenly="no",
        ),
        application(
            "orders", stability="medium", modernization_need="medium", code_change="none", licence_overhead="high",
            managed_equivalent="yes", too_outdated="no", needs_decomposition="no", source_available="no",
            technologies=(
                Technology("PostgreSQL", "9.6", "database"),
                Technology("Red Hat Enterprise Linux", "6", "operating_system"),
            ),
        ),
        application(
            "billing", source_available="yes", stability="low", modernization_need="high", too_outdated="no",
            needs_decomposition="no", scales_unevenly="no", strategic="no", code_change="high", exit_pressure="none",
            annual_cost=100000, maintenance_cost="80000",
            technologies=(Technology("Java", "8", "runtime"), Technology("Struts", "1.3", "framework")),
        ),
        application(
            "shop", source_available="yes", needs_decomposition="yes", scales_unevenly="yes", strategic="yes",
            modernization_need="high", too_outdated="no", stability="low", exit_pressure="none",
        ),
        application(
            "ledger", too_outdated="yes", modernization_need="high", source_available="no", stability="low",
            exit_pressure="none", platform_compatible="no",
            technologies=(Technology("COBOL", None, "language"), Technology("AIX", "6.1", "operating_system")),
        ),
        application(
            "twins", technologies=(windows,), stability="medium", modernization_need="medium", too_outdated="no"
        ),
        application("mystery"),
        application(
            "erp", commercial_product="yes", saas_available="no", customization="high",
            technologies=(
                Technology("Oracle Database", "11.2", "database"),
                Technology("AIX", "7.1", "operating_system"),
            ),
        ),
    )  # fmt: skip
    components: tuple[Component, ...] = tuple(component(each.id, "main") for each in applications)
    return Portfolio(applications=applications, components=components)
