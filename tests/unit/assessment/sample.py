"""A dozen applications: one for each gate and depth, some too close to call, one that nobody knows."""

from __future__ import annotations

from domain.application import Technology
from domain.portfolio import Portfolio
from tests.unit.assessment.portfolios import application, component

_WINDOWS = Technology("Windows Server", "2022", "operating_system")
_APPLICATIONS = (
    application("blocked", legal_block="yes", technical_block="no"),
    application("unused", business_value="none"),
    application("idle", user_count=0, cpu_percent="2%", memory_percent="3"),
    application("crm", commercial_product="cots", saas_available="yes", customization="low"),
    application(
        "portal", technologies=(_WINDOWS,), stability="high", modernization_need="low", exit_pressure="high",
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
        "twins", technologies=(_WINDOWS,), stability="medium", modernization_need="medium", too_outdated="no"
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


def sample() -> Portfolio:
    components = tuple(component(each.id, "main") for each in _APPLICATIONS)
    return Portfolio(applications=_APPLICATIONS, components=components)
