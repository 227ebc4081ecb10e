"""Pushing as it is put together from the settings, and what `doctor` finds about it."""

from contextlib import closing
from datetime import timedelta

import pytest
from pydantic import SecretStr

from bot import doctor, wiring, wiring_push
from bot.brake import Brake
from bot.sandbox.remote import Remote
from bot.settings import Settings
from bot.store import Store
from scheduler.delivery import Halt, Push, Result, Sent, Stop

PUSH = Push("o1", "key-1", "party_day", {"thing1": "主题党日"}, "明天开主题党日。")
ACCOUNT = {
    "wechat_token": SecretStr("abc"),
    "wechat_app_id": "wx1",
    "wechat_app_secret": SecretStr("very-secret"),
    "wechat_template_party_day": "template-1",
    "wechat_template_liaison_day": "template-2",
}


@pytest.fixture
def settings(platform: Remote, valkey_url: str, store: Store) -> Settings:
    """A complete account on an empty store."""
    return Settings(wechat_api_url=platform.url, redis_url=valkey_url, **ACCOUNT)  # type: ignore[arg-type]


def sent(settings: Settings, store: Store) -> Result:
    """How a push by the settings' platform ends."""
    with closing(wiring_push.platform(settings, store)) as platform:
        return platform.send(PUSH)


def without(settings: Settings, *names: str) -> Settings:
    return settings.model_copy(update={name: Settings.model_fields[name].default for name in names})


def found(settings: Settings) -> dict[str, dict[str, object]]:
    """What `doctor` finds about pushing."""
    return {finding.key: dict(finding.about) for finding in doctor.pushing(settings)}


def test_a_push_goes_out_as_the_settings_say(platform: Remote, settings: Settings, store: Store) -> None:
    platform.behave(secret="very-secret")

    assert isinstance(sent(settings, store), Sent)

    assert [seen.template_id for seen in platform.seen()] == ["template-1"]


@pytest.mark.parametrize(
    ("missing", "reason"),
    [
        ("wechat_app_id", "app_id_missing"),
        ("wechat_app_secret", "app_secret_missing"),
        ("wechat_template_party_day", "template_missing"),
    ],
)
def test_without_a_setting_nothing_is_sent_and_the_reason_said(
    platform: Remote, settings: Settings, store: Store, missing: str, reason: str
) -> None:
    assert sent(without(settings, missing), store) == Stop(reason, Halt.UNTIL_TOLD)
    assert sum(platform.counts().values()) == 0


def test_a_demo_sends_to_its_stand_in_and_never_to_wechat(platform: Remote, settings: Settings, store: Store) -> None:
    demo = without(settings, *ACCOUNT)

    assert isinstance(sent(demo, store), Sent)
    on_its_own = without(demo, "wechat_api_url")
    assert sent(on_its_own, store) == Stop("account_missing", Halt.UNTIL_TOLD)


def test_doctor_tells_that_the_api_works_and_how_much_is_left(platform: Remote, settings: Settings) -> None:
    platform.behave(quota=5000)

    assert found(settings) == {"doctor_api": {"url": platform.url, "limit": 5000, "left": 5000}}


def test_doctor_tells_why_the_api_does_not_work(platform: Remote, settings: Settings) -> None:
    platform.behave(secret="another")

    assert "BOT_WECHAT_APP_SECRET" in str(found(settings)["doctor_api_bad"]["why"])


@pytest.mark.parametrize("name", ["app_id", "app_secret", "template_party_day", "template_liaison_day"])
def test_doctor_names_the_setting_that_is_missing(settings: Settings, name: str) -> None:
    assert found(without(settings, f"wechat_{name}"))["doctor_pushes_missing"] == {"name": f"BOT_WECHAT_{name.upper()}"}


def test_doctor_finds_nothing_wrong_with_a_demo(settings: Settings) -> None:
    assert found(without(settings, *ACCOUNT)) == {}


def test_doctor_tells_of_pauses(settings: Settings, store: Store) -> None:
    brake = Brake(store, wiring.clock(settings))
    brake.pause("quota", wiring.clock(settings)() + timedelta(hours=1))
    brake.pause("ip_not_listed", detail="203.0.113.7")

    pauses = found(settings)

    assert "今天的发送次数" in str(pauses["doctor_pushes_paused_until"]["why"])
    assert "203.0.113.7" in str(pauses["doctor_pushes_paused"]["why"])
    say = wiring.console()
    assert all(say(key, **about) for key, about in pauses.items())


def test_doctor_does_not_stumble_over_a_store_that_is_down(settings: Settings) -> None:
    assert "doctor_api" in found(settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"}))
