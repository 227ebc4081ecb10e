"""Build the parts every process shares, by hand, from the settings: clock, store, corpus and texts. Where the clock
is read.
"""

import functools
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

from bot import embedded, encoders
from bot.settings import Settings
from bot.store import Store
from content import language, library, small_talk, wording
from content.activities import Activities
from content.activities import load as load_activities
from content.matching import Index, Matcher, scorer
from content.matching.meaning import Encoder, load_space
from handlers.services import Services


def clock(settings: Settings) -> Callable[[], datetime]:
    """The wall clock, in the settings' time zone."""
    return lambda: datetime.now(settings.zone)


def services(settings: Settings, popular: Callable[[], tuple[str, ...]] = tuple, today: date | None = None) -> Services:
    """The handlers' world: corpus, matcher, language, texts; of the entries, those valid on that day (now by default).

    Raises:
        ContentError: the corpus or the language data cannot be used; lists every finding.
        WordingError: `phrases.yaml` does not fit.
        BadWeights: the matcher's weights are not of this version.
        NoEncoder: the settings name a sentence encoder that is not installed.
    """
    folder = settings.content_dir
    spoken = language.load(data_file(folder, "synonyms.yaml"), data_file(folder, "regions.txt"))
    corpus = library.load(folder).on(today or clock(settings)().date())
    return Services(
        library=corpus,
        matcher=matcher(corpus, spoken, encoder(settings.encoder, settings.data_dir)),
        language=spoken,
        small_talk=small_talk.load(data_file(folder, "smalltalk.yaml"), spoken.normalise),
        phrases=wording.read(data_file(folder, "phrases.yaml"), like=wording.read(wording.DATA / "phrases.yaml")),
        public_url=settings.public_url,
        popular=popular,
    )


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


def data_file(folder: Path, name: str) -> Path:
    """The editor's file, or the one that comes with the product when the folder has none."""
    return folder / name if (folder / name).exists() else wording.DATA / name


def store(settings: Settings) -> Store:
    """The store of the settings: the given one, or the embedded one of the data folder (running or not)."""
    return Store(store_url(settings))


def store_url(settings: Settings) -> str:
    """The store's address; may hold a password."""
    return settings.redis_url or embedded.url(settings.data_dir)


@functools.cache
def console() -> wording.Wording:
    """The sentences for operators and editors; always those that come with the product."""
    return wording.read(wording.DATA / "console.yaml")
