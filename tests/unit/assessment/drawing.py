"""Draws applications of which anything may be known, and decides about them."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from domain.application import Component, Technology
from domain.decision import Decision
from domain.fact import FactType
from domain.facts import FACTS
from domain.rates import blended_rate
from domain.sixr.deciding import Terms, decide
from domain.sixr.subject import Subject
from tests.unit.assessment.portfolios import TODAY, application, component

_READ = (
    "legal_block", "technical_block", "business_value", "active_users", "cpu_percent", "memory_percent",
    "commercial_product", "saas_available", "customization", "stability", "platform_compatible", "modernization_need",
    "exit_pressure", "managed_equivalent", "licence_overhead", "code_change", "maintenance_cost", "source_available",
    "needs_decomposition", "scales_unevenly", "strategic", "too_outdated", "server_count", "data_volume_gb",
    "thousand_lines", "regulated", "disaster_recovery", "integration_kinds", "sixr_wish",
)  # fmt: skip
_TECHNOLOGIES = st.sampled_from(
    [
        Technology("Java", "7", "runtime"),
        Technology("AIX", "6.1", "operating_system"),
        Technology("PostgreSQL", "16", "database"),
        Technology("Windows Server", "2012", "operating_system"),
        Technology("Homegrown", None, None),
    ]
)


# The machine that tests are run on has other things to do.
unhurried = settings(deadline=None, max_examples=40)


def _value(key: str) -> st.SearchStrategy[Any]:
    fact = FACTS[key]
    by_type: dict[FactType, st.SearchStrategy[Any]] = {
        FactType.BOOLEAN: st.sampled_from([True, False, None]),
        FactType.CHOICE: st.sampled_from([*fact.choices, "unknown"]),
        FactType.STRATEGY: st.sampled_from(["REHOST", "RETAIN", "REFACTOR/CODE", "TBC"]),
        FactType.LIST: st.sampled_from(["REST", "REST; file; MQ; mail"]),
        FactType.PERCENT: st.sampled_from([0, 4, 12, 80]),
    }
    return by_type.get(fact.type, st.sampled_from([0, 1, 7, 5000]))


FACTS_KNOWN = st.fixed_dictionaries({}, optional={key: _value(key) for key in _READ})


@st.composite
def subjects(draw: st.DrawFn) -> Subject:
    count = draw(st.integers(1, 4))
    parts: list[Component] = []
    for n in range(count):
        needs = tuple(str(other) for other in range(count) if other != n and draw(st.booleans()))
        technologies = draw(st.lists(_TECHNOLOGIES, max_size=2))
        parts.append(component("a", str(n), "service", *technologies, depends_on=needs, **draw(FACTS_KNOWN)))
    users, cost = draw(st.sampled_from([None, 0, 50])), draw(st.sampled_from([None, 0, 9]))
    app = application("a", user_count=users, annual_cost=cost, **draw(FACTS_KNOWN))
    return Subject(
        app,
        tuple(parts),
        TODAY,
        dependents=draw(st.sampled_from([(), ("Payroll",)])),
        debt_score=draw(st.sampled_from([0.0, 3.3, 9.9])),
    )


def terms() -> Terms:
    numbers = iter(range(10_000))
    return Terms("flow", lambda: str(next(numbers)), blended_rate("USD", TODAY, {}), {})


def decision(subject: Subject) -> Decision:
    return decide(subject, terms())
