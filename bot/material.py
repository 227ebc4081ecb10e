"""What editors write and training learnt, read and checked as a whole: what the chat is made of, without the index,
which takes seconds to build.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot import edited, encoders
from bot.settings import Settings
from content import cues, following, language, library, small_talk, wording
from content.activities import Activities
from content.cues import Cues
from content.following import Following
from content.language import Language
from content.library import Library
from content.matching import scorer
from content.small_talk import SmallTalk
from content.wording import Wording


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
        cues=cues.load(edited.file(folder, "conversation.yaml")),
        following=following.load(encoder),
        small_talk=small_talk.load(edited.file(folder, "smalltalk.yaml"), heard.normalise),
        phrases=wording.read(edited.file(folder, "phrases.yaml"), like=wording.read(wording.DATA / "phrases.yaml")),
        activities=edited.activities(settings),
    )


def spoken(folder: Path) -> language.Language:
    """How members speak. Raises ContentError."""
    return language.load(*(edited.file(folder, name) for name in ("synonyms.yaml", "regions.txt", "outside.txt")))
