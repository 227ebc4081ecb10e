"""Where this machine and members reach the web process."""

import pytest

from bot import health
from bot.settings import Settings


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8123"),
        ("0.0.0.0", "http://127.0.0.1:8123"),
        ("::", "http://[::1]:8123"),
    ],
)
def test_in_demo_mode_members_reach_the_answer_pages_at_the_demo_itself(host: str, url: str) -> None:
    assert health.public_url(Settings(host=host, port=8123)) == url


def test_an_account_without_a_public_address_has_no_links(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_WECHAT_TOKEN", "Token123")

    assert health.public_url(Settings()) == ""


@pytest.mark.parametrize("token", ["", "Token123"])
def test_the_address_that_is_set_is_the_one(monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    monkeypatch.setenv("BOT_WECHAT_TOKEN", token)
    monkeypatch.setenv("BOT_PUBLIC_URL", "https://zhibu.example.org")

    assert health.public_url(Settings()) == "https://zhibu.example.org"
