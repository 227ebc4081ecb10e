"""Forecasts add up, and a used-up quota returns on the platform's next day, wherever the bot runs."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from scheduler.pacing import AFTER_MIDNIGHT, BEIJING, forecast, quota_returns, usable

ZONES = st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours)))
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=ZONES)


def test_an_unknown_quota_fits_everything_as_far_as_we_know() -> None:
    assert forecast(138_000, 100).fits
    assert not forecast(138_000, 100, 100_000).fits
    assert forecast(0, 100, 0).fits


@given(st.integers(0, 10**7), st.floats(0.1, 10_000), st.integers(0, 10**7))
def test_what_exceeds_the_quota_and_what_fits_make_up_the_whole(count: int, rate: float, left: int) -> None:
    ahead = forecast(count, rate, left)

    assert ahead.count - ahead.over == min(count, left)
    assert ahead.takes.total_seconds() * rate - count < 0.01


@given(st.integers(0, 10**7), st.integers(0, 10**7))
def test_a_reserve_is_kept_back_and_never_more_than_there_is(limit: int, left: int) -> None:
    assert 0 <= usable(limit, left) <= left
    assert usable(limit, left) in (0, left - -(-limit // 50))


@given(MOMENTS)
def test_a_quota_returns_after_midnight_in_beijing_within_a_day(now: datetime) -> None:
    returns = quota_returns(now)

    assert timedelta() < returns - now <= timedelta(days=1) + AFTER_MIDNIGHT
    assert returns.astimezone(BEIJING).date() == now.astimezone(BEIJING).date() + timedelta(days=1)
    assert returns == quota_returns(now.astimezone(UTC))
