"""When an endpoint is left alone, and how it comes back."""

from __future__ import annotations

from dataclasses import dataclass

from crews.gateway.breaker import Breaker, Outcome


@dataclass
class Time:
    now: float = 100.0

    def __call__(self) -> float:
        return self.now


def broken(time: Time) -> Breaker:
    """One that has just opened, for 10 seconds."""
    breaker = Breaker(time, failures=3, rest=10, longest=35)
    for _ in range(3):
        assert breaker.admit()
        breaker.done(Outcome.FAILING)
    return breaker


def test_failures_in_a_row_open_it_and_one_success_between_does_not() -> None:
    breaker = Breaker(Time(), failures=2, rest=10, longest=35)

    for outcome in (Outcome.FAILING, Outcome.WELL, Outcome.FAILING, Outcome.NOTHING):
        assert breaker.admit()
        breaker.done(outcome)

    assert not breaker.open
    breaker.done(Outcome.FAILING)
    assert breaker.open


def test_after_its_rest_one_is_let_through() -> None:
    time = Time()
    breaker = broken(time)
    assert not breaker.admit()

    time.now += 10

    assert [breaker.admit(), breaker.admit()] == [True, False]


def test_a_trial_that_goes_well_closes_it() -> None:
    time = Time()
    breaker = broken(time)
    time.now += 10
    breaker.admit()

    breaker.done(Outcome.WELL)

    assert not breaker.open
    assert [breaker.admit(), breaker.admit()] == [True, True]


def test_trials_that_fail_lengthen_the_rest_up_to_a_limit() -> None:
    time = Time()
    breaker = broken(time)
    time.now += 10

    rests = []
    for _ in range(4):
        assert breaker.admit()
        breaker.done(Outcome.FAILING)
        begun = time.now
        while not breaker.admit():
            time.now += 1
        breaker.done(Outcome.NOTHING)
        rests.append(time.now - begun)

    assert rests == [20, 35, 35, 35]


def test_a_trial_that_was_cancelled_lets_the_next_one_try() -> None:
    time = Time()
    breaker = broken(time)
    time.now += 10
    assert breaker.admit()

    breaker.done(Outcome.NOTHING)

    assert breaker.admit()


def test_those_under_way_when_it_opens_do_not_lengthen_the_rest() -> None:
    time = Time()
    breaker = broken(time)

    for _ in range(5):
        breaker.done(Outcome.FAILING)

    time.now += 10
    assert breaker.admit()
