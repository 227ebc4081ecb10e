"""Settings: what is taken, what is refused, and what the refusal says."""

import re
from contextlib import nullcontext
from pathlib import Path

import pytest

from bot.settings import Settings, SettingsError, load

ROOT = Path(__file__).parents[2]
CONTRACT = {
    *("BOT_WECHAT_TOKEN", "BOT_WECHAT_APP_ID", "BOT_WECHAT_APP_SECRET"),
    *("BOT_WECHAT_AES_KEY", "BOT_WECHAT_AES_KEY_PREVIOUS", "BOT_WECHAT_API_URL"),
    *("BOT_WECHAT_TEMPLATE_PARTY_DAY", "BOT_WECHAT_TEMPLATE_LIAISON_DAY"),
    *("BOT_REDIS_URL", "BOT_DATA_DIR", "BOT_CONTENT_DIR", "BOT_HOST", "BOT_PORT", "BOT_PUBLIC_URL", "BOT_TIMEZONE"),
    *("BOT_ENCODER", "BOT_PUSH_PER_SECOND", "BOT_PUSH_THREADS"),
}


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in CONTRACT:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def findings(monkeypatch: pytest.MonkeyPatch, **environment: str) -> dict[str, str]:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load()
    return dict(caught.value.findings)


def test_without_any_setting_it_is_a_demo_on_this_machine_only() -> None:
    settings = load()

    assert settings.demo
    assert (settings.host, settings.port, str(settings.data_dir)) == ("127.0.0.1", 8000, "var")


def test_the_settings_are_those_of_the_contract() -> None:
    assert {f"BOT_{name}".upper() for name in Settings.model_fields} == CONTRACT


def test_the_example_file_names_every_setting_and_no_other() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")

    assert set(re.findall(r"^#? ?(BOT_[A-Z_]+)=", example, re.MULTILINE)) == CONTRACT


def test_a_token_makes_it_a_real_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_WECHAT_TOKEN", "abc123")

    assert not load().demo


@pytest.mark.parametrize("name", ["BOT_WECHAT_APP_ID", "BOT_WECHAT_APP_SECRET"])
def test_an_account_whose_token_is_lost_is_no_open_demo(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """`make secrets` makes the token's file empty, and a file can be lost."""
    monkeypatch.setenv(name, "wx0123456789abcdef")
    settings = load()

    with pytest.raises(SettingsError, match="BOT_WECHAT_TOKEN: is empty") as caught:
        settings.check_account()

    assert "wx0123456789abcdef" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "is_stand_in"),
    [
        ("http://127.0.0.1:9000/", True),
        ("http://localhost:9000", True),
        ("http://[::1]:9000/", True),
        ("http://127.0.0.1.example.com/", False),
        ("https://wechat.example.com/127.0.0.1", False),
    ],
)
def test_a_stand_in_on_this_machine_makes_no_account_of_an_app_id(
    monkeypatch: pytest.MonkeyPatch, url: str, is_stand_in: bool
) -> None:
    for name in ("BOT_WECHAT_APP_ID", "BOT_WECHAT_APP_SECRET"):
        monkeypatch.setenv(name, "abc123")
    monkeypatch.setenv("BOT_WECHAT_API_URL", url)

    with nullcontext() if is_stand_in else pytest.raises(SettingsError):
        load().check_account()


def test_an_account_with_its_token_and_a_demo_without_any_of_it_are_fine(monkeypatch: pytest.MonkeyPatch) -> None:
    load().check_account()
    for name in ("BOT_WECHAT_APP_ID", "BOT_WECHAT_APP_SECRET", "BOT_WECHAT_TOKEN"):
        monkeypatch.setenv(name, "abc123")
    load().check_account()


def test_an_unknown_name_is_refused_and_the_likely_one_proposed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "BOT_PORT" in findings(monkeypatch, BOT_PROT="8001")["BOT_PROT"]


def test_an_unknown_name_in_the_file_is_refused_too(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("BOT_TOKEN=1\n", encoding="utf-8")

    with pytest.raises(SettingsError, match="BOT_TOKEN"):
        load()


def test_other_programs_variables_are_none_of_our_business(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("OTHER=1\nBOT_PORT=8001\n", encoding="utf-8")

    assert load().port == 8001


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BOT_PORT", "x"),
        ("BOT_PORT", "0"),
        ("BOT_PORT", "70000"),
        ("BOT_WECHAT_TOKEN", "has space"),
        ("BOT_WECHAT_AES_KEY", "too-short"),
        ("BOT_REDIS_URL", "localhost:6379"),
        ("BOT_PUBLIC_URL", "example.org"),
        ("BOT_TIMEZONE", "Beijing"),
    ],
)
def test_a_malformed_value_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    assert name in findings(monkeypatch, **{name: value})


def test_a_refused_secret_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "hunter2" not in str(findings(monkeypatch, BOT_WECHAT_AES_KEY="hunter2", BOT_PORT="x"))


def test_all_malformed_values_are_reported_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(findings(monkeypatch, BOT_PORT="x", BOT_TIMEZONE="Beijing")) == {"BOT_PORT", "BOT_TIMEZONE"}


def test_an_aes_key_without_the_app_id_it_is_checked_against_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "BOT_WECHAT_APP_ID" in str(findings(monkeypatch, BOT_WECHAT_AES_KEY="a" * 43))


def test_the_environment_wins_over_the_file_and_an_empty_value_counts_as_unset(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("BOT_PORT=8001\nBOT_HOST=0.0.0.0\n", encoding="utf-8")
    monkeypatch.setenv("BOT_PORT", "8002")
    monkeypatch.setenv("BOT_HOST", "")

    assert (load().port, load().host) == (8002, "0.0.0.0")


def test_a_secret_file_wins_over_a_forgotten_env_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "bot_wechat_token").write_text("fromsecret\n", encoding="utf-8")
    (tmp_path / ".env").write_text("BOT_WECHAT_TOKEN=fromenv\n", encoding="utf-8")
    monkeypatch.setattr("bot.settings.SECRETS", secrets)

    assert load().wechat_token.get_secret_value() == "fromsecret"


def test_secrets_do_not_show_when_settings_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_WECHAT_TOKEN", "hunter2")

    assert "hunter2" not in repr(load())


def test_a_slash_at_the_end_of_the_public_address_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_PUBLIC_URL", "https://zhibu.example.org/")

    assert load().public_url == "https://zhibu.example.org"


def test_an_empty_secret_file_counts_as_unset(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    for name in ("bot_wechat_token", "bot_wechat_aes_key", "bot_redis_url"):
        (secrets / name).write_text("", encoding="utf-8")
    monkeypatch.setattr("bot.settings.SECRETS", secrets)

    assert load().demo
    assert load().redis_url == ""
