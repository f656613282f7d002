"""Where an answer came from."""

from __future__ import annotations

from enum import StrEnum


class Source(StrEnum):
    """A language model, the built-in rules, a model's answer that the rules checked, or a person."""

    MODEL = "MODEL"
    RULES = "RULES"
    MODEL_CHECKED_BY_RULES = "MODEL_CHECKED_BY_RULES"
    USER = "USER"
