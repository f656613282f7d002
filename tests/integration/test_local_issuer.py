"""Tokens of the local issuer: the machine's own key, and nobody else's."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from domain.errors import Unauthenticated
from server.identity import Grant
from server.tokens import KEY_FILE, LocalVerifier, issue
from tests.integration.test_access import Issuer

HOUR = timedelta(hours=1)


async def test_the_local_issuer_takes_its_own_tokens(tmp_path: Path) -> None:
    token = issue(tmp_path, "alice", lifetime=HOUR, email="alice@example.com", act_as=True, platform=True)

    identity = await LocalVerifier(tmp_path)(token)

    assert (identity.subject, identity.email) == ("alice", "alice@example.com")
    assert identity.grants == {Grant.ACT_AS, Grant.PLATFORM}


async def test_the_local_key_is_nobody_elses_to_read(tmp_path: Path) -> None:
    issue(tmp_path / "new", "alice", lifetime=HOUR)

    assert stat.S_IMODE((tmp_path / "new" / KEY_FILE).stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "new").iterdir()] == [KEY_FILE]


async def test_two_processes_that_make_the_key_at_once_make_one(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        tokens = list(pool.map(lambda _: issue(tmp_path, "alice", lifetime=HOUR), range(16)))

    verify = LocalVerifier(tmp_path)
    assert {(await verify(token)).subject for token in tokens} == {"alice"}


async def test_another_machines_tokens_are_refused(tmp_path: Path) -> None:
    verify = LocalVerifier(tmp_path / "here")
    foreign = issue(tmp_path / "there", "alice", lifetime=HOUR)
    expired = issue(tmp_path / "here", "alice", lifetime=timedelta(seconds=-1))

    for token, words in [(foreign, "not signed"), (Issuer().token(), "not signed"), (expired, "expired")]:
        with pytest.raises(Unauthenticated, match=words):
            await verify(token)
