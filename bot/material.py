"""What editors write and training learnt, read and checked as a whole: what the chat is made of, without the index,
which takes seconds to build.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import structlog

from bot import encoders
from bot.settings import Settings
from content import cues, following, language, library, small_talk, wording
from content.activities import Activities
from content.activities import load as load_activities
from content.cues import Cues
from content.files import ContentError
from content.following import Following
from content.language import Language
from content.library import Library
from content.matching import scorer
from content.small_talk import SmallTalk
from content.wording import Wording

log = structlog.get_logger("material")


@dataclass(frozen=True)
class Material:
    """All of it as of one day."""

    library: Library
    language: Language
    cues: Cues
    following: Following
    small_talk: SmallTalk
    phrases: Wording
    activities: Activities


def read(settings: Settings, today: date) -> Material:
    """Read everything; of the entries, those valid on that day.

    Raises:
        ContentError: a file cannot be used; lists every finding in it, or in the whole corpus.
        WordingError: `phrases.yaml` does not fit.
        BadWeights: what was learnt is not of this version.
        NoEncoder: the settings name a sentence encoder that is not installed.
    """
    folder, encoder = settings.content_dir, encoders.choose(settings.encoder)
    heard = spoken(folder)
    scorer.load(encoder)  # the matcher will want it
    return Material(
        library=library.load(folder).on(today),
        language=heard,
        cues=cues.load(data_file(folder, "conversation.yaml")),
        following=following.load(encoder),
        small_talk=small_talk.load(data_file(folder, "smalltalk.yaml"), heard.normalise),
        phrases=wording.read(data_file(folder, "phrases.yaml"), like=wording.read(wording.DATA / "phrases.yaml")),
        activities=activities(settings),
    )


def spoken(folder: Path) -> language.Language:
    """How members speak. Raises ContentError."""
    return language.load(data_file(folder, "synonyms.yaml"), data_file(folder, "regions.txt"))


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


def data_file(folder: Path, name: str) -> Path:
    """The editor's file, or the one that comes with the product when the folder has none."""
    return folder / name if (folder / name).exists() else wording.DATA / name
