"""The connection to the store: what happens when it is down, and when it comes back."""

from pathlib import Path
from traceback import format_exception

import pytest
import redis
from structlog.testing import capture_logs

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


@pytest.mark.parametrize(
    "error",
    [
        redis.ConnectionError("refused"),
        redis.TimeoutError("timed out"),
        redis.BusyLoadingError("loading the dataset in memory"),
        redis.ResponseError("BUSY Valkey is busy running a script."),
        redis.ResponseError("Command # 2 (GET x) of pipeline caused error: BUSY Valkey is busy running a script."),
    ],
    ids=str,
)
def test_a_store_that_would_fail_everyone_is_left_alone(store: Store, error: redis.RedisError) -> None:
    with pytest.raises(StoreUnavailable), store.commands():
        raise error
    with pytest.raises(StoreUnavailable, match="left alone"):
        store.settings("save")


def test_a_command_the_server_refuses_is_logged_and_keeps_nobody_else_away(store: Store) -> None:
    with store.commands() as client:
        client.set("text", "x")

    with capture_logs() as logs, pytest.raises(StoreUnavailable, match="WRONGTYPE"), store.commands() as client:
        client.hgetall("text")

    with store.commands() as client:
        assert client.get("text") == "x"
    assert [(log["event"], log["log_level"]) for log in logs] == [("store_refused", "error")]


def test_neither_log_nor_error_quotes_the_command_of_a_pipeline(store: Store) -> None:
    with store.commands() as client:
        client.set("text", "x")
        pipe = client.pipeline(transaction=False)
        pipe.hset("text", "who", "what a member wrote")

    with capture_logs() as logs, pytest.raises(StoreUnavailable) as caught, store.commands():
        pipe.execute()

    assert "WRONGTYPE" in str(caught.value)
    assert "member" not in f"{logs} {''.join(format_exception(caught.value))}"
