"""What a flow type is: a value that names its phases, and for each what runs, what it reads and who answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from domain.access import Role
from domain.errors import NotFound, Problem
from domain.export import Exporting
from domain.need import Need
from domain.play import Play
from domain.portfolio import Portfolio
from domain.ports import PhasePorts
from domain.transition import FlowAction

if TYPE_CHECKING:
    from domain.check import Check
    from domain.flow_state import Stamp
    from domain.learning import Lesson
    from domain.ports import UnitOfWork
    from domain.runbook import RunbookStep, StepStatus

WHOLE = 100

# The code of the warnings that name what a phase used and is not any more so.
CHANGED_SINCE = "CHANGED_SINCE"


@dataclass(frozen=True, slots=True)
class Pattern:
    """Something learned earlier that is similar to the work at hand; what it is about is its `key`."""

    kind: str
    summary: str
    data: Mapping[str, Any]
    confidence: float
    id: str = ""
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Warning:
    """Something a person should know; nothing stops for it."""

    code: str
    message: str
    phase: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


# Whether a condition of a tenant's document holds for these values; one that cannot be told does not.
Holds = Callable[[str, Mapping[str, Any]], bool]


@dataclass(frozen=True, slots=True)
class PhaseCall:
    """Everything a rule may look at. Rules read `as_of`, never a clock, and take ids from `new_id`.

    `ports` is None while a person waits: an answer is decided from facts alone.
    `configuration` is of the flow's configuration type, `results` the typed results of the phases before it (and,
    once there is one, its own), `input` the typed answer while answering, `settings` the engagement's own numbers,
    `catalogue` the product's reference data merged with them.
    """

    flow_id: str
    run_id: str
    phase: str
    configuration: Any
    results: Mapping[str, Any]
    portfolio: Portfolio
    as_of: date
    now: datetime
    by: str
    new_id: Callable[[], str]
    ports: PhasePorts | None = None
    input: Any = None
    patterns: tuple[Pattern, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    currency: str = "USD"
    holds: Holds = lambda _condition, _values: False


@dataclass(frozen=True, slots=True)
class Batch:
    """Values to save that a rule gives before it ends, so that it need not hold all of them."""

    saves: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a phase, or an answer to it, comes to.

    `result` is of the phase's result type. `saves` are new or changed domain values (Application, Component, …), stored
    by their id in the same transaction, and lessons to be remembered; `removes` are values to delete. `used` are ids of
    the patterns that made a difference. With `problems` an answer is refused though its `saves` are kept, and nothing
    else of it. Where an answer leads past phases it `leaves_out` these, and `takes_up` ones that were left out before.
    """

    result: Any
    saves: tuple[Any, ...] = ()
    removes: tuple[Any, ...] = ()
    warnings: tuple[Warning, ...] = ()
    used: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    leaves_out: tuple[str, ...] = ()
    takes_up: tuple[str, ...] = ()


Rules = Callable[[PhaseCall], Outcome | Iterator[Batch | Outcome]]


@dataclass(frozen=True, slots=True)
class Agent:
    """Who works on a phase: shown to people, given to a model."""

    key: str
    role: str
    goal: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Where a phase waits for a person.

    `answer` is the type of what he gives; `propose` makes a well-formed one from the phase's result (in
    `call.results[call.phase]`), holding only what passes the gates; `decide` takes `call.input` and gives the phase's
    final outcome, or raises Refused naming each open gate. `needs` is what these two read; keep it small.
    """

    answer: type
    propose: Callable[[PhaseCall], Any]
    decide: Callable[[PhaseCall], Outcome]
    needs: frozenset[Need] = frozenset()
    answered_by: Role = Role.CONTRIBUTOR


@dataclass(frozen=True, slots=True)
class Stepping:
    """What holds for the steps of a phase's runbook beside their order.

    `refuses` says in a sentence why a step may not be reported so, or None; `teaches` what is learned where a person
    changed one. `needs` is what these read beside the steps, `until` the phases whose completion settles them.
    """

    refuses: Callable[[PhaseCall, RunbookStep, StepStatus], str | None] = lambda _call, _step, _status: None
    teaches: Callable[[PhaseCall, RunbookStep, RunbookStep], Lesson | None] = lambda _call, _before, _after: None
    needs: frozenset[Need] = frozenset()
    until: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Memory:
    """What a phase remembers of what it used, where that may change outside of its flow.

    `differences` names what is not any more as it was used, one warning each, all with the code CHANGED_SINCE;
    `renewed` gives the values that remember it as it is now, when a person keeps the result all the same.
    """

    needs: frozenset[Need]
    differences: Callable[[PhaseCall], tuple[Warning, ...]]
    renewed: Callable[[PhaseCall], tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Phase:
    """One step of a flow.

    `weight` is its share of progress; the weights of a flow add up to 100. `configured` phases read the configuration,
    and of it only what `reads` names as JSON does, `options.metrics` for a part (empty: all of it). `finalizes` marks
    the one whose answer is a finalization. What an `overridable` one came to has commands that change it. `about`
    tells, from the results before it, what patterns should be similar to. With a `memory` it becomes stale when what it
    used changes, with a `stepping` it has a runbook whose steps are reported, with a `checking` checks, which that
    gives as they are now. One with a `play` waits for its answer as soon as it comes and runs only when it is asked to:
    its rules, or the agent's model, then give the answer.
    `revise` takes the result as a person wants it, in `call.input`, and gives what it then comes to, or raises Refused;
    a phase that has none and is overridable has commands of its own.
    """

    key: str
    title: str
    result: type
    rules: Rules
    weight: int
    requires: tuple[str, ...] = ()
    needs: frozenset[Need] = frozenset()
    pause: Pause | None = None
    agents: tuple[Agent, ...] = ()
    optional: bool = False
    route: str | None = None
    configured: bool = False
    reads: frozenset[str] = frozenset()
    memory: Memory | None = None
    finalizes: bool = False
    overridable: bool = False
    revise: Callable[[PhaseCall], Outcome] | None = None
    play: Play | None = None
    stepping: Stepping | None = None
    checking: Callable[[PhaseCall], tuple[Check, ...]] | None = None
    about: Callable[[Mapping[str, Any]], str] = lambda _results: ""

    @property
    def waits(self) -> bool:
        """True when it waits for its answer as soon as it comes, whatever the flow does by itself."""
        return self.play is not None

    def depends_on(self, changed: Collection[str]) -> bool:
        """True when it reads one of these parts of the configuration."""
        return self.configured and (not self.reads or not self.reads.isdisjoint(changed))


@dataclass(frozen=True, slots=True)
class Opening:
    """What starting a flow checks and changes. `call.portfolio` holds the applications in its scope."""

    needs: frozenset[Need] = frozenset()
    decide: Callable[[PhaseCall], tuple[Any, ...]] = lambda _call: ()


@dataclass(frozen=True, slots=True)
class Cloning:
    """What starting a flow as a clone takes over beside the configuration.

    `own` names what of the configuration each flow has for itself, as JSON does. `decide` is called as the flow that
    is cloned, with what of it `needs` asks for, and with the clone's configuration as its input; it gives the values
    of the clone, whose id is its second argument.
    """

    own: frozenset[str] = frozenset()
    needs: frozenset[Need] = frozenset()
    decide: Callable[[PhaseCall, str], tuple[Any, ...]] = lambda _call, _clone_id: ()


@dataclass(frozen=True, slots=True)
class Settling:
    """What a configuration names of another flow's, and is given with it before anything is decided.

    `names` gives the id of such a thing of `type` (without a type: that of the flow itself), or None. `decide` gives
    the configuration as it is kept, from what `needs` asks for of the flow that the thing belongs to: nothing where
    there is none. It may refuse.
    """

    type: type | None
    names: Callable[[Any], str | None]
    needs: frozenset[Need]
    decide: Callable[[Any, Portfolio], Any]


# What a flow is started with, completed from what is known; it may refuse. The path leads to what is given.
# It takes a UnitOfWork, a Stamp, the configuration and the path: the schema reads this without the first two.
Completing = Callable[[Any, Any, Any, tuple[str, ...]], Awaitable[Any]]


async def _as_given(_uow: UnitOfWork, _stamp: Stamp, configuration: Any, _path: tuple[str, ...]) -> Any:
    return configuration


@dataclass(frozen=True, slots=True)
class FlowDefinition:
    """One flow type.

    `applications` gives the ids of the applications in the scope of a configuration (empty: the whole engagement).
    `opening` may refuse a start and changes the portfolio with it; `closing` gives what cancelling or deleting undoes;
    `deleting` may refuse a deletion, `changing` a change of what is done. `cloning` is what a clone takes over.
    `scope` gives the ids that two iterations have in common where these are not their applications; `settling` is what
    a configuration is completed with.
    `area` is the first part of its routes; `roles` are what actions ask for where it differs from the usual;
    `exporting` says what it can be written as.
    A type whose phases differ from flow to flow has none itself: `completing` adds to what a flow is started with
    from what is known, and `shape` makes the phases of what it was started with as it is stored, and of that alone.
    `example` is what such a type is shown by.
    `naming` names a flow that nobody has named.
    One of an older system may be `sparse`: registered without what it would be started with. `arriving` is what one
    that had completed there brings along.
    """

    kind: str
    title: str
    summary: str
    configuration: type
    phases: tuple[Phase, ...]
    area: str
    applications: Callable[[Any], tuple[str, ...]] = lambda _configuration: ()
    opening: Opening = field(default_factory=Opening)
    closing: Opening = field(default_factory=Opening)
    deleting: Opening = field(default_factory=Opening)
    changing: Opening | None = None
    scope: Callable[[Any], tuple[str, ...]] | None = None
    settling: Settling | None = None
    cloning: Cloning = field(default_factory=Cloning)
    completed_route: str | None = None
    snoozes: bool = False
    roles: Mapping[FlowAction, Role] = field(default_factory=dict)
    exporting: Exporting = field(default_factory=Exporting)
    completing: Completing = _as_given
    naming: Callable[[Any], str | None] = lambda _configuration: None
    shape: Callable[[Mapping[str, Any]], tuple[Phase, ...]] | None = None
    example: Callable[[], Mapping[str, Any]] | None = None
    sparse: bool = True
    arriving: Opening | None = None

    def __post_init__(self) -> None:
        if self.shape is not None and not self.phases:
            return
        if sum(phase.weight for phase in self.phases) != WHOLE:
            raise ValueError(f"The weights of {self.kind} do not add up to 100.")
        seen: set[str] = set()
        for phase in self.phases:
            if not seen.issuperset(phase.requires):
                raise ValueError(f"{self.kind}.{phase.key} requires a phase that does not come before it.")
            seen.add(phase.key)

    def iterated(self, configuration: Any) -> tuple[str, ...]:
        """The ids by which an earlier flow over the same scope is found."""
        return (self.scope or self.applications)(configuration)

    def shaped(self, configuration: Mapping[str, Any]) -> FlowDefinition:
        """With the phases of a flow that was started with this, as it is stored."""
        return self if self.shape is None else replace(self, phases=self.shape(configuration))

    @property
    def shown(self) -> FlowDefinition:
        """With the phases by which its type is shown: an example's, where they differ from flow to flow."""
        return self if self.example is None else self.shaped(self.example())

    @property
    def branch(self) -> str:
        """Its field in `FlowConfigurationInput`: `customer_success` -> `customerSuccess`."""
        first, *others = self.kind.split("_")
        return first + "".join(word.capitalize() for word in others)

    def phase(self, key: str) -> Phase:
        """The phase of that key, or NotFound."""
        for phase in self.phases:
            if phase.key == key:
                return phase
        raise NotFound("phase", ("phase",))

    def progress_when_complete(self, key: str) -> int:
        """Progress of the flow, 0 to 100, once that phase has completed."""
        total = 0
        for phase in self.phases:
            total += phase.weight
            if phase.key == key:
                return total
        raise NotFound("phase", ("phase",))

    def dependents(self, key: str) -> frozenset[str]:
        """Phases that used, directly or through others, what that phase made."""
        found = {key}
        for phase in self.phases:
            if found.intersection(phase.requires):
                found.add(phase.key)
        return frozenset(found - {key})

    def route(self, flow_id: str, key: str | None) -> str:
        """Where a single-page application shows that phase; without a key, the completed flow."""
        return f"{self.path(key)}?flow={flow_id}"

    def path(self, key: str | None) -> str:
        """What all its flows' routes to that phase, or to what is completed, have in common."""
        if key is None:
            return self.completed_route or f"/{self.area}/summary"
        return self.phase(key).route or f"/{self.area}/{key.replace('_', '-')}"
