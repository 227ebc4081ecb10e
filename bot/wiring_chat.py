"""Build the handlers' world, by hand, from the settings: corpus, matcher, texts, branches."""

import functools
from collections.abc import Callable
from datetime import date
from pathlib import Path

from bot import encoders, material, wiring
from bot.announcements import Announcements
from bot.branch_book import BranchBook
from bot.chat_reminders import ChatReminders
from bot.known_days import KnownDays
from bot.settings import Settings
from bot.store import Store
from content import language, library
from content.activities import Activities
from content.matching import Index, Matcher, scorer
from content.matching.meaning import Encoder, load_space
from handlers.services import Services
from handlers.visits import Branches


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
    made_of = material.read(settings, today or wiring.clock(settings)().date())
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
    days = KnownDays(Announcements(kept), wiring.clock(settings))
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
