"""Products and versions in free text: "Win2k8 R2" is Windows Server 2008 R2."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType

from domain.application import Technology
from domain.reference_data import read_csv

_LONGEST = 300
_SHORT_ALIAS = 3
_ANY_CATEGORY = frozenset({None, "technologies"})
_VENDOR = re.compile(r"^(?:ibm|sun|hpe?|gnu|vmware|the)\s+(?=\w)")
_SEPARATORS = re.compile(r"\s*[;|\n]\s*|\s*,\s*(?=[^\d\s])|\s+(?:&|\+|and|/)\s+")
_VERSION = re.compile(
    r"(?<!\d/)(?<![\w.])v?(\d+(?:\.\d+)*|xp)(?![\d.]*\s*/\s*\d)(?:\.x)?(?:\s*(r2))?(?:\s*(sp\s?\d))?(?![\d/])"
)
_OPEN = re.compile(r"[^\d;,]*\bor later\b")
_TRAILING_VERSION = re.compile(r"^(.*\D)[\s_-]+v?(\d+(?:\.\d+)*)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Product:
    """A product as the table knows it. What the table does not say is None.

    `runs_on_target` is said of operating systems: whether they run on the platforms one migrates to.
    """

    name: str
    category: str
    runs_on_target: bool | None
    managed: bool | None
    licence: str | None


@dataclass(frozen=True, slots=True)
class _Alias:
    text: str
    pattern: re.Pattern[str]
    product: Product
    weak: bool


@lru_cache(maxsize=8192)
def normalize(text: str, category: str | None = None) -> Technology:
    """The technology that this text names; one the table does not know keeps its own spelling.

    A weak alias such as "oracle" counts only where nothing more telling is named and the category does not speak
    against it.
    """
    plain = " ".join(text.split())[:_LONGEST]
    spelled = _respelled(plain.casefold())
    found = _longest_alias(spelled, category)
    if found is None:
        return _unknown_product(plain, category)
    alias, end = found
    return Technology(alias.product.name, _version(spelled[end:]), alias.product.category)


def read_technologies(text: str, category: str | None = None) -> tuple[Technology, ...]:
    """Each technology in a list such as "Java 8, Tomcat 8.5; RHEL 7"."""
    parts = (part.strip(" ,") for part in _SEPARATORS.split(text))
    return tuple(dict.fromkeys(normalize(part, category) for part in parts if part))


def product(name: str) -> Product | None:
    """What the table says of a product by the name that `normalize` gives it."""
    return _products().get(name)


def version_key(version: str) -> tuple[str, ...]:
    """A version in comparable parts: "2008 R2" is ("2008", "r2")."""
    return tuple(re.findall(r"\d+|[a-z]+\d*", version.casefold()))


def _longest_alias(text: str, category: str | None) -> tuple[_Alias, int] | None:
    best: tuple[tuple[bool, int, int], _Alias, int] | None = None
    for alias in _aliases():
        match = alias.pattern.search(text)
        if match is None or not _counts(alias, match, category):
            continue
        rank = (not alias.weak, len(alias.text), -match.start())
        if best is None or rank > best[0]:
            best = (rank, alias, match.end())
    return best and (best[1], best[2])


def _counts(alias: _Alias, match: re.Match[str], category: str | None) -> bool:
    if len(alias.text) <= _SHORT_ALIAS and match.start() > 0:
        return False
    return not alias.weak or category in _ANY_CATEGORY or category == alias.product.category


def _respelled(text: str) -> str:
    for pattern, replacement in _spellings():
        text = pattern.sub(replacement, text)
    return _VENDOR.sub("", text.strip())


def _version(rest: str) -> str | None:
    match = _VERSION.search(rest)
    # "7 or later" says which it is not, and "4/5" that it is one of two.
    if match is None or _OPEN.match(rest, match.end()):
        return None
    parts = (part.replace(" ", "") for part in match.groups() if part)
    return " ".join(parts).upper()


def _unknown_product(text: str, category: str | None) -> Technology:
    kept = None if category in _ANY_CATEGORY else category
    match = _TRAILING_VERSION.match(text)
    if match:
        return Technology(match[1].strip(), match[2], kept)
    return Technology(text, None, kept)


@cache
def _products() -> Mapping[str, Product]:
    return MappingProxyType(
        {
            row["product"]: Product(
                row["product"],
                row["category"],
                _yes_no(row["runs_on_target"]),
                _yes_no(row["managed"]),
                row["licence"] or None,
            )
            for row in read_csv("products")
        }
    )


def _yes_no(word: str) -> bool | None:
    return {"yes": True, "no": False}.get(word)


@cache
def _aliases() -> tuple[_Alias, ...]:
    return tuple(
        _Alias(alias, _whole_words(alias), _products()[row["product"]], marked.endswith("~"))
        for row in read_csv("products")
        for marked in row["aliases"].split("|")
        for alias in [marked.removesuffix("~")]
    )


def _whole_words(alias: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(alias)}(?![a-z_+#])")


@cache
def _spellings() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(row["pattern"]), row["replacement"]) for row in read_csv("spellings"))
