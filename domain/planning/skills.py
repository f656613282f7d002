"""Which skills moving an application takes: by what becomes of its parts, and by what these run on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from types import MappingProxyType

from domain.application import Application, Component, Technology
from domain.decision import Decision, RefactorDepth, Strategy
from domain.planning.roles import WorkRole
from domain.reference_data import read_csv
from domain.technologies import normalize


@dataclass(frozen=True, slots=True)
class _Rule:
    """A skill that a subject takes where one of these happens to it."""

    skill: str
    strategies: frozenset[Strategy]


def skills_needed(application: Application, components: Iterable[Component], decision: Decision) -> frozenset[str]:
    """By the names of the table: what each part takes under its own strategy, and the whole under the decision's.

    A part that names no technology runs on what the application does.
    """
    parts = {each.id: each for each in components if each.application_id == application.id}
    found = set(_taken(application.technologies, decision.strategy, decision.depth))
    for treatment in decision.treatments:
        part = parts.get(treatment.component_id)
        technologies = (part and part.technologies) or application.technologies
        found.update(_taken(technologies, treatment.strategy, treatment.depth))
    return frozenset(found)


def skilled_hours(skill: str, roles: Mapping[WorkRole, Decimal]) -> Decimal:
    """Of an application's hours by role, those of whom the skill is asked: of engineers where the role has none."""
    own = roles.get(_asked().get(skill_key(skill), WorkRole.ENGINEER))
    return own or roles.get(WorkRole.ENGINEER, Decimal(0))


def skill_key(skill: str) -> str:
    """Two skills are the same whose keys are: capitals and spaces tell nothing apart."""
    return " ".join(skill.split()).casefold()


def _taken(technologies: Iterable[Technology], strategy: Strategy, depth: RefactorDepth | None) -> Iterator[str]:
    rules = _rules()
    yield from (rule.skill for rule in rules.get(("strategy", strategy), ()))
    if depth is not None:
        yield from (rule.skill for rule in rules.get(("depth", depth), ()))
    for technology in technologies:
        yield from (rule.skill for rule in _rules_of(technology) if strategy in rule.strategies)


def _rules_of(technology: Technology) -> tuple[_Rule, ...]:
    """Those of the product; of one that has none, those of its category."""
    known = normalize(technology.name, technology.category)
    category = technology.category or known.category or ""
    return _rules().get(("product", known.name)) or _rules().get(("category", category), ())


@cache
def _rules() -> Mapping[tuple[str, str], tuple[_Rule, ...]]:
    found: defaultdict[tuple[str, str], list[_Rule]] = defaultdict(list)
    for row in read_csv("skills"):
        strategies = frozenset(Strategy(word) for word in row["strategies"].split("|") if word)
        found[row["kind"], row["subject"]].append(_Rule(row["skill"], strategies))
    return MappingProxyType({subject: tuple(rules) for subject, rules in found.items()})


@cache
def _asked() -> Mapping[str, WorkRole]:
    """The role that works with each skill of the table."""
    return MappingProxyType({skill_key(row["skill"]): WorkRole(row["role"]) for row in read_csv("skills")})
