"""What a language model may do in each phase: one table, and the bounds its rows are made of.

CHANGES replaces what the rules said, where the row's condition holds; a person sees both sides. ADDS puts something
beside it. SUGGESTS changes nothing: a person reads it and decides. What has no row here may not be touched.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from domain.agents.cleaning import block, finite, line
from domain.application import Criticality
from domain.debt import DebtCategory, Severity
from domain.decision import RefactorDepth, Strategy
from domain.dependency import DependencyKind
from domain.planning.plan import CostCategory, Priority

# A model that is less sure than this of a change only tells it.
LEAST_CONFIDENCE = 0.5
# A scored strategy this far below the best one is out of a model's reach.
SCORE_REACH = 0.2
# A column that the rules are as sure of is not theirs to lose.
SURE_MAPPING = 0.9

MAPPING, CLEANSING = "discovery.attribute_mapping", "discovery.data_cleansing"
DEPENDENCIES = "discovery.dependencies"
STANDARDS, DEBT = "assessment.architecture_minimums", "assessment.tech_debt_analysis"
STRATEGIES, PAGES = "assessment.component_sixr_strategies", "assessment.app_on_page_generation"
WAVES, RESOURCES = "planning.wave_planning", "planning.resource_allocation"
TIMELINE, COSTS, SYNTHESIS = "planning.timeline_generation", "planning.cost_estimation", "planning.synthesis"
READINESS, RUNBOOK = "execution.pre_migration", "execution.migration_execution"
CANDIDATES, ARCHIVES = "decommission.decommission_planning", "decommission.data_migration"
RUN_COSTS, BUDGET = "finops.cost_analysis", "finops.budget_planning"
WORTH, DESIGNS = "modernization.modernization_assessment", "modernization.architecture_design"
WORK = "modernization.implementation_planning"
OBJECTIVES, FINDINGS = "observability.monitoring_setup", "observability.performance_optimization"


class Unfit(Exception):
    """A value is not within its bounds; the message says why, as the end of a sentence."""


class Effect(StrEnum):
    """What a proposal does once it is permitted."""

    CHANGES = "CHANGES"
    ADDS = "ADDS"
    SUGGESTS = "SUGGESTS"


class Bound(Protocol):
    """What a value may be: `read` gives it as it is kept, or raises Unfit; `told` says it to people and models."""

    @property
    def told(self) -> str: ...

    def read(self, value: object, keys: Mapping[str, str]) -> object:
        """`keys` are the subjects' keys, each with what it is a key of."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text: what is longer is cut at a word."""

    longest: int
    optional: bool = False

    @property
    def told(self) -> str:
        return f"one line of at most {self.longest} characters{', or null' if self.optional else ''}"

    def read(self, value: object, _keys: Mapping[str, str]) -> object:
        if value is None and self.optional:
            return None
        return _needed(line(str(value), self.longest))


@dataclass(frozen=True, slots=True)
class Text:
    """Paragraphs: what is longer is cut at a word."""

    longest: int

    @property
    def told(self) -> str:
        return f"plain text of at most {self.longest} characters"

    def read(self, value: object, _keys: Mapping[str, str]) -> object:
        return _needed(block(str(value), self.longest))


@dataclass(frozen=True, slots=True)
class Words:
    """One of these words."""

    words: tuple[str, ...]
    optional: bool = False

    @property
    def told(self) -> str:
        return f"one of {', '.join(self.words)}{', or null' if self.optional else ''}"

    def read(self, value: object, _keys: Mapping[str, str]) -> object:
        if (value is None and self.optional) or value in self.words:
            return value
        raise Unfit(f"it takes {self.told}")


@dataclass(frozen=True, slots=True)
class Number:
    """A finite number within these."""

    least: float
    most: float

    @property
    def told(self) -> str:
        return f"a number from {self.least:g} to {self.most:g}"

    def read(self, value: object, _keys: Mapping[str, str]) -> object:
        number = finite(value)
        if number is None or not self.least <= number <= self.most:
            raise Unfit(f"it takes {self.told}")
        return number


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""

    told: str = "true or false"

    def read(self, value: object, _keys: Mapping[str, str]) -> object:
        if not isinstance(value, bool):
            raise Unfit(f"it takes {self.told}")
        return value


@dataclass(frozen=True, slots=True)
class Named:
    """The key of another subject of that sort."""

    sort: str

    @property
    def told(self) -> str:
        return f"the key of a {self.sort}"

    def read(self, value: object, keys: Mapping[str, str]) -> object:
        if not isinstance(value, str) or keys.get(value) != self.sort:
            raise Unfit(f"it takes {self.told}")
        return value


def _needed(text: str) -> str:
    if not text:
        raise Unfit("nothing is left of its text")
    return text


@dataclass(frozen=True, slots=True)
class Permit:
    """One row: these agents may, of that part of their proposal, give so many items about things of that sort.

    `fields` bounds each value; `condition` says what else the rules ask before it enters. Items with the same `once`
    are one: where they differ, none counts.
    """

    kind: str
    agents: tuple[str, ...]
    part: str
    on: tuple[str, ...]
    effect: Effect
    most: int
    fields: Mapping[str, Bound]
    condition: str
    once: tuple[str, ...] = ("subject",)


CONFIDENCE = Number(0, 1)
REASON = Text(600)

_SOME_SEVERITY = Words(tuple(each for each in Severity if each is not Severity.CRITICAL))
_SMALL_SEVERITY = Words((Severity.MEDIUM, Severity.LOW))
_CHANGES, _ADDS, _SUGGESTS = Effect.CHANGES, Effect.ADDS, Effect.SUGGESTS
_RISK: Mapping[str, Bound] = {"title": Line(120), "severity": _SOME_SEVERITY, "mitigation": Line(400)}
PROSE_SECTIONS = ("overview", "current_state", "tech_debt", "treatments", "dependencies", "risks", "readiness")
_TITLED = ("subject", "title")

PERMISSIONS: tuple[Permit, ...] = (
    Permit(
        MAPPING, ("mapper",), "columns", ("column",), _CHANGES, 100,
        {"target": Line(100, optional=True)},
        f"a fact of the list, filled by no other column; the rules are less than {SURE_MAPPING} sure, no person chose "
        "it, and it does not hold the names",
    ),
    Permit(
        CLEANSING, ("cleanser",), "findings", ("finding",), _CHANGES, 100,
        {"accept": Flag()},
        "which findings are proposed for acceptance; what a person decided before stands",
    ),
    Permit(
        CLEANSING, ("cleanser",), "values", ("finding",), _SUGGESTS, 20,
        {"value": Line(200)}, "a better value, for a person to correct at its source",
    ),
    Permit(
        DEPENDENCIES, ("dependency_analyst",), "kinds", ("dependency",), _CHANGES, 100,
        {"kind": Words((DependencyKind.HARD, DependencyKind.SOFT))},
        "where the source does not say it; it stays listed as uncertain",
    ),
    Permit(
        DEPENDENCIES, ("dependency_analyst",), "criticalities", ("dependency",), _CHANGES, 100,
        {"criticality": Words(tuple(Criticality))}, "where nobody says it",
    ),
    Permit(
        STANDARDS, ("architecture_lead",), "requirements", ("standard", "engagement"), _SUGGESTS, 20,
        {"text": Text(600)}, "what a standard, or the engagement, should ask for beside what it asks for",
        ("subject", "text"),
    ),
    Permit(
        DEBT, ("debt_analyst", "security_reviewer"), "severities", ("item",), _CHANGES, 50,
        {"severity": Words(tuple(Severity))},
        "one step from the rules' severity; an uncertain finding goes no higher than MEDIUM",
    ),
    Permit(
        DEBT, ("debt_analyst", "security_reviewer"), "evidence", ("item",), _ADDS, 50,
        {"text": Text(600)}, "said behind the rules' evidence",
    ),
    Permit(
        DEBT, ("debt_analyst",), "items", ("application", "component"), _ADDS, 20,
        {"category": Words(tuple(DebtCategory)), "severity": _SMALL_SEVERITY, "title": Line(120),
         "evidence": Text(600), "hours": Number(0, 200)},
        "at most two an application, flagged as the model's, its confidence at most 0.5", _TITLED,
    ),
    Permit(
        DEBT, ("security_reviewer",), "items", ("application", "component"), _ADDS, 20,
        {"category": Words((DebtCategory.SECURITY, DebtCategory.COMPLIANCE)), "severity": _SMALL_SEVERITY,
         "title": Line(120), "evidence": Text(600), "hours": Number(0, 200)},
        "at most two an application, flagged as the model's, its confidence at most 0.5", _TITLED,
    ),
    Permit(
        STRATEGIES, ("migration_strategist",), "treatments", ("component",), _CHANGES, 50,
        {"strategy": Words((Strategy.REHOST, Strategy.REPLATFORM, Strategy.REFACTOR)),
         "depth": Words(tuple(RefactorDepth), optional=True)},
        f"among the scored ones, at most {SCORE_REACH} below the best; never where a gate decides, never a RETAIN or "
        "RETIRE into a move, never what a person settled; what is too close to call stays so",
    ),
    Permit(
        STRATEGIES, ("migration_strategist", "compatibility_checker"), "rationales", ("application",), _ADDS, 100,
        {"text": Text(1_200)}, "said behind the rules' reasons",
    ),
    Permit(
        STRATEGIES, ("migration_strategist", "compatibility_checker"), "risks", ("application",), _ADDS, 100,
        _RISK, "at most three an application, none that is there already", _TITLED,
    ),
    Permit(
        PAGES, ("page_writer",), "prose", ("application",), _ADDS, 300,
        {"section": Words(PROSE_SECTIONS), "text": Text(800)},
        "no figure that does not stand on the page", ("subject", "section"),
    ),
    Permit(
        WAVES, ("wave_planning_specialist",), "rationales", ("plan", "wave"), _ADDS, 60,
        {"text": Text(800)}, "said behind the rules' reasons; no figure that is not the plan's",
    ),
    Permit(
        WAVES, ("wave_planning_specialist",), "moves", ("application",), _SUGGESTS, 20,
        {"wave": Named("wave")}, "another wave than it is in; a person moves it, or leaves it",
    ),
    Permit(
        RESOURCES, ("resource_allocation_specialist",), "suggestions", ("plan", "wave"), _SUGGESTS, 20,
        {"text": Text(600)}, "who should work on it, or learn what", ("subject", "text"),
    ),
    Permit(
        TIMELINE, ("timeline_generation_specialist",), "risks", ("plan", "wave"), _SUGGESTS, 20,
        _RISK, "what may move the dates", _TITLED,
    ),
    Permit(
        COSTS, ("cost_estimation_specialist",), "assumptions", ("plan", "line"), _SUGGESTS, 20,
        {"text": Text(600)}, "what a number rests on; no figure that is not the estimate's", ("subject", "text"),
    ),
    Permit(
        COSTS, ("cost_estimation_specialist",), "missing", ("plan",), _SUGGESTS, 10,
        {"category": Words(tuple(CostCategory)), "description": Line(200)},
        "what the estimate leaves out, without an amount", ("subject", "category", "description"),
    ),
    Permit(
        SYNTHESIS, ("planning_lead",), "summaries", ("plan",), _ADDS, 1,
        {"text": Text(1_500)}, "said behind the rules' summary; no figure that is not the plan's",
    ),
    Permit(
        SYNTHESIS, ("planning_lead",), "recommendations", ("plan",), _ADDS, 5,
        {"title": Line(120), "detail": Text(600),
         "priority": Words((Priority.HIGH, Priority.MEDIUM, Priority.LOW))},
        "beside the rules' own, none that is there already; no figure that is not the plan's", _TITLED,
    ),
    Permit(
        READINESS, ("readiness_reviewer",), "risks", ("run", "application"), _SUGGESTS, 20,
        _RISK, "what may still go wrong, and no check covers", _TITLED,
    ),
    Permit(
        RUNBOOK, ("runbook_specialist",), "hints", ("step",), _SUGGESTS, 30,
        {"text": Text(600)}, "what whoever does the step must mind", ("subject", "text"),
    ),
    Permit(
        RUNBOOK, ("runbook_specialist",), "risks", ("application",), _SUGGESTS, 20,
        _RISK, "what may go wrong on the way", _TITLED,
    ),
    Permit(
        CANDIDATES, ("decommission_planner",), "risks", ("application",), _SUGGESTS, 20,
        _RISK, "what may be missed once it is off", _TITLED,
    ),
    Permit(
        ARCHIVES, ("records_manager",), "suggestions", ("data set",), _SUGGESTS, 20,
        {"text": Text(600)}, "why it should be kept otherwise; a person changes it, or leaves it", ("subject", "text"),
    ),
    Permit(
        RUN_COSTS, ("cost_analyst",), "assumptions", ("costs", "application"), _SUGGESTS, 20,
        {"text": Text(600)}, "what a number rests on; no figure that is not the analysis's", ("subject", "text"),
    ),
    Permit(
        RUN_COSTS, ("cost_analyst",), "suggestions", ("costs", "application"), _SUGGESTS, 20,
        {"text": Text(600)}, "where money may be saved; no figure that is not the analysis's", ("subject", "text"),
    ),
    Permit(
        BUDGET, ("budget_planner",), "risks", ("budget", "month"), _SUGGESTS, 20,
        _RISK, "what may move the budget", _TITLED,
    ),
    Permit(
        WORTH, ("modernization_analyst",), "suggestions", ("application",), _SUGGESTS, 30,
        {"text": Text(600)}, "why it is worth more, or less, than its score; a person ranks anew, or does not",
        ("subject", "text"),
    ),
    Permit(
        DESIGNS, ("target_architect",), "tradeoffs", ("design",), _ADDS, 100,
        {"text": Text(600)}, "said behind the rules' trade-offs; no figure that is not the designs'",
    ),
    Permit(
        DESIGNS, ("target_architect",), "suggestions", ("design",), _SUGGESTS, 30,
        {"text": Text(600)}, "another pattern, or another service; a person changes it, or leaves it",
        ("subject", "text"),
    ),
    Permit(
        WORK, ("delivery_planner",), "risks", ("application", "work item"), _SUGGESTS, 20,
        _RISK, "what may hold up the work", _TITLED,
    ),
    Permit(
        OBJECTIVES, ("reliability_engineer",), "suggestions", ("application",), _SUGGESTS, 30,
        {"text": Text(600)}, "why it should promise more, or less; a person changes a target, or leaves it",
        ("subject", "text"),
    ),
    Permit(
        FINDINGS, ("performance_analyst",), "hints", ("finding",), _SUGGESTS, 30,
        {"text": Text(600)}, "where to look first; no figure that is not the findings'", ("subject", "text"),
    ),
    Permit(
        FINDINGS, ("performance_analyst",), "risks", ("application",), _SUGGESTS, 20,
        _RISK, "what may still go wrong, and nothing measured shows", _TITLED,
    ),
)  # fmt: skip


def permitted(kind: str, agent: str | None = None) -> tuple[Permit, ...]:
    """The rows of that kind of work, `<flow type>.<phase>`; of one of its agents where one is named."""
    return tuple(each for each in PERMISSIONS if each.kind == kind and (agent is None or agent in each.agents))


def permits_of(rows: Collection[Permit], part: str) -> tuple[Permit, ...]:
    """The rows about that part of a proposal."""
    return tuple(each for each in rows if each.part == part)
