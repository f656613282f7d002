"""Token buckets, and where a request comes from."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import rates
from server.addresses import Proxies
from server.errors import RateLimited
from server.rates import MINUTE, Buckets, Rates, network

OURS = Proxies((ip_network("10.0.0.0/8"), ip_network("127.0.0.1/32"), ip_network("fd00::/8")))


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_holds_a_minutes_worth_at_once() -> None:
    clock = Clock()
    buckets = Buckets(60, clock)

    assert [buckets.take("a") for _ in range(60)] == [0.0] * 60
    assert buckets.take("a") == pytest.approx(1.0)
    assert buckets.take("b") == 0.0
    clock.now += 1.0
    assert [buckets.take("a") > 0 for _ in range(2)] == [False, True]


def test_asking_in_vain_costs_nothing() -> None:
    clock = Clock()
    buckets = Buckets(1, clock)
    buckets.take("a")

    waits = [buckets.take("a") for _ in range(100)]

    assert waits == [pytest.approx(MINUTE)] * 100


def test_nothing_is_counted_where_nothing_is_set() -> None:
    assert [Buckets(0).take("a") for _ in range(1_000)] == [0.0] * 1_000
    Rates().request("203.0.113.7")


@given(st.integers(1, 500), st.lists(st.floats(0, 30), max_size=60))
def test_no_more_than_two_minutes_worth_is_had_in_a_minute(per_minute: int, pauses: list[float]) -> None:
    """What was saved up, and what came in meanwhile."""
    clock = Clock()
    buckets = Buckets(per_minute, clock)
    taken: list[float] = []
    for pause in pauses:
        clock.now += pause
        taken += [clock.now for _ in range(20) if buckets.take("a") == 0.0]

    for begin in taken:
        assert sum(begin <= at < begin + MINUTE for at in taken) <= 2 * per_minute


def test_so_many_keys_are_remembered_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "MOST_BUCKETS", 3)
    buckets = Buckets(1, Clock())
    for key in "abca":
        buckets.take(key)

    assert buckets.take("d") == 0.0
    assert [buckets.take(key) > 0 for key in "ca"] == [True, True]
    assert len(buckets._full_at) == 3


def test_how_long_to_wait_is_said_in_whole_seconds() -> None:
    one = Rates(subjects=Buckets(40, Clock()))
    for _ in range(40):
        one.operation("alice")

    with pytest.raises(RateLimited, match=r"Try again in 2 s\.") as limited:
        one.operation("alice")

    assert limited.value.retry_after == 2
    one.operation("bob")


@pytest.mark.parametrize(
    ("address", "counts_as"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("", ""),
        ("testclient", "testclient"),
    ],
)
def test_an_address_counts_with_its_network(address: str, counts_as: str) -> None:
    assert network(address) == counts_as


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.7", "", "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.1, 10.2.3.4", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
        ("10.0.0.1", "[2001:db8::7]:4711", "2001:db8::7"),
        ("10.0.0.1", "2001:db8::7", "2001:db8::7"),
        ("fd00::1", "198.51.100.1", "198.51.100.1"),
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "unknown", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1, _hidden", "10.0.0.1"),
        ("10.0.0.1", ",, 198.51.100.1 ,", "198.51.100.1"),
        ("", "198.51.100.1", ""),
    ],
)
def test_only_what_our_own_proxies_add_is_believed(peer: str, forwarded: str, client: str) -> None:
    assert OURS.client(peer, forwarded) == client


def test_without_proxies_nobody_is_believed() -> None:
    assert Proxies().client("127.0.0.1", "198.51.100.1") == "127.0.0.1"
