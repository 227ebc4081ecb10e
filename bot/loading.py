"""What the commands that need the corpus load before they work, or a report of what is wrong with it, and the end."""

from collections.abc import Callable
from typing import TypeVar

from bot import material, wiring, wiring_chat
from bot.encoders import NoEncoder
from bot.material import Material
from bot.settings import Settings
from bot.terminal import FINDING, fail, findings, report, say
from content import language, library, wording
from content.files import ContentError
from content.matching import BadWeights
from handlers.services import Services

Loaded = TypeVar("Loaded")


def services_or_exit(settings: Settings) -> Services:
    """The handlers' world; exits with every finding when it cannot be made."""
    return _or_exit(settings, wiring_chat.services)


def material_or_exit(settings: Settings) -> Material:
    """What the handlers' world is made of today, seconds sooner; exits with every finding when it cannot be used."""
    return _or_exit(settings, lambda settings: material.read(settings, wiring.clock(settings)().date()))


def _or_exit(settings: Settings, load_from: Callable[[Settings], Loaded]) -> Loaded:
    try:
        return load_from(settings)
    except ContentError as error:
        fail(say("error_content", count=len(error.problems)) + "\n" + findings(error.problems), FINDING)
    except wording.WordingError as error:
        fail(str(error), FINDING)
    except NoEncoder as error:
        fail(say("error_encoder", name=settings.encoder, package=error), FINDING)
    except BadWeights as error:
        fail(say("error_weights", reason=error), FINDING)


def corpus_or_exit(settings: Settings, as_json: bool) -> library.Library:
    """The whole corpus, entries out of date included; exits with every finding when it does not load."""
    try:
        return library.load(settings.content_dir)
    except ContentError as error:
        report(error.problems, as_json)
        raise


def language_or_exit(settings: Settings) -> language.Language:
    """How members speak; exits with every finding when it does not load."""
    try:
        return material.spoken(settings.content_dir)
    except ContentError as error:
        fail(findings(error.problems), FINDING)
