"""Build what reaches WeChat, by hand, from the settings: the API with its token, and what sends the reminders."""

from bot import wiring
from bot.api import Api
from bot.brake import Brake
from bot.calls import Calls
from bot.pace import Pace
from bot.platform import Platform
from bot.quota import Quota
from bot.settings import Settings
from bot.store import Store
from bot.token_store import TokenStore
from bot.tokens import Credentials, Tokens
from bot.window import Window


def platform(settings: Settings, store: Store) -> Platform:
    """What sends the reminders: one a process, for all its threads."""
    api, now = wechat_api(settings, store), wiring.clock(settings)
    return Platform(
        api,
        templates(settings),
        Pace(store, settings.push_per_second),
        Quota(api, store, now),
        Brake(store, now),
        Window(store),
        now,
        missing_for_pushing(settings),
    )


def wechat_api(settings: Settings, store: Store | None = None) -> Api:
    """WeChat's API with the account of the settings; its token is shared with other processes by the store. The
    sandbox's stand-in takes any account.
    """
    app_id, secret = settings.wechat_app_id, settings.wechat_app_secret.get_secret_value()
    credentials = Credentials("demo", "demo") if settings.demo else Credentials(app_id, secret)
    calls = Calls(settings.wechat_api_url)
    return Api(calls, Tokens(calls, credentials, wiring.clock(settings), TokenStore(credentials.app_id, store)))


def templates(settings: Settings) -> dict[str, str]:
    """Template ids by activity; empty = not set. The sandbox's stand-in takes any."""
    given = {
        "party_day": settings.wechat_template_party_day,
        "liaison_day": settings.wechat_template_liaison_day,
    }
    return {activity_id: given[activity_id] or activity_id for activity_id in given} if settings.demo else given


def missing_for_pushing(settings: Settings) -> str:
    """The setting without which no reminder can be sent; empty = none is missing. A demo has only its stand-in."""
    if settings.demo:
        return "account" if settings.wechat_api_url == Settings.model_fields["wechat_api_url"].default else ""
    if not settings.wechat_app_id:
        return "app_id"
    return "" if settings.wechat_app_secret.get_secret_value() else "app_secret"
