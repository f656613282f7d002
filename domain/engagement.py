"""An engagement: one programme of work for a client account, with its own numbers and its members."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Self
from zoneinfo import ZoneInfo, available_timezones

from domain.access import Experience, Member, Role
from domain.errors import ErrorCode, Problem, Refused, StaleVersion, refuse
from domain.reference_data import read_csv, read_toml

LONGEST_NAME = 200
LONGEST_EMAIL = 320
LONGEST_SUBJECT = 255
MOST_MEMBERS = 1_000
HIGHEST_RATE = 1_000_000
HEAVIEST = 1_000
MOST_HOLIDAYS = 1_000
SHORTEST_LEVELLING, LONGEST_LEVELLING = 1, 60
# Nobody may be called what a service is called that acts for nobody.
SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class CreateEngagement:
    """A new engagement of that client account, or of a new one by name."""

    name: str
    currency: str
    client_account_id: str | None = None
    client_account_name: str | None = None


@dataclass(frozen=True, slots=True)
class SetMember:
    """What somebody may do from now on; no roles removes him."""

    subject: str
    roles: frozenset[Role]
    email: str | None = None
    experience: Experience | None = None


@dataclass(frozen=True, slots=True)
class SaveEngagementSettings:
    """What is None stays as it is; `settings` replaces all of the engagement's own numbers."""

    timezone: str | None = None
    settings: Mapping[str, Any] | None = None
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class OwnNumbers:
    """What an engagement may set over the product's defaults; None is the default.

    `blended_rate` is what an hour costs, in the engagement's currency; `sixr_weights` how much a factor of the 6R
    scores weighs, by the factor's key; `holidays` the days on which nobody works; `levelling_seconds` for how long a
    timeline's schedule is searched; `rate_card` what the items of the rate card cost, in the engagement's currency;
    `savings` the constants of a finops flow's savings, `modernization_weights` how much a driver of a modernization
    weighs, each by its name.
    """

    blended_rate: Decimal | None = None
    sixr_weights: Mapping[str, float] | None = None
    holidays: tuple[date, ...] | None = None
    levelling_seconds: float | None = None
    rate_card: Mapping[str, Decimal] | None = None
    savings: Mapping[str, float] | None = None
    modernization_weights: Mapping[str, float] | None = None

    def __post_init__(self) -> None:
        told = (self._rate_problems(), self._weight_problems(), self._planning_problems(), self._later_problems())
        if problems := [problem for each in told for problem in each]:
            raise Refused(problems)
        if self.holidays is not None:
            object.__setattr__(self, "holidays", tuple(sorted(set(self.holidays))))

    def _rate_problems(self) -> Iterator[Problem]:
        if self.blended_rate is not None and not 0 <= self.blended_rate <= HIGHEST_RATE:
            yield _setting_problem(f"An hour costs 0 to {HIGHEST_RATE}.", "blendedRate")
        items = {row["item"] for row in read_csv("rate_card")}
        for item, price in (self.rate_card or {}).items():
            if item not in items:
                message = f"The rate card has no such item. It has {', '.join(sorted(items))}."
                yield _setting_problem(message, "rateCard", item)
            elif not 0 <= price <= HIGHEST_RATE:
                yield _setting_problem(f"A price is 0 to {HIGHEST_RATE}.", "rateCard", item)

    def _weight_problems(self) -> Iterator[Problem]:
        factors = {factor["key"] for factor in read_toml("sixr_factors")["factor"]}
        for key, weight in (self.sixr_weights or {}).items():
            if key not in factors:
                message = f"There is no such factor. There are {', '.join(sorted(factors))}."
                yield _setting_problem(message, "sixrWeights", key)
            elif not 0 < weight < HEAVIEST:
                yield _setting_problem(f"A weight is more than 0 and less than {HEAVIEST}.", "sixrWeights", key)

    def _planning_problems(self) -> Iterator[Problem]:
        if len(set(self.holidays or ())) > MOST_HOLIDAYS:
            message = f"There are at most {MOST_HOLIDAYS} holidays."
            yield Problem(ErrorCode.LIMIT_EXCEEDED, message, ("settings", "holidays"))
        seconds = self.levelling_seconds
        if seconds is not None and not SHORTEST_LEVELLING <= seconds <= LONGEST_LEVELLING:
            message = f"Levelling takes {SHORTEST_LEVELLING} to {LONGEST_LEVELLING} seconds."
            yield _setting_problem(message, "levellingSeconds")

    def _later_problems(self) -> Iterator[Problem]:
        most = {key: row["most"] for key, row in read_toml("savings").items()}
        yield from _bounded_problems("savings", self.savings or {}, most)
        weights = read_toml("modernization")["weights"]
        yield from _bounded_problems(
            "modernizationWeights", self.modernization_weights or {}, dict.fromkeys(weights, HEAVIEST)
        )


@dataclass(frozen=True, slots=True)
class Engagement:
    """`currency` is an ISO 4217 code; `timezone` an IANA name; `settings` what it sets over the product's defaults."""

    id: str
    client_account_id: str
    name: str
    currency: str = "USD"
    timezone: str = "UTC"
    settings: Mapping[str, Any] = field(default_factory=dict)
    version: int = 1

    @classmethod
    def create(cls, id: str, client_account_id: str, command: CreateEngagement) -> Self:
        """The new engagement, or everything that is wrong with it."""
        problems = list(_name_problems(command.name, "name"))
        if command.client_account_name is not None:
            problems += _name_problems(command.client_account_name, "clientAccount", "newName")
        if not re.fullmatch("[A-Z]{3}", command.currency):
            message = "The currency must be a code of ISO 4217, such as USD."
            problems.append(Problem(ErrorCode.INVALID_INPUT, message, ("currency",)))
        if problems:
            raise Refused(problems)
        return cls(id, client_account_id, command.name.strip(), command.currency)

    def today(self, now: datetime) -> date:
        """The date there; the product's today."""
        return now.astimezone(ZoneInfo(self.timezone)).date()

    def change(self, command: SaveEngagementSettings) -> Self:
        """With other settings, as one more version."""
        if command.expected_version not in (None, self.version):
            details = {"expectedVersion": command.expected_version, "currentVersion": self.version}
            raise StaleVersion("engagement", details)
        if command.timezone is not None and command.timezone not in available_timezones():
            message = f"There is no time zone {command.timezone!r}. Give a name such as Europe/Berlin."
            raise refuse(ErrorCode.INVALID_INPUT, message, "timezone")
        return replace(
            self,
            timezone=command.timezone or self.timezone,
            settings=self.settings if command.settings is None else command.settings,
            version=self.version + 1,
        )


def _bounded_problems(setting: str, own: Mapping[str, float], most: Mapping[str, float]) -> Iterator[Problem]:
    for key, number in own.items():
        if key not in most:
            yield _setting_problem(f"There is no such number. There are {', '.join(sorted(most))}.", setting, key)
        elif not 0 <= number <= most[key]:
            yield _setting_problem(f"It is 0 to {most[key]:g}.", setting, key)


def _setting_problem(message: str, *path: str) -> Problem:
    return Problem(ErrorCode.INVALID_INPUT, message, ("settings", *path))


def _name_problems(name: str, *path: str) -> Sequence[Problem]:
    if name.strip() and len(name) <= LONGEST_NAME and name.isprintable():
        return ()
    message = f"A name must have 1 to {LONGEST_NAME} printable characters."
    return (Problem(ErrorCode.INVALID_INPUT, message, path),)


def change_member(members: Sequence[Member], command: SetMember) -> Member | None:
    """The member as he is from now on; None for one who is none any more."""
    _check_member(command)
    others = [member for member in members if member.subject != command.subject]
    if not command.roles and len(others) == len(members):
        raise refuse(ErrorCode.NOT_FOUND, "There is no such member.", "userId")
    if not any(Role.ADMIN in member.roles for member in others) and Role.ADMIN not in command.roles:
        message = "An engagement keeps at least one ADMIN. Make somebody else one first."
        raise refuse(ErrorCode.INVALID_INPUT, message, "roles")
    if len(others) >= MOST_MEMBERS:
        raise refuse(ErrorCode.LIMIT_EXCEEDED, f"An engagement has at most {MOST_MEMBERS} members.", "userId")
    if not command.roles:
        return None
    return Member(command.subject, command.roles, command.email, command.experience)


def _check_member(command: SetMember) -> None:
    problems = []
    if not _plain(command.subject, LONGEST_SUBJECT) or command.subject == SYSTEM:
        message = f"A user id must have 1 to {LONGEST_SUBJECT} printable characters, and is not {SYSTEM!r}."
        problems.append(Problem(ErrorCode.INVALID_INPUT, message, ("userId",)))
    if command.email is not None and not (_plain(command.email, LONGEST_EMAIL) and "@" in command.email[1:-1]):
        problems.append(Problem(ErrorCode.INVALID_INPUT, "That is no e-mail address.", ("email",)))
    if problems:
        raise Refused(problems)


def _plain(text: str, longest: int) -> bool:
    return 0 < len(text) <= longest and text.isprintable() and text == text.strip()
