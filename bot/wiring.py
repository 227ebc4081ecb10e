"""Build the parts every process shares, by hand, from the settings: clock, store, corpus and texts. Where the clock
is read.
"""

import functools
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path

from bot import day_data, embedded, encoders, material
from bot.announcements import Announcements
from bot.api import Api
from bot.brake import Brake
from bot.branch_book import BranchBook
from bot.calls import Calls
from bot.chat_reminders import ChatReminders
from bot.known_days import KnownDays
from bot.pace import Pace
from bot.platform import Platform
from bot.quota import Quota
from bot.roster_store import RosterStore
from bot.settings import Settings
from bot.store import Store
from bot.token_store import TokenStore
from bot.tokens import Credentials, Tokens
from bot.window import Window
from content import language, library, wording
from content.activities import Activities
from content.calendar import Days
from content.matching import Index, Matcher, scorer
from content.matching.meaning import Encoder, load_space
from handlers.services import Services
from handlers.visits import Branches
from scheduler.agenda import Agenda
from scheduler.roster import EVERYONE, Branch


def clock(settings: Settings) -> Callable[[], datetime]:
    """The wall clock, in the settings' time zone."""
    return lambda: datetime.now(settings.zone)


def services(
    settings: Settings,
    popular: Callable[[], tuple[str, ...]] = tuple,
    today: date | None = None,
    kept: Store | None = None,
) -> Services:
    """The handlers' world: corpus, matcher, language, texts; of the entries, those valid on that day (now by default).

    Args:
        kept: where branches, answers and reminders are; None = the chat knows of none.

    Raises:
        what `material.read` raises.
    """
    made_of = material.read(settings, today or clock(settings)().date())
    return Services(
        library=made_of.library,
        matcher=matcher(made_of.library, made_of.language, encoder(settings.encoder, settings.data_dir)),
        language=made_of.language,
        cues=made_of.cues,
        following=made_of.following,
        small_talk=made_of.small_talk,
        phrases=made_of.phrases,
        public_url=settings.public_url,
        popular=popular,
        branches=branches(settings, kept, made_of.activities) if kept else None,
    )


def branches(settings: Settings, kept: Store, known: Activities) -> Branches:
    """What the chat knows branches by."""
    days = KnownDays(Announcements(kept), clock(settings))
    return Branches(BranchBook(kept), ChatReminders(kept, known, days, settings.zone), known, days, settings.zone)


def matcher(corpus: library.Library, spoken: language.Language, encoder: Encoder | None = None) -> Matcher:
    """A matcher of this corpus, by meaning as well when there is an encoder. Raises BadWeights."""
    name = encoder.name if encoder else scorer.ALONE
    space = load_space(name) if encoder else None
    return Matcher(Index(corpus.all_entries, spoken, encoder, space, corpus.families), scorer.load(name))


@functools.cache
def encoder(wanted: str, data_dir: Path) -> Encoder | None:
    """The sentence encoder of the settings, one a process; None = characters and sounds alone. Raises NoEncoder."""
    return encoders.make(encoders.choose(wanted), data_dir)


def days(store: Store) -> Days:
    """What is known of every day, the announcements operators have entered included. Raises StoreUnavailable."""
    return day_data.days(Announcements(store).all())


def agenda(settings: Settings, store: Store, activities: Activities, branches: Sequence[Branch]) -> Agenda:
    """What takes place in these branches; without any, what takes place where nothing else is said. Raises
    StoreUnavailable.
    """
    roster = RosterStore(store)
    changes = {activity.id: roster.changes(activity.id) for activity in activities.all}
    return Agenda(activities, branches or (EVERYONE,), changes, days(store), settings.zone)


def store(settings: Settings) -> Store:
    """The store of the settings: the given one, or the embedded one of the data folder (running or not)."""
    return Store(store_url(settings))


def store_url(settings: Settings) -> str:
    """The store's address; may hold a password."""
    return settings.redis_url or embedded.url(settings.data_dir)


def platform(settings: Settings, store: Store) -> Platform:
    """What sends the reminders: one a process, for all its threads."""
    api, now = wechat_api(settings, store), clock(settings)
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
    return Api(calls, Tokens(calls, credentials, clock(settings), TokenStore(credentials.app_id, store)))


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


@functools.cache
def console() -> wording.Wording:
    """The sentences for operators and editors; always those that come with the product."""
    return wording.read(wording.DATA / "console.yaml")
