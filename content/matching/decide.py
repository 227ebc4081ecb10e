"""What to do with what was found: answer, offer a choice, or say that there is no answer."""

from dataclasses import dataclass
from typing import Final

from content.entries import Entry
from content.matching.matcher import Match, Search
from content.matching.scorer import Cutoffs

MAX_CHOICES: Final = 3
FAR: Final = 7.0  # behind the best score: odds of one in a thousand, too little to tell an entry beside the best


@dataclass(frozen=True, slots=True)
class Answer:
    """The member gets this entry's answer.

    Attributes:
        also: one or two more of the same case, told beside it, when only together they surely answer.
        elsewhere: what fits of other cases, to be offered beside the answer.
    """

    match: Match
    also: tuple[Match, ...] = ()
    elsewhere: tuple[Match, ...] = ()


@dataclass(frozen=True, slots=True)
class Choices:
    """The member is asked which of these is meant: one to three different entries, best first."""

    matches: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class Several:
    """The question fits several cases; the member is asked which. One match a case.

    Attributes:
        overview: says which places do it; None when nobody wrote one.
    """

    matches: tuple[Match, ...]
    overview: Entry | None = None


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The question would fit this entry, but names a place that is not the entry's."""

    match: Match
    named: str


@dataclass(frozen=True, slots=True)
class Miss:
    """Nothing fits well enough; `nearest` is for the editors, not for the member."""

    nearest: tuple[Match, ...]


Verdict = Answer | Choices | Several | Elsewhere | Miss


def decide(search: Search, cutoffs: Cutoffs) -> Verdict:
    """Answer only when sure: of one entry, or of two or three entries of one case together."""
    matches = search.matches
    if not matches or not _possible(search, cutoffs):
        return Miss(matches[:MAX_CHOICES])
    if search.elsewhere:
        return Elsewhere(matches[0], max(search.named, key=lambda name: (len(name), name)))
    if len(search.several) > 1:
        return _which(search, cutoffs)
    told = _told(search, cutoffs)
    return Answer(told[0], told[1:]) if told else Choices(matches[:MAX_CHOICES])


def _possible(search: Search, cutoffs: Cutoffs) -> bool:
    """Whether the corpus may have an answer: the best match may be one, or several cases are what is asked for."""
    return (
        search.chances.possible >= cutoffs.possible
        or bool(search.shared)
        or (len(search.several) > 1 and search.vague >= cutoffs.surely_several)
    )


def _which(search: Search, cutoffs: Cutoffs) -> Verdict:
    """The likely answer, and what other cases have beside it; else the member chooses."""
    if search.confidence < cutoffs.likely or search.chances.possible < cutoffs.answerable:
        return Several(search.several, search.overview)
    best = search.matches[0]
    others = tuple(match for match in search.several if match.entry.case.id != best.entry.case.id)
    return Answer(best, elsewhere=others)


def _told(search: Search, cutoffs: Cutoffs) -> tuple[Match, ...]:
    """The fewest matches of the best one's case that surely answer together, without those that score far behind; none
    when even three do not.
    """
    chances = search.chances
    if chances.possible < cutoffs.answerable:
        return ()
    levels = (
        (chances.one, cutoffs.sure),
        (chances.two, cutoffs.sure_of_two),
        (chances.three, cutoffs.sure_of_three),
    )
    count = next((count for count, (reached, needed) in enumerate(levels, 1) if reached >= needed), 0)
    best = search.matches[0]
    sisters = (match for match in search.matches if match.entry.case.id == best.entry.case.id)
    return tuple(match for match in sisters if match.score >= best.score - FAR)[:count]
