"""Drives an assessment by its definition alone: no engine, no database, every result through the codec."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from domain.application import Application, ApplicationChange
from domain.decision import Decision
from domain.definition import Outcome, PhaseCall, Warning
from domain.flows.assessment import DEFINITION
from domain.flows.assessment.results import AssessmentConfiguration
from domain.learning import Lesson
from domain.portfolio import Portfolio
from domain.sixr.overriding import DecisionChange
from shapes.codec import Codec
from tests.unit.assessment.portfolios import call

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
            elif not isinstance(each, Lesson):
                parts[_PARTS[type(each).__name__]][each.id] = each
        changed: dict[str, Any] = {name: tuple(part.values()) for name, part in parts.items()}
        self.portfolio = replace(self.portfolio, **changed)


def _through_json(value: Any) -> Any:
    codec = Codec()
    return codec.decode(type(value), codec.encode(value))
