"""The limiter on a clock that only the test turns."""

import pytest

from bot.sandbox.clock import Clock
from bot.sandbox.errors import ApiError
from bot.sandbox.limits import Limiter, Limits


@pytest.fixture
def clock() -> Clock:
    return Clock.manual()


@pytest.fixture
def limiter(clock: Clock) -> Limiter:
    return Limiter(Limits.telegram(), clock)


def _refused(limiter: Limiter, chat_id: int, kind: str, **how: bool) -> int:
    """Return the seconds a send has to wait; 0 when it was admitted."""
    try:
        limiter.admit(chat_id, kind, **how)
    except ApiError as error:
        return error.parameters["retry_after"]
    return 0


def test_overall_rate_is_30_a_second(limiter: Limiter, clock: Clock) -> None:
    assert [_refused(limiter, chat, "private") for chat in range(31)] == [0] * 30 + [1]
    clock.advance(1)
    assert _refused(limiter, 99, "private") == 0


def test_paid_sends_have_1000_a_second_of_their_own(limiter: Limiter) -> None:
    answers = [_refused(limiter, chat, "private", paid=True) for chat in range(1001)]
    assert answers == [0] * 1000 + [1]
    limiter.set(Limits.telegram())
    assert not any(_refused(limiter, chat, "private", paid=True) for chat in range(30))
    assert not any(_refused(limiter, chat, "private") for chat in range(100, 130))


def test_private_chat_takes_a_short_burst_and_then_one_a_second(
    limiter: Limiter, clock: Clock
) -> None:
    assert [_refused(limiter, 1, "private") for _ in range(4)] == [0, 0, 0, 1]
    clock.advance(1)
    assert [_refused(limiter, 1, "private") for _ in range(2)] == [0, 1]


def test_group_takes_20_a_minute_with_edits_counted(limiter: Limiter, clock: Clock) -> None:
    for _ in range(10):
        assert _refused(limiter, -1, "group") == 0
        assert _refused(limiter, -1, "group", edit=True) == 0
        clock.advance(1)
    assert _refused(limiter, -1, "group") == 50
    clock.advance(50)
    assert _refused(limiter, -1, "group") == 0


def test_private_edits_do_not_count_against_the_chat(limiter: Limiter) -> None:
    assert not any(_refused(limiter, 1, "private", edit=True) for _ in range(20))


def test_flooded_group_does_not_stop_the_others(limiter: Limiter, clock: Clock) -> None:
    for _ in range(25):
        _refused(limiter, -1, "supergroup")
    clock.advance(1)
    assert _refused(limiter, -2, "supergroup") == 0


def test_ban_is_kept_while_the_bot_goes_on_sending(limiter: Limiter, clock: Clock) -> None:
    limiter.set(Limits(private_burst=1))
    assert [_refused(limiter, 1, "private"), _refused(limiter, 1, "private")] == [0, 1]
    clock.advance(0.5)
    assert _refused(limiter, 1, "private") == 1
    clock.advance(0.5)
    assert _refused(limiter, 1, "private") == 0


def test_storm_can_be_set_for_a_chat_or_for_all(limiter: Limiter, clock: Clock) -> None:
    limiter.set(Limits.off())
    limiter.ban(30, chat_id=1)
    assert (_refused(limiter, 1, "private"), _refused(limiter, 2, "private")) == (30, 0)
    limiter.ban(5)
    assert _refused(limiter, 2, "private") == 5
    clock.advance(30)
    assert _refused(limiter, 1, "private") == 0


def test_limits_that_are_off_refuse_nothing(clock: Clock) -> None:
    limiter = Limiter(Limits.off(), clock)
    assert not any(_refused(limiter, 1, "private") for _ in range(10_000))


def test_refused_send_is_not_counted(limiter: Limiter, clock: Clock) -> None:
    for _ in range(40):
        _refused(limiter, 1, "private")
    assert not any(_refused(limiter, chat, "private") for chat in range(2, 29))


def _charged(limiter: Limiter, chat_id: int, **how: bool) -> bool:
    return limiter.admit(chat_id, "private", paid=True, **how)


def test_paid_sends_are_charged_only_beyond_the_free_ones(limiter: Limiter, clock: Clock) -> None:
    assert not any(_charged(limiter, chat) for chat in range(20))
    assert not any(limiter.admit(chat, "private") for chat in range(20, 30))
    assert all(_charged(limiter, chat) for chat in range(30, 60))
    clock.advance(1)
    assert [_charged(limiter, chat) for chat in range(60, 91)] == [False] * 30 + [True]


def test_free_sends_are_never_charged(limiter: Limiter) -> None:
    assert sum(_charged(limiter, chat) for chat in range(100)) == 70
    assert not any(limiter.admit(chat, "private") for chat in range(100, 130))


def test_send_that_cannot_be_paid_is_refused_and_not_counted(limiter: Limiter) -> None:
    assert not any(_charged(limiter, chat, can_pay=False) for chat in range(30))
    for _ in range(5):
        with pytest.raises(ApiError, match="BALANCE_TOO_LOW") as refused:
            _charged(limiter, 99, can_pay=False)
        assert refused.value.code == 400
    assert _charged(limiter, 99), "the refused ones count against nobody"
