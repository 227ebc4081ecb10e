"""Build the parts every process shares, by hand, from the settings: clock, store, corpus and texts. Where the clock
is read.
"""

import functools
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path

import structlog

from bot import day_data, embedded, encoders
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
from content import cues, following, language, library, small_talk, wording
from content.activities import Activities
from content.activities import load as load_activities
from content.calendar import Days
from content.files import ContentError
from content.matching import Index, Matcher, scorer
from content.matching.meaning import Encoder, load_space
from handlers.services import Services
from handlers.visits import Branches
from scheduler.agenda import Agenda
from scheduler.roster import EVERYONE, Branch

log = structlog.get_logger("wiring")


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
        ContentError: the corpus or the language data cannot be used; lists every finding.
        WordingError: `phrases.yaml` does not fit.
        BadWeights: the matcher's weights are not of this version.
        NoEncoder: the settings name a sentence encoder that is not installed.
    """
    folder = settings.content_dir
    heard = spoken(folder)
    corpus = library.load(folder).on(today or clock(settings)().date())
    coder = encoder(settings.encoder, settings.data_dir)
    return Services(
        library=corpus,
        matcher=matcher(corpus, heard, coder),
        language=heard,
        cues=cues.load(data_file(folder, "conversation.yaml")),
        following=following.load(coder.name if coder else scorer.ALONE),
        small_talk=small_talk.load(data_file(folder, "smalltalk.yaml"), heard.normalise),
        phrases=wording.read(data_file(folder, "phrases.yaml"), like=wording.read(wording.DATA / "phrases.yaml")),
        public_url=settings.public_url,
        popular=popular,
        branches=branches(settings, kept) if kept else None,
    )


def branches(settings: Settings, kept: Store) -> Branches:
    """What the chat knows branches by. Raises ContentError when `activities.yaml` cannot be used."""
    days = KnownDays(Announcements(kept), clock(settings))
    known, zone = activities(settings), settings.zone
    return Branches(BranchBook(kept), ChatReminders(kept, known, days, zone), known, days, zone)


def spoken(folder: Path) -> language.Language:
    """How members speak. Raises ContentError."""
    return language.load(data_file(folder, "synonyms.yaml"), data_file(folder, "regions.txt"))


def matcher(corpus: library.Library, spoken: language.Language, encoder: Encoder | None = None) -> Matcher:
    """A matcher of this corpus, by meaning as well when there is an encoder. Raises BadWeights."""
    name = encoder.name if encoder else scorer.ALONE
    space = load_space(name) if encoder else None
    return Matcher(Index(corpus.all_entries, spoken, encoder, space, corpus.families), scorer.load(name))


@functools.cache
def encoder(wanted: str, data_dir: Path) -> Encoder | None:
    """The sentence encoder of the settings, one a process; None = characters and sounds alone. Raises NoEncoder."""
    return encoders.make(encoders.choose(wanted), data_dir)


def activities(settings: Settings) -> Activities:
    """What members are reminded of. Raises ContentError listing every finding."""
    return load_activities(data_file(settings.content_dir, "activities.yaml"))


def current_activities(settings: Settings) -> Callable[[], Activities]:
    """The same for a process that goes on for months: read anew when the file has changed; one with mistakes is logged
    and left alone. Raises ContentError at once when it cannot be used now.
    """
    path = data_file(settings.content_dir, "activities.yaml")
    kept = (path.stat().st_mtime_ns, activities(settings))

    def current() -> Activities:
        nonlocal kept
        written = path.stat().st_mtime_ns
        if written != kept[0]:
            try:
                kept = (written, activities(settings))
            except ContentError as error:
                kept = (written, kept[1])
                log.error("activities_not_read", reason=str(error))
        return kept[1]

    return current


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


def data_file(folder: Path, name: str) -> Path:
    """The editor's file, or the one that comes with the product when the folder has none."""
    return folder / name if (folder / name).exists() else wording.DATA / name


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
