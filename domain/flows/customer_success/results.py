"""What a step comes to: first how it is prepared for a person, then what he made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class EarlierStep:
    """What an earlier step of the workflow came to."""

    step: str
    title: str
    answer: Mapping[str, Any] = field(default_factory=dict)
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class ShownField:
    """One thing to confirm or enter, with what is proposed for it."""

    key: str
    label: str
    kind: str
    required: bool
    choices: tuple[str, ...] = ()
    proposed: Any = None


@dataclass(frozen=True, slots=True)
class ShownBranch:
    """One way of going on, in the customer's own figures."""

    key: str
    label: str
    kind: str
    prompts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """A notification whose condition holds."""

    key: str
    message: str


@dataclass(frozen=True, slots=True)
class StepWorked:
    """One step: what it is about with the customer's figures filled in; once answered, what was said and what is next.

    `context` is what is known of the customer and the work, by the paths that templates use. `recalled` is what was
    learned from similar work. `next_step` is None until it is answered, and then the step that follows, or END.
    """

    step: str
    title: str
    description: str
    prompts: tuple[str, ...] = ()
    fields: tuple[ShownField, ...] = ()
    branches: tuple[ShownBranch, ...] = ()
    artifacts: tuple[str, ...] = ()
    context: Mapping[str, Any] = field(default_factory=dict)
    earlier: tuple[EarlierStep, ...] = ()
    recalled: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()
    answer: Mapping[str, Any] | None = None
    comment: str | None = None
    branch: str | None = None
    next_step: str | None = None
    left_out: tuple[str, ...] = ()
