"""What to do with what was found: answer, offer a choice, or say that there is no answer."""

from dataclasses import dataclass
from typing import Final

from content.matching.matcher import Match, Search
from content.matching.scorer import Cutoffs

MAX_CHOICES: Final = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """The member gets this entry's answer; with `also`, a second one of the same case beside it."""

    match: Match
    also: Match | None = None


@dataclass(frozen=True, slots=True)
class Choices:
    """The member is asked which of these is meant: one to three different entries, best first."""

    matches: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The question would fit this entry, but names a place that is not the entry's."""

    match: Match
    named: str


@dataclass(frozen=True, slots=True)
class Miss:
    """Nothing fits well enough; `nearest` is for the editors, not for the member."""

    nearest: tuple[Match, ...]


Verdict = Answer | Choices | Elsewhere | Miss


def decide(search: Search, cutoffs: Cutoffs) -> Verdict:
    """Answer only when sure: of one entry, or of two entries of one case together."""
    matches = search.matches
    if not matches or search.confidence < cutoffs.possible:
        return Miss(matches[:MAX_CHOICES])
    if search.elsewhere:
        return Elsewhere(matches[0], max(search.named, key=lambda name: (len(name), name)))
    if search.confidence >= cutoffs.sure:
        return Answer(matches[0])
    if search.confidence_of_two >= cutoffs.sure_of_two:
        return Answer(matches[0], _sister(matches))
    return Choices(matches[:MAX_CHOICES])


def _sister(matches: tuple[Match, ...]) -> Match | None:
    """The next match of the same case."""
    case = matches[0].entry.case.id
    return next((match for match in matches[1:] if match.entry.case.id == case), None)
