"""What a message means, alone or after what was talked of: a search and a verdict. No sentence is written here."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from content import following
from content.entries import Entry
from content.matching import Answer, Choices, Elsewhere, Match, Search, Several, Verdict, decide
from content.matching.decide import MAX_CHOICES
from content.matching.names import without_names
from content.text import fold
from handlers.messages import Memory
from handlers.services import Services

INSIDE: Final = 2  # choices from the remembered case before others are offered
LIKELIER: Final = 0.5  # than not: what fits several cases by itself goes on about the last one only from here


@dataclass(frozen=True, slots=True)
class Understood:
    """What a message means.

    Attributes:
        search: the one the verdict rests on.
        cases: ids of the cases it was taken to go on about; none when it was understood by itself.
        odds: then, how likely the best entry of these cases answers it, and the best two together.
    """

    search: Search
    verdict: Verdict
    cases: tuple[str, ...] = ()
    odds: tuple[float, float] = (0.0, 0.0)


def understand(text: str, memory: Memory, services: Services) -> Understood:
    """Search the message alone; after an answer also as one that goes on from it."""
    alone = services.matcher.search(text)
    verdict = decide(alone, services.matcher.cutoffs)
    by_itself = Understood(alone, verdict)
    if not memory.cases or _is_a_question_of_ours(alone):
        return by_itself
    moved = _to_another_place(text, by_itself, memory, services)
    return moved or _inside(text, by_itself, memory.cases, services)


def _is_a_question_of_ours(search: Search) -> bool:
    """Whether a standard question was sent, to the letter, as a tap on it does."""
    return search.confidence == 1.0 and fold(search.matches[0].entry.question) == fold(search.matches[0].wording)


def _inside(text: str, by_itself: Understood, cases: tuple[str, ...], services: Services) -> Understood:
    """The message as one about these cases, if that is likely; else by itself."""
    learnt, alone = services.following, by_itself.search
    inside = services.matcher.search(text, within=cases)
    if not inside.matches:
        return by_itself
    if _names_their_family(text, alone, cases, services):
        alone = inside
    row = following.measure(alone, inside, cases, services.matcher.index, services.cues)
    one, two = learnt.one(row), learnt.two(row)
    if alone is not inside and _stands_by_itself(by_itself.verdict, two):
        return by_itself
    if one >= learnt.bands.sure:
        return Understood(inside, Answer(inside.matches[0]), cases, (one, two))
    if two >= learnt.bands.sure_of_two:
        return Understood(inside, _together(inside), cases, (one, two))
    if two >= learnt.bands.possible:
        return Understood(inside, _mixed(inside, by_itself), cases, (one, two))
    return by_itself


def _stands_by_itself(verdict: Verdict, two: float) -> bool:
    """Whether a message needs nothing said before: it is surely answered, or it fits several cases and those talked of
    hardly answer it.
    """
    return isinstance(verdict, Answer) or (isinstance(verdict, Several) and two < LIKELIER)


def _names_their_family(text: str, alone: Search, cases: Collection[str], services: Services) -> bool:
    """Whether all that is said is a name these cases share with others: among them, it means theirs."""
    best = alone.matches[0].entry.case.id if alone.matches else ""
    families = [family for family in services.library.families if family.id == best and set(cases) & set(family.cases)]
    return any(services.cues.asks_nothing(text, family.names) for family in families) and best not in cases


def _together(inside: Search) -> Verdict:
    """The best two entries, when they are of one case; else the member chooses."""
    first, *rest = inside.matches
    second = rest[0] if rest else None
    if second and second.entry.case.id != first.entry.case.id:
        return Choices(inside.matches[:MAX_CHOICES])
    return Answer(first, (second,) if second else ())


def _mixed(inside: Search, by_itself: Understood) -> Choices:
    """What the cases talked of offer first, then the best of the rest."""
    others = by_itself.verdict.matches if isinstance(by_itself.verdict, Choices | Several) else ()
    mine = inside.matches[: INSIDE if others else MAX_CHOICES]
    told = {match.entry.id for match in mine}
    return Choices((*mine, *(match for match in others if match.entry.id not in told))[: MAX_CHOICES + 1])


def _to_another_place(text: str, by_itself: Understood, memory: Memory, services: Services) -> Understood | None:
    """The last question again ("and Jingmen?"), or this one, about the practice of the place named.

    None when no other place is named, or when the message stands by itself.
    """
    named = by_itself.search.named
    if not named or not _conflicts(named, memory.cases, services):
        return None
    there = cases_at(named, services)
    last = services.library.entry(memory.entry_id)
    bare = services.cues.asks_nothing(text, named)
    if not there:
        place = max(named, key=lambda name: (len(name), name))
        return Understood(by_itself.search, Elsewhere(Match(last, 0.0, ""), place)) if last and bare else None
    kin = likes_at(there, text, memory, services)
    if isinstance(by_itself.verdict, Answer) and not bare:
        return None
    if bare and not kin:
        return None
    asked = f"{max(named, key=len)}{_question_left(last, services)}" if bare and last else text
    alone = services.matcher.search(asked)
    found = _inside(asked, Understood(alone, decide(alone, services.matcher.cutoffs)), kin or there, services)
    if found.cases or isinstance(found.verdict, Answer) or not kin:
        return found
    inside = services.matcher.search(asked, within=kin)
    return Understood(inside, Choices(inside.matches[:MAX_CHOICES]), kin) if inside.matches else None


def _conflicts(named: frozenset[str], cases: Collection[str], services: Services) -> bool:
    index = services.matcher.index
    return all(index.grounds[number].conflicts(named) for number, case in enumerate(index.cases) if case in cases)


def cases_at(named: Collection[str], services: Services) -> tuple[str, ...]:
    """Ids of the cases that happened at one of these places (folded names), or in places inside them."""
    found = (case.id for name in named for case in services.library.cases_of_place(name))
    return tuple(dict.fromkeys(found))


def likes_at(there: Collection[str], text: str, memory: Memory, services: Services) -> tuple[str, ...]:
    """Which of the cases there are of a family with the remembered ones, a family named in the message, in the last
    question or in the name of its case. Ids, the most typical first; of several families the one with the fewest there.
    """
    last = services.library.entry(memory.entry_id)
    said = fold("".join([text, *([last.question, *last.case.names] if last else [])]))
    families = [family for family in services.library.families if not set(memory.cases).isdisjoint(family.cases)]
    named = [family.cases for family in families if any(fold(name) in said for name in family.names)]
    likes = (tuple(case for case in cases if case in there and case not in memory.cases) for cases in named)
    return min(filter(None, likes), key=len, default=())


def _question_left(entry: Entry | None, services: Services) -> str:
    """The entry's question without the names of its place, so that it can be asked of another."""
    if entry is None:
        return ""
    places = [fold(name) for name in (*entry.case.place.names, *entry.case.place.within)]
    return "".join(without_names(services.matcher.index.normalise(entry.question), places))
