"""The connection to the store: what happens when it is down, and when it comes back."""

from pathlib import Path

import pytest

from bot import embedded
from bot.store import Store, StoreUnavailable


def test_a_store_that_is_down_says_so_at_once_and_is_left_alone_for_a_moment(tmp_path: Path) -> None:
    seconds = 100.0
    store = Store(f"unix://{tmp_path}/valkey.sock", monotonic=lambda: seconds)

    with pytest.raises(StoreUnavailable, match=r"valkey\.sock"):
        store.settings("save")
    with pytest.raises(StoreUnavailable, match="left alone"):
        store.settings("save")
    seconds += 10
    with pytest.raises(StoreUnavailable, match=r"valkey\.sock"):
        store.settings("save")


def test_a_store_that_comes_back_is_used_again(tmp_path: Path) -> None:
    seconds = 100.0
    store = Store(embedded.url(tmp_path), monotonic=lambda: seconds)
    with pytest.raises(StoreUnavailable):
        store.settings("save")
    with embedded.running(tmp_path):
        seconds += 10
        assert "save" in store.settings("save")


def test_an_operators_ping_asks_a_store_that_is_being_left_alone(tmp_path: Path) -> None:
    store = Store(embedded.url(tmp_path), monotonic=lambda: 100.0)
    with pytest.raises(StoreUnavailable):
        store.settings("save")
    with embedded.running(tmp_path):
        store.ping()
