"""What a token may spend in a minute."""

from __future__ import annotations

import pytest

from server.budgets import SWEEP_EVERY, Budgets, BudgetSpent, Charge, TooDear, key_of


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_each_charge_says_what_is_left_and_when_all_is_there_again(clock: Clock) -> None:
    budgets = Budgets(600, clock)

    charges = [budgets.charge("alice", 100), budgets.charge("alice", 200), budgets.charge("bob", 1)]

    assert charges == [Charge(100, 600, 500, 10.0), Charge(200, 600, 300, 30.0), Charge(1, 600, 599, 0.1)]


def test_what_is_spent_comes_back_evenly(clock: Clock) -> None:
    budgets = Budgets(600, clock)
    budgets.charge("alice", 600)

    clock.now += 6
    after = budgets.charge("alice", 10)
    clock.now += 3600
    later = budgets.charge("alice", 0)

    assert (after.remaining, after.full_in) == (50, 55.0)
    assert (later.remaining, later.full_in) == (600, 0.0)


def test_what_is_too_much_is_refused_and_takes_nothing(clock: Clock) -> None:
    budgets = Budgets(600, clock)
    budgets.charge("alice", 590)

    with pytest.raises(BudgetSpent, match=r"This costs 30, and of the 600 .* 10 is left") as refused:
        budgets.charge("alice", 30)

    assert (refused.value.retry_after, refused.value.charge.remaining) == (2, 10)
    assert budgets.charge("alice", 10).remaining == 0


def test_what_a_whole_minute_cannot_pay_is_not_asked_again(clock: Clock) -> None:
    budgets = Budgets(600, clock)

    with pytest.raises(TooDear, match="fewer items"):
        budgets.charge("alice", 601)

    assert budgets.charge("alice", 600).remaining == 0


def test_without_a_budget_nothing_is_said() -> None:
    charge = Budgets().charge("alice", 10**9)

    assert charge.extensions() is None


@pytest.mark.parametrize("told", [True, False])
def test_who_has_all_again_is_forgotten(clock: Clock, told: bool) -> None:
    budgets = Budgets(600, clock)

    for number in range(10 * SWEEP_EVERY):
        clock.now += 0.1
        budgets.charge(str(number), 1)
        if told:
            budgets.take_untold()

    assert len(budgets._accounts) < 3 * SWEEP_EVERY


def test_what_others_spent_counts(clock: Clock) -> None:
    budgets = Budgets(600, clock)
    budgets.charge("alice", 100)
    told = budgets.take_untold()
    budgets.charge("alice", 20)

    budgets.learn({key_of("alice"): 400.0})

    assert told == {key_of("alice"): 100.0}
    assert budgets.charge("alice", 0).remaining == 180
    assert budgets.take_untold() == {key_of("alice"): 20.0}


def test_what_could_not_be_told_is_told_later(clock: Clock) -> None:
    budgets = Budgets(600, clock)
    budgets.charge("alice", 100)

    budgets.put_back(budgets.take_untold())
    budgets.charge("alice", 5)

    assert budgets.take_untold() == {key_of("alice"): 105.0}
    assert budgets.charge("alice", 0).remaining == 495


def test_while_nobody_can_be_told_the_old_are_forgotten_too(clock: Clock) -> None:
    budgets = Budgets(600, clock)

    for number in range(4 * SWEEP_EVERY):
        clock.now += 0.1
        budgets.charge(str(number), 1)
        if number % 100 == 0:
            budgets.put_back(budgets.take_untold())

    assert len(budgets._accounts) < 3 * SWEEP_EVERY
