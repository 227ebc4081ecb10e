"""What to do with the matches: answer, offer a choice, or say that there is no answer."""

from dataclasses import dataclass
from typing import Final

from content.matching.matcher import Match, Search

MAX_CHOICES: Final = 3


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """Where the bands lie.

    Attributes:
        sure: score from which the best match is the answer.
        margin: lead it must have over the best match of any other entry.
        possible: score from which a match is worth offering.
    """

    sure: float
    margin: float
    possible: float


@dataclass(frozen=True, slots=True)
class Answer:
    """The member gets this entry's answer."""

    match: Match


@dataclass(frozen=True, slots=True)
class Choices:
    """The member is asked which of these is meant; two or three different entries, best first (or a single likely
    one).
    """

    matches: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class Miss:
    """Nothing fits well enough; `nearest` is for the editors, not for the member."""

    nearest: tuple[Match, ...]


Verdict = Answer | Choices | Miss


def decide(search: Search, cutoffs: Cutoffs) -> Verdict:
    """Answer only when sure: a high score and a clear lead over every other entry (an exact wording needs no lead)."""
    matches = search.matches
    if not matches:
        return Miss(())
    best = matches[0]
    runner_up = matches[1].score if len(matches) > 1 else 0.0
    if best.score >= 1.0 or (best.score >= cutoffs.sure and best.score - runner_up >= cutoffs.margin):
        return Answer(best)
    possible = tuple(match for match in matches if match.score >= cutoffs.possible)[:MAX_CHOICES]
    return Choices(possible) if possible else Miss(matches[:MAX_CHOICES])
