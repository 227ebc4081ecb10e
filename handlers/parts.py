"""Messages that ask several things at once ("how often, and which six things?"): cut apart, each part understood after
the one before.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Final

from content.entries import Entry
from content.matching import Answer
from content.text import fold
from handlers.messages import Memory
from handlers.services import Services
from handlers.understand import Understood, understand

MOST: Final = 3  # questions answered in one message
LEAST: Final = 3  # characters of a part
MOST_WAYS: Final = 3  # to cut what was dictated without a pause; each costs two or three searches
_OF: Final = "的"  # the particle: goes on with what stands before it
_PAUSE = re.compile(r"[，,；;。？?！!\n]+")


def told_apart(text: str, whole: Understood, memory: Memory, services: Services) -> tuple[Entry, ...]:
    """The entries that answer the parts of a message, one a part; none unless every part is surely answered by an
    entry of its own.

    Args:
        whole: the message understood as one question. What it surely means must be among the parts' answers.
    """
    for parts in _ways(text, services):
        found = _answers(parts, memory, services)
        if found and (not isinstance(whole.verdict, Answer) or whole.verdict.match.entry in found):
            return found
    return ()


def _ways(text: str, services: Services) -> Iterator[list[str]]:
    """How the message may be cut: at its pauses; or, when it has none, between two questions."""
    parts = _questions(_PAUSE.split(text), services)
    if len(parts) == 1:
        parts = _questions(_at_joints(parts[0], services), services)
    if 1 < len(parts) <= MOST:
        yield parts
    elif len(parts) == 1:
        yield from _without_pauses(parts[0], services)


def _questions(pieces: list[str], services: Services) -> list[str]:
    """The pieces, those that ask nothing joined to the next (the last one to the one before)."""
    parts: list[str] = []
    held = ""
    for piece in pieces:
        held += piece
        if services.language.is_question(piece) and len(fold(held)) >= LEAST:
            parts.append(held)
            held = ""
    if parts:
        parts[-1] += held
    return parts or [held]


def _at_joints(text: str, services: Services) -> list[str]:
    """The pieces between words such as "and also"."""
    return re.split("|".join(map(re.escape, services.cues.joining)), text)


def _without_pauses(text: str, services: Services) -> Iterator[list[str]]:
    """Dictation has no punctuation: cut behind each word that asks, where a question is left on both sides."""
    words = {word for _, words in services.language.asks for word in words}
    ends = sorted({found.end() for word in words for found in re.finditer(re.escape(word), text)})
    ways = ([text[:end], text[end:]] for end in ends)
    yield from islice((way for way in ways if all(_stands_alone(part, services) for part in way)), MOST_WAYS)


def _stands_alone(part: str, services: Services) -> bool:
    """Whether a piece of an unbroken message can be a question of its own."""
    return len(fold(part)) > LEAST and services.language.is_question(part) and not part.startswith(_OF)


def _answers(parts: list[str], memory: Memory, services: Services) -> tuple[Entry, ...]:
    """The entries that answer the parts, part by part; none when a part is not surely answered by one no other part
    has. What is told beside a part's own answer is left out first when there is too much.
    """
    found: list[list[Entry]] = []
    for part in parts:
        verdict = understand(part, memory, services).verdict
        told = [entry for group in found for entry in group]
        if not isinstance(verdict, Answer) or verdict.match.entry in told:
            return ()
        best = verdict.match.entry
        found.append([best, *(match.entry for match in verdict.also if match.entry not in told)])
        memory = replace(memory, entry_id=best.id, cases=services.library.about(best))
    while sum(map(len, found)) > MOST:
        max(found, key=len).pop()
    return tuple(entry for group in found for entry in group)
