"""From a mutation's input to a command and its answer: ids unwrapped, refusals turned into `errors` in one place."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, fields, replace
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

from strawberry import UNSET
from strawberry.utils.str_converters import to_camel_case

from domain.errors import ErrorCode, Problem, Refused
from domain.request import Request
from resolvers.context import Caller, Context
from schema.acts import act_of
from schema.assumed import Assumed
from schema.auditing import came_to
from schema.ids import Names, Verbatim, hide_ids, unwrap
from schema.scalars import JSON
from schema.storable import NOT_TEXT, storable, unkept
from schema.uploads import in_common, keep_uploads

C = TypeVar("C")

MOST_ENTRIES = 1_000
_LONGEST_KEY = 255


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a mutation came to: the ids of what it made or changed, the command's own subject first, or problems.

    `value` is what the command gave; of a repeat there is `data` instead, where the command kept any for it.
    """

    ids: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    value: Any = None
    data: Mapping[str, Any] | None = None

    @property
    def id(self) -> str | None:
        """The id of the command's own subject; None when it was refused."""
        return self.ids[0] if self.ids else None


async def carry_out(
    context: Context, mutation: str, input: Any, act: Callable[[Caller, Said], Awaitable[Any]]
) -> Outcome:
    """Give the input's values to `act`, under the mutation's name and key; what it reads afterwards is read anew.

    Whatever it comes to is in the audit log: a change with its own transaction, anything else by itself.
    """
    said, problems = read(input)
    announced = _announced(mutation, input, said)
    caller = replace(context.caller, request=announced)
    try:
        _check(caller, mutation, [*problems, *_key_problems(said)])
        with ExitStack() as files:
            if said.get("idempotency_key") is not None:
                await keep_uploads(said, context.limits.file, files)
            caller = replace(caller, request=_request(said, announced))
            value = await act(caller, said)
        outcome = Outcome(_ids(value), value=value)
    except BaseException as error:  # noqa: BLE001  (what is no answer is raised again there)
        answer = await came_to(caller, error)
        outcome = Outcome(answer.ids, answer.problems, data=answer.data)
    context.loaded.clear()
    await context.reads.refresh()
    return outcome


def _check(caller: Caller, mutation: str, problems: list[Problem]) -> None:
    """The role before what is said of it: who may not do this at all is told nothing else."""
    act_of(mutation).check(caller)
    if problems:
        raise Refused(problems)


def _ids(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(item.id for item in value) if isinstance(value, tuple) else (value.id,)


def _key_problems(said: Said) -> Iterator[Problem]:
    key = said.get("idempotency_key")
    if key is not None and not 0 < len(key) <= _LONGEST_KEY:
        message = f"An idempotencyKey has 1 to {_LONGEST_KEY} characters."
        yield Problem(ErrorCode.INVALID_INPUT, message, ("idempotencyKey",))


def _announced(mutation: str, input: Any, said: Said) -> Request:
    """What is known of a request before anybody has looked whether it may be: enough for the audit log."""
    reason = said.get("reason") or said.get("rationale")
    kept = reason if isinstance(reason, str) and storable(reason) else None
    return Request(mutation, "", subject_id=act_of(mutation).subject(input), reason=kept)


def _request(said: Said, announced: Request) -> Request:
    data = {name: in_common(value) for name, value in said.items() if name != "idempotency_key"}
    whole = Request.of(announced.mutation, data, key=said.get("idempotency_key"))
    return replace(whole, subject_id=announced.subject_id, reason=announced.reason)


def command(type_: type[C], said: Said) -> C:
    """The command of that type with what the input says; the rest is as the command has it by itself."""
    names = [field.name for field in fields(type_)]  # type: ignore[arg-type]
    return type_(**{name: said[name] for name in names if said.get(name) is not None})


class Said(dict[str, Any]):
    """What one input object says, by Python's names; JSON values in it stay plain dictionaries."""

    def camel(self) -> dict[str, Any]:
        """The same by the names that JSON has."""
        return {to_camel_case(name): _camel(item) for name, item in self.items()}


def _camel(value: Any) -> Any:
    if isinstance(value, Said):
        return value.camel()
    return [_camel(item) for item in value] if isinstance(value, list) else value


def read(input: Any) -> tuple[Said, list[Problem]]:
    """What an input says, with the things' own ids, and all that is wrong with it."""
    reader = _Reader([])
    said: Said = reader.read(input, None, ())
    return said, reader.problems


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads an input to its end, whatever is wrong on the way."""

    problems: list[Problem]

    def read(self, value: Any, hint: Any, path: tuple[str, ...]) -> Any:
        if hasattr(value, "__strawberry_definition__") and not isinstance(value, type | str):
            return Said(self._fields(value, path))
        if hint is JSON:
            return hide_ids(self._json(value, path))
        if isinstance(hint, Verbatim):
            return self._json(value, path)
        if isinstance(value, list):
            return self._list(value, hint, path)
        return self._text(value, hint, path) if isinstance(value, str) else value

    def _json(self, value: Any, path: tuple[str, ...]) -> Any:
        """The value, or nothing where it cannot be kept: the problem is named."""
        if (why := unkept(value)) is not None:
            self.problems.append(Problem(ErrorCode.INVALID_INPUT, why, path))
            return None
        return value

    def _fields(self, input: Any, path: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
        hints = get_type_hints(type(input), include_extras=True)
        for name, value in vars(input).items():
            if value is not UNSET and not isinstance(value, Assumed):
                yield name, self.read(value, _single(hints[name]), (*path, to_camel_case(name)))

    def _list(self, items: list[Any], hint: Any, path: tuple[str, ...]) -> Any:
        if len(items) > MOST_ENTRIES:
            message = f"A list in an input holds at most {MOST_ENTRIES} entries; this one has {len(items)}."
            self.problems.append(Problem(ErrorCode.LIMIT_EXCEEDED, message, path))
            return []
        return [self.read(item, hint, (*path, str(index))) for index, item in enumerate(items)]

    def _text(self, text: str, hint: Any, path: tuple[str, ...]) -> str:
        if not storable(text):
            self.problems.append(Problem(ErrorCode.INVALID_INPUT, NOT_TEXT, path))
        if isinstance(hint, Names):
            try:
                return unwrap(text, path, *hint.types)
            except Refused as refused:
                self.problems.extend(refused.problems)
        return text


def _single(hint: Any) -> Any:
    """What an annotation says of one value: which things an id names, or that it is JSON; lists and None peeled off."""
    if hint is JSON:
        return JSON
    if get_origin(hint) is Annotated:
        return next((extra for extra in get_args(hint)[1:] if isinstance(extra, Names | Verbatim)), None)
    return next((found for argument in get_args(hint) if (found := _single(argument)) is not None), None)
