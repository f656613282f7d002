"""Links are signed: whose they are and until when cannot be changed, and nobody else can make one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import pytest

from domain.access import Tenant
from domain.errors import NotFound
from domain.ports import Work
from resolvers.context import Caller
from server.errors import BadRequest
from server.links import Links
from server.settings import Settings
from tests.toy import caller, new_id, new_tenant

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
TENANT = new_tenant()
ID = new_id()
LINKS = Links(b"k" * 32)


def somebody(name: str = "alice", tenant: Tenant = TENANT, later: timedelta = timedelta(), **fields: Any) -> Caller:
    # Links open no unit of work.
    made = caller(cast("Work", None), tenant, user=name)
    return replace(made, clock=lambda: NOW + later, **fields)


def parts(link: str) -> tuple[str, str, str]:
    split = urlsplit(link)
    asked = parse_qs(split.query)
    return split.path.rsplit("/", 1)[1], asked["until"][0], asked["signature"][0]


def test_a_link_opens_for_ten_minutes() -> None:
    export_id, until, signature = parts(LINKS.make(somebody(), ID))

    LINKS.check(somebody(later=timedelta(minutes=10)), export_id, until, signature)
    with pytest.raises(BadRequest, match="This link has expired") as expired:
        LINKS.check(somebody(later=timedelta(minutes=10, seconds=1)), export_id, until, signature)
    assert expired.value.status is HTTPStatus.GONE


@pytest.mark.parametrize(
    "other",
    [
        somebody("bob"),
        somebody(tenant=new_tenant()),
        somebody(tenant=replace(TENANT, engagement_id=new_id())),
        somebody(subject="service"),
    ],
)
def test_somebody_elses_link_is_not_there(other: Caller) -> None:
    with pytest.raises(NotFound, match=r"There is no such export\."):
        LINKS.check(other, *parts(LINKS.make(somebody(), ID)))


def test_a_link_that_was_changed_is_not_there() -> None:
    export_id, until, signature = parts(LINKS.make(somebody(), ID))
    changed = [
        (new_id(), until, signature),
        (export_id, str(int(until) + 1), signature),
        (export_id, f"0{until}", signature),
        (export_id, until, signature[:-1]),
        (export_id, until, ""),
        (export_id, "", ""),
        (export_id, until, "ä"),
    ]

    for link in changed:
        with pytest.raises(NotFound):
            LINKS.check(somebody(), *link)


def test_another_servers_links_are_not_there() -> None:
    with pytest.raises(NotFound):
        Links(b"other").check(somebody(), *parts(LINKS.make(somebody(), ID)))


def test_processes_of_one_machine_share_a_key_that_only_its_owner_reads(tmp_path: Path) -> None:
    settings = replace(Settings(), data=tmp_path)

    first, second = Links.of(settings), Links.of(settings)

    assert first == second
    assert len(first.key) == 32
    assert (tmp_path / "link-key").stat().st_mode & 0o777 == 0o600


def test_processes_with_the_same_secret_have_the_same_key_and_no_file(tmp_path: Path) -> None:
    first, second, other = (
        Links.of(replace(Settings(), data=tmp_path, link_secret=secret)) for secret in ("one", "one", "other")
    )

    assert first == second != other
    assert len(first.key) == 32
    assert b"one" not in first.key
    assert list(tmp_path.iterdir()) == []
