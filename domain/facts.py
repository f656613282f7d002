"""The one list of facts: keys of `attributes`, targets of column mapping, and what the rules read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from domain.application import Criticality, Environment
from domain.fact import Fact, FactLevel, FactType, Level, Reader

_APPLICATION, _COMPONENT, _BOTH = FactLevel.APPLICATION, FactLevel.COMPONENT, FactLevel.BOTH
_LEVELS = tuple(Level)

_LEVEL_WORDS = {
    "no": "NONE", "false": "NONE", "0": "NONE", "little": "LOW", "minor": "LOW", "minimal": "LOW",
    "some": "MEDIUM", "moderate": "MEDIUM", "average": "MEDIUM", "med": "MEDIUM", "normal": "MEDIUM",
    "yes": "HIGH", "true": "HIGH", "heavy": "HIGH", "major": "HIGH", "very high": "HIGH",
    "critical": "HIGH", "strong": "HIGH", "extensive": "HIGH", "very low": "LOW", "l": "LOW",
    "m": "MEDIUM", "h": "HIGH",
}  # fmt: skip
_CRITICALITY_WORDS = {
    "tier 0": "MISSION_CRITICAL", "tier0": "MISSION_CRITICAL", "tier 1": "MISSION_CRITICAL",
    "tier1": "MISSION_CRITICAL", "critical": "MISSION_CRITICAL", "business critical": "MISSION_CRITICAL",
    "very high": "MISSION_CRITICAL", "platinum": "MISSION_CRITICAL", "vital": "MISSION_CRITICAL",
    "tier 2": "HIGH", "tier2": "HIGH", "important": "HIGH", "gold": "HIGH", "major": "HIGH", "h": "HIGH",
    "tier 3": "MEDIUM", "tier3": "MEDIUM", "moderate": "MEDIUM", "normal": "MEDIUM", "silver": "MEDIUM",
    "standard": "MEDIUM", "med": "MEDIUM", "m": "MEDIUM", "tier 4": "LOW", "tier4": "LOW",
    "tier 5": "LOW", "minor": "LOW", "bronze": "LOW", "non critical": "LOW", "l": "LOW",
    "most critical": "MISSION_CRITICAL", "somewhat critical": "HIGH", "less critical": "MEDIUM",
    "not critical": "LOW", "sehr hoch": "MISSION_CRITICAL", "hoch": "HIGH", "mittel": "MEDIUM",
    "niedrig": "LOW", "gering": "LOW", "kritisch": "MISSION_CRITICAL", "critique": "MISSION_CRITICAL",
    "elevee": "HIGH", "haute": "HIGH", "forte": "HIGH", "moyenne": "MEDIUM", "faible": "LOW", "basse": "LOW",
    "critica": "MISSION_CRITICAL", "muy alta": "MISSION_CRITICAL", "alta": "HIGH", "media": "MEDIUM",
    "baja": "LOW", "alto": "HIGH", "medio": "MEDIUM", "bajo": "LOW", "baixa": "LOW", "bassa": "LOW",
}  # fmt: skip
_ENVIRONMENT_WORDS = {
    "prod": "PRODUCTION", "prd": "PRODUCTION", "p": "PRODUCTION", "live": "PRODUCTION",
    "stage": "STAGING", "stg": "STAGING", "preprod": "STAGING", "pre prod": "STAGING",
    "pre production": "STAGING", "preproduction": "STAGING", "uat": "STAGING", "acceptance": "STAGING",
    "tst": "TEST", "testing": "TEST", "qa": "TEST", "sit": "TEST", "int": "TEST", "integration": "TEST",
    "dev": "DEVELOPMENT", "d": "DEVELOPMENT", "sandbox": "DEVELOPMENT", "disaster recovery": "DR",
    "drp": "DR", "recovery": "DR", "backup site": "DR", "training": "OTHER", "demo": "OTHER",
    "produktion": "PRODUCTION", "produktiv": "PRODUCTION", "produccion": "PRODUCTION",
    "producao": "PRODUCTION", "produzione": "PRODUCTION", "abnahme": "STAGING", "recette": "STAGING",
    "preproduccion": "STAGING", "pruebas": "TEST", "integracion": "TEST",
    "entwicklung": "DEVELOPMENT", "developpement": "DEVELOPMENT", "desarrollo": "DEVELOPMENT",
    "desenvolvimento": "DEVELOPMENT", "sviluppo": "DEVELOPMENT", "secours": "DR", "contingencia": "DR",
    "schulung": "OTHER", "formation": "OTHER",
}  # fmt: skip
_COMMERCIAL_WORDS = {
    "cots": "yes", "commercial": "yes", "packaged": "yes", "package": "yes", "off the shelf": "yes",
    "vendor": "yes", "purchased": "yes", "third party": "yes", "3rd party": "yes", "bought": "yes",
    "custom": "no", "bespoke": "no", "in house": "no", "inhouse": "no", "home grown": "no", "homegrown": "no",
    "internal": "no", "custom built": "no", "open source": "no",
}  # fmt: skip
_AUTHENTICATION_WORDS = {
    "sso": "yes", "saml": "yes", "oidc": "yes", "oauth": "yes", "oauth2": "yes", "oauth 2.0": "yes",
    "openid connect": "yes", "adfs": "yes", "local": "no", "basic": "no", "own": "no", "password": "no",
}  # fmt: skip


def _technology(
    key: str,
    title: str,
    *headers: str,
    needed: bool = False,
    only_if: tuple[str, object] | None = None,
) -> Fact:
    return Fact(
        key, title, FactType.TECHNOLOGY, _BOTH, (Reader.READINESS, Reader.SEVERITY, Reader.FACTORS),
        headers, field="technologies", category=key, needed_for_assessment=needed, only_if=only_if,
    )  # fmt: skip


def _yes_no(key: str, title: str, readers: tuple[Reader, ...], *headers: str) -> Fact:
    return Fact(key, title, FactType.BOOLEAN, _BOTH, readers, headers, needed_for_assessment=True)


def _level(key: str, title: str, readers: tuple[Reader, ...], *headers: str) -> Fact:
    return Fact(
        key, title, FactType.CHOICE, _BOTH, readers, headers, needed_for_assessment=True,
        choices=_LEVELS, aliases=_LEVEL_WORDS,
    )  # fmt: skip


_IDENTITY = (
    Fact("name", "Name", FactType.TEXT, _APPLICATION, (Reader.READINESS,),
         ("application name", "application", "app name", "app", "name", "applications", "appname",
          "system name", "system", "github repo name", "service name", "application id name"),
         field="name", needed_for_assessment=True),
    Fact("external_id", "Identifier in its source", FactType.TEXT, _BOTH, (Reader.INVENTORY,),
         ("external id", "externalid", "application id", "app id", "cmdb id", "apm id", "asset id", "id",
          "vm uuid", "serverid", "server id", "ci id")),
    Fact("description", "Description", FactType.TEXT, _APPLICATION, (Reader.INVENTORY,),
         ("description", "application description", "summary", "purpose"), field="description"),
    Fact("business_owner", "Business owner", FactType.TEXT, _APPLICATION, (Reader.SEVERITY,),
         ("business owner", "owner", "application owner", "product owner", "app owner", "sponsor"),
         field="business_owner", needed_for_assessment=True),
    Fact("technical_owner", "Technical owner", FactType.TEXT, _APPLICATION, (Reader.SEVERITY,),
         ("technical owner", "it owner", "tech owner", "technical contact", "support team", "team",
          "it contact", "tech lead", "custodian"),
         field="technical_owner", needed_for_assessment=True),
    Fact("department", "Department", FactType.TEXT, _APPLICATION, (Reader.INVENTORY,),
         ("department", "business service", "business unit", "bu", "division", "business area",
          "cost center", "organization"), field="department"),
    Fact("criticality", "Criticality", FactType.CHOICE, _APPLICATION,
         (Reader.READINESS, Reader.SEVERITY, Reader.IMPACT, Reader.EFFORT),
         ("criticality", "business criticality", "tier", "importance", "app criticality", "priority",
          "service level", "application criticality"), field="criticality",
         needed_for_assessment=True, choices=tuple(Criticality), aliases=_CRITICALITY_WORDS),
    Fact("environment", "Environment", FactType.CHOICE, _BOTH, (Reader.READINESS,),
         ("environment", "env", "server environment", "stage", "lifecycle", "environment type"),
         field="environment", needed_for_assessment=True, choices=tuple(Environment),
         aliases=_ENVIRONMENT_WORDS),
    Fact("hosting", "Hosting", FactType.TEXT, _BOTH, (Reader.INVENTORY,),
         ("hosting", "hosted on", "production hosted on", "location", "data center", "datacenter",
          "data centre", "site", "platform", "hosting model"), field="hosting"),
    Fact("component_name", "Component or server", FactType.TEXT, _COMPONENT, (Reader.INVENTORY,),
         ("server name", "server", "hostname", "host name", "host", "vm", "vm name", "machine name",
          "component", "component name", "dns name", "computer name", "server fqdn")),
    Fact("component_type", "Kind of component", FactType.TEXT, _COMPONENT, (Reader.INVENTORY,),
         ("component type", "server type", "server tier", "role", "server role", "tier type")),
    Fact("depends_on", "Applications it needs", FactType.LIST, _APPLICATION, (Reader.INVENTORY,),
         ("depends on", "dependencies", "dependency", "upstream", "needs", "upstream applications")),
)  # fmt: skip

_TECHNOLOGIES = (
    _technology("operating_system", "Operating system", "operating system", "os", "os name",
                "server os family", "server os version", "os version", "os.name", "guest os",
                "os according to the configuration file", "os according to the vmware tools", needed=True),
    _technology("database", "Database", "database", "db", "dbms", "database engine", "database type"),
    _technology("language", "Programming language", "language", "programming language", "technology",
                "development language", needed=True, only_if=("commercial_product", False)),
    _technology("runtime", "Runtime", "runtime", "runtime version", "java version", "jdk"),
    _technology("framework", "Framework", "framework", "frameworks", "web framework"),
    _technology("middleware", "Middleware", "middleware", "application server", "app server",
                "message queue", "integration middleware"),
    _technology("web_server", "Web server", "web server", "http server"),
    _technology("technologies", "Other technologies", "technologies", "technology stack", "tech stack", "stack",
                "software", "components used"),
)  # fmt: skip

_USE = (
    Fact("user_count", "Users", FactType.INTEGER, _APPLICATION, (Reader.RETIRE, Reader.IMPACT),
         ("users", "user count", "number of users", "total users", "no of users", "named users",
          "usercount"), field="user_count", unit="people", needed_for_assessment=True),
    Fact("active_users", "Active users within 30 days", FactType.INTEGER, _BOTH, (Reader.RETIRE,),
         ("active users", "monthly active users", "mau", "active users 30 days"), unit="people",
         needed_for_assessment=True),
    Fact("annual_cost", "Annual cost", FactType.MONEY, _APPLICATION, (Reader.IMPACT, Reader.FACTORS),
         ("annual cost", "yearly cost", "run cost", "annual run cost", "tco", "cost per year",
          "total cost", "annual cost of ownership", "cost"), field="annual_cost", unit="a year",
         needed_for_assessment=True),
    Fact("maintenance_cost", "Annual maintenance cost", FactType.MONEY, _BOTH, (Reader.FACTORS,),
         ("maintenance cost", "annual maintenance", "support cost", "maintenance"), unit="a year",
         needed_for_assessment=True),
    Fact("server_count", "Servers", FactType.INTEGER, _BOTH, (Reader.EFFORT,),
         ("servers", "server count", "number of servers", "vm count", "instances", "no of servers"),
         unit="servers", needed_for_assessment=True),
    Fact("cpu_percent", "Mean CPU use over 30 days", FactType.PERCENT, _BOTH, (Reader.RETIRE,),
         ("cpu", "cpu percent", "cpu utilization", "cpu utilization percentage", "cpu usage",
          "cpu.usagepct.avg", "avg cpu", "average cpu", "cpu %"), unit="%",
         needed_for_assessment=True),
    Fact("memory_percent", "Mean memory use over 30 days", FactType.PERCENT, _BOTH, (Reader.RETIRE,),
         ("memory percent", "memory utilization", "memory utilization percentage", "memory usage",
          "avg memory", "average memory", "memory %", "ram utilization"), unit="%",
         needed_for_assessment=True),
    Fact("cores", "Processor cores", FactType.INTEGER, _COMPONENT, (Reader.INVENTORY,),
         ("cores", "cpus", "vcpus", "vcpu", "cpu.numberofcores", "number of cores"), unit="cores"),
    Fact("memory_mb", "Memory", FactType.NUMBER, _COMPONENT, (Reader.INVENTORY,),
         ("memory in mb", "memory mb", "memory", "ram mb", "ram.totalsizeinmb"), unit="MB"),
    Fact("ip_address", "Network address", FactType.TEXT, _COMPONENT, (Reader.INVENTORY,),
         ("ip addresses", "ip address", "ipaddress", "primary ip address", "ip")),
    Fact("data_volume_gb", "Data volume", FactType.NUMBER, _BOTH, (Reader.EFFORT,),
         ("data volume", "data volume gb", "data gb", "storage gb", "database size gb", "data size",
          "storage in use in gb", "data size gb"), unit="GB", needed_for_assessment=True),
    Fact("integration_kinds", "Kinds of integration", FactType.LIST, _BOTH, (Reader.EFFORT,),
         ("integrations", "integration kinds", "interfaces", "integration types", "protocols")),
    Fact("thousand_lines", "Thousand lines of code", FactType.NUMBER, _BOTH, (Reader.EFFORT,),
         ("kloc", "thousand lines", "ksloc", "thousand lines of code"), unit="1,000 lines",
         only_if=("commercial_product", False)),
    Fact("contract_end", "End of contract", FactType.DATE, _APPLICATION, (Reader.DECOMMISSION,),
         ("contract end", "contract end date", "license expiry", "licence end", "contract expiry",
          "license end date", "support contract end")),
)  # fmt: skip

_GATES = (
    _yes_no("legal_block", "Law or regulation forbids moving it", (Reader.RETAIN_HARD,),
            "legal block", "regulatory block", "regulatory hold", "data residency block",
            "legal restriction", "regulatory restriction"),
    _yes_no("technical_block", "It cannot be moved for technical reasons", (Reader.RETAIN_HARD,),
            "technical block", "technical blocker", "cannot move", "hardware dependency",
            "physical dependency", "not movable"),
    Fact("legal_hold", "Its data are under a legal hold", FactType.BOOLEAN, _BOTH,
         (Reader.DECOMMISSION,), ("legal hold", "litigation hold", "retention hold")),
    _level("business_value", "Current business value", (Reader.RETIRE,), "business value", "value",
           "business value score", "strategic value"),
    Fact("commercial_product", "Commercial product", FactType.BOOLEAN, _BOTH,
         (Reader.REPURCHASE, Reader.FACTORS),
         ("commercial", "commercial product", "cots", "software type", "sourcing", "build type",
          "application type", "app type", "package"), needed_for_assessment=True,
         aliases=_COMMERCIAL_WORDS),
    Fact("vendor", "Vendor", FactType.TEXT, _BOTH, (Reader.INVENTORY,),
         ("vendor", "software vendor", "supplier", "manufacturer", "publisher")),
    Fact("saas_available", "A mature SaaS form is on the market", FactType.BOOLEAN, _BOTH,
         (Reader.REPURCHASE,), ("saas available", "saas", "saas form", "saas alternative",
                                "saas option", "saas equivalent"),
         needed_for_assessment=True, only_if=("commercial_product", True)),
    Fact("customization", "How much it was customized", FactType.CHOICE, _BOTH, (Reader.REPURCHASE,),
         ("customization", "customisation", "customization level", "degree of customization"),
         needed_for_assessment=True, choices=_LEVELS, aliases=_LEVEL_WORDS,
         only_if=("commercial_product", True)),
)  # fmt: skip

_FACTORS = (
    _level("stability", "How stably it runs", (Reader.FACTORS,), "stability", "stable",
           "operational stability"),
    Fact("platform_compatible", "Runs on the target platform as it is", FactType.BOOLEAN, _BOTH,
         (Reader.FACTORS,), ("platform compatible", "cloud ready", "cloud compatible",
                             "platform compatibility"), needed_for_assessment=True),
    _level("modernization_need", "Need to modernize within two years", (Reader.FACTORS,),
           "modernization need", "modernisation need", "modernization", "modernization priority"),
    _level("exit_pressure", "Pressure to leave the data centre", (Reader.FACTORS,), "exit pressure",
           "data centre exit", "data center exit", "dc exit", "datacenter exit pressure"),
    _yes_no("managed_equivalent", "A managed service can take its place", (Reader.FACTORS,),
            "managed equivalent", "managed service available", "paas equivalent"),
    _level("licence_overhead", "Licence overhead", (Reader.FACTORS,), "licence overhead",
           "license overhead", "licence cost", "license cost level"),
    _level("code_change", "Code change needed to replatform", (Reader.FACTORS,), "code change",
           "code changes needed", "code change needed"),
    Fact("source_available", "Source code available", FactType.BOOLEAN, _BOTH, (Reader.FACTORS,),
         ("source available", "source code available", "source code", "has source"),
         needed_for_assessment=True, only_if=("commercial_product", False)),
    _yes_no("needs_decomposition", "Needs to be decomposed", (Reader.FACTORS,),
            "needs decomposition", "decomposition needed", "monolith"),
    _yes_no("scales_unevenly", "Its parts scale differently", (Reader.FACTORS,), "scales unevenly",
            "parts scale differently", "independent scaling"),
    _yes_no("strategic", "Strategic", (Reader.FACTORS,), "strategic", "strategic application",
            "differentiating"),
    _yes_no("too_outdated", "Too outdated to change", (Reader.FACTORS,), "too outdated", "outdated",
            "unmaintainable", "cannot be changed"),
    Fact("sixr_wish", "Strategy named in the import", FactType.STRATEGY, _BOTH,
         (Reader.ALTERNATIVES,), ("r type", "6r", "6r strategy", "migration strategy", "strategy",
                                  "disposition", "treatment", "7r", "proposed action", "r type wish")),
)  # fmt: skip

_CONTROLS = (
    _yes_no("regulated", "Regulated data or process", (Reader.SEVERITY, Reader.IMPACT, Reader.EFFORT),
            "regulated", "pci", "hipaa", "sox", "compliance scope", "compliance", "gdpr"),
    _yes_no("internet_facing", "Reachable from the internet", (Reader.SEVERITY,), "internet facing",
            "public facing", "external facing", "exposed", "internet exposed"),
    Fact("tls", "TLS 1.2 or newer on every connection", FactType.BOOLEAN, _BOTH, (Reader.CONTROLS,),
         ("tls", "tls 1.2", "encryption in transit", "https")),
    Fact("central_authentication", "Signs in with OAuth 2.0, OIDC or SAML", FactType.BOOLEAN, _BOTH,
         (Reader.CONTROLS,), ("central authentication", "authentication", "sso", "auth", "oidc",
                              "saml"), aliases=_AUTHENTICATION_WORDS),
    Fact("encryption_at_rest", "Data encrypted at rest", FactType.BOOLEAN, _BOTH, (Reader.CONTROLS,),
         ("encryption at rest", "encrypted at rest", "data encrypted")),
    Fact("owasp_tested", "Tested against the OWASP Top 10", FactType.BOOLEAN, _BOTH,
         (Reader.CONTROLS,), ("owasp tested", "owasp", "penetration tested", "pen test")),
    Fact("container_baseline", "Container images meet the baseline", FactType.BOOLEAN, _BOTH,
         (Reader.CONTROLS,), ("container baseline", "image scanning", "container hardening")),
    Fact("disaster_recovery", "Disaster recovery is in place", FactType.BOOLEAN, _BOTH,
         (Reader.CONTROLS, Reader.EFFORT), ("disaster recovery", "dr", "dr in place", "dr plan")),
    Fact("redundant", "Runs on more than one instance", FactType.BOOLEAN, _BOTH, (Reader.SEVERITY,),
         ("redundant", "high availability", "ha", "clustered", "redundancy")),
    Fact("pattern_violation", "Pattern of the architecture it breaks", FactType.TEXT, _BOTH,
         (Reader.CONTROLS,), ("pattern violation", "architecture violation", "anti pattern")),
    Fact("api_p95_ms", "95th percentile of its API", FactType.NUMBER, _BOTH, (Reader.CONTROLS,),
         ("api p95 ms", "api p95", "p95 ms", "p95 latency"), unit="ms"),
    Fact("page_ms", "Time to show a page", FactType.NUMBER, _BOTH, (Reader.CONTROLS,),
         ("page ms", "page load ms", "page load time"), unit="ms"),
)  # fmt: skip

FACTS: Mapping[str, Fact] = MappingProxyType(
    {fact.key: fact for fact in (*_IDENTITY, *_TECHNOLOGIES, *_USE, *_GATES, *_FACTORS, *_CONTROLS)}
)


def header_key(header: str) -> str:
    """A column's name as `Fact.headers` spell it: lower case, words apart by one space, no other signs."""
    return re.sub(r"[^0-9a-z%.]+", " ", header.casefold()).strip(" .")


def _headers() -> dict[str, str]:
    named: dict[str, str] = {}
    for fact in FACTS.values():
        for header in (fact.key.replace("_", " "), fact.title.casefold(), *fact.headers):
            named.setdefault(header_key(header), fact.key)
    return named


HEADERS: Mapping[str, str] = MappingProxyType(_headers())
