"""What an application is to others: a data store, an identity provider, or a platform that nearly all use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType

from domain.application import Application, Component
from domain.facts import header_key
from domain.natural_key import tidy


class Service(StrEnum):
    """Kinds of application whose users depend on them in a known way."""

    DIRECTORY = "directory"
    BACKUP = "backup"
    MONITORING = "monitoring"
    MAIL = "mail"
    IDENTITY = "identity provider"
    DATA_STORE = "data store"


SHARED = frozenset({Service.DIRECTORY, Service.BACKUP, Service.MONITORING, Service.MAIL})

# Fan-in at which a platform is shared: so many and such a share of all applications, or very many alone.
_MANY = 8
_SHARE = 0.15
_VERY_MANY = 50

_CATEGORY_COLUMNS = frozenset(
    {"category", "application category", "service category", "service type", "application class", "class"}
)
# Whole words of a category, of a component's kind, or of a product: recalled, the field's common names.
_CATEGORY_WORDS: Mapping[Service, str] = MappingProxyType(
    {
        Service.DIRECTORY: r"directory|ldap",
        Service.BACKUP: r"backup",
        Service.MONITORING: r"monitoring|observability",
        Service.MAIL: r"e-?mail|mail|messaging and collaboration",
        Service.IDENTITY: r"identity|identity provider|authentication|single sign-on|sso|iam",
        Service.DATA_STORE: r"database|data ?store|data warehouse|dbms",
    }
)
_PRODUCTS: Mapping[Service, str] = MappingProxyType(
    {
        Service.DIRECTORY: r"active directory|openldap|ldap|edirectory|389 directory|domain controllers?|"
        r"directory services?",
        Service.BACKUP: r"backup (?:service|server|platform|system)s?|veeam|netbackup|commvault|spectrum protect|"
        r"tivoli storage manager|networker|bacula",
        Service.MONITORING: r"monitoring (?:service|server|platform|system)s?|nagios|zabbix|prometheus|grafana|"
        r"scom|icinga|checkmk|dynatrace|datadog|splunk",
        Service.MAIL: r"mail (?:service|server|relay|gateway|system)s?|exchange server|microsoft exchange|postfix|"
        r"sendmail|lotus notes|domino",
        Service.IDENTITY: r"identity provider|identity (?:service|platform|server)|keycloak|okta|adfs|ping ?federate|"
        r"single sign-on|siteminder|entra id",
        Service.DATA_STORE: r"data ?warehouse|data ?store|data ?lake|master data store|"
        r"(?:central|shared|core|operational|customer|policy) database|database",
    }
)


def _patterns(words: Mapping[Service, str]) -> Mapping[Service, re.Pattern[str]]:
    return MappingProxyType({service: re.compile(rf"\b(?:{word})\b") for service, word in words.items()})


_CATEGORIES = _patterns(_CATEGORY_WORDS)
_NAMES = _patterns(_PRODUCTS)


def service_of(application: Application, components: Sequence[Component]) -> Service | None:
    """What the application is, by its category, then by its name and products, then by being all database."""
    for text in _categories(application):
        if found := _first(_CATEGORIES, text):
            return found
    return _first(_NAMES, application.name) or _by_products(application) or _by_parts(components)


def shared_by_fan_in(dependents: int, applications: int) -> bool:
    """Whether so many applications need it that it is a platform."""
    return dependents >= _VERY_MANY or (dependents >= _MANY and dependents >= applications * _SHARE)


def _categories(application: Application) -> Iterable[str]:
    for key, value in application.attributes.items():
        if header_key(key) in _CATEGORY_COLUMNS and isinstance(value, str):
            yield value


def _first(patterns: Mapping[Service, re.Pattern[str]], text: str) -> Service | None:
    word = tidy(text).casefold()
    return next((service for service, pattern in patterns.items() if pattern.search(word)), None)


def _by_products(application: Application) -> Service | None:
    # Many applications name the directory they sign in with: a product tells only where there is no other.
    products = [found.name for found in application.technologies if found.category != "operating_system"]
    services = {_first(_NAMES, name) for name in products}
    only = services.pop() if len(services) == 1 else None
    return only if only in SHARED else None


def _by_parts(components: Sequence[Component]) -> Service | None:
    kinds = {component.type for component in components}
    return Service.DATA_STORE if kinds == {"database"} else None
