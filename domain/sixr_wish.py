"""Names that others give to the 6R strategies, as found in imports."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from domain.decision import RefactorDepth, Strategy
from domain.fact import Fact, Unreadable

_ALIASES: Mapping[str, tuple[Strategy, RefactorDepth | None]] = MappingProxyType(
    {
        "rehost": (Strategy.REHOST, None),
        "lift and shift": (Strategy.REHOST, None),
        "relocate": (Strategy.REHOST, None),
        "replatform": (Strategy.REPLATFORM, None),
        "refactor": (Strategy.REFACTOR, None),
        "revise": (Strategy.REFACTOR, RefactorDepth.CODE),
        "rearchitect": (Strategy.REFACTOR, RefactorDepth.ARCHITECTURE),
        "rebuild": (Strategy.REFACTOR, RefactorDepth.REWRITE),
        "rewrite": (Strategy.REFACTOR, RefactorDepth.REWRITE),
        "repurchase": (Strategy.REPURCHASE, None),
        "replace": (Strategy.REPURCHASE, None),
        "retire": (Strategy.RETIRE, None),
        "decommission": (Strategy.RETIRE, None),
        "retain": (Strategy.RETAIN, None),
        "revisit": (Strategy.RETAIN, None),
        **{
            f"refactor/{depth.lower()}": (Strategy.REFACTOR, depth) for depth in RefactorDepth
        },
    }
)  # fmt: skip


def parse_wish(text: str) -> tuple[Strategy, RefactorDepth | None] | None:
    """The strategy and depth that a name stands for; None when it names none."""
    word = re.sub(r"[\s_]+", " ", text).strip().casefold()
    return _ALIASES.get(word) or _ALIASES.get(word.replace("-", ""))


def read_wish(fact: Fact, text: str) -> str | Unreadable:
    """The wish as it is kept among the attributes: `REHOST`, or `REFACTOR/CODE`."""
    wish = parse_wish(text)
    if wish is None:
        return Unreadable(text, f"{fact.title}: {text!r} is no known migration strategy.")
    strategy, depth = wish
    return f"{strategy}/{depth}" if depth else str(strategy)
