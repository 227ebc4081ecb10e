"""Which places a question names, and whether a case happened there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from content.entries import Place
from content.text import fold

_LONGEST: Final = 12  # characters of a place name


@dataclass(frozen=True, slots=True)
class Ground:
    """What counts as one place when a question names places: its own names, larger ones around it, or one inside."""

    names: frozenset[str]
    covers: frozenset[str]
    inside: frozenset[str]

    def agrees(self, named: frozenset[str]) -> bool:
        """Whether the places named are this one, or a larger one around it and no other within that."""
        return not named.isdisjoint(self.covers) and not self.conflicts(named)

    def conflicts(self, named: frozenset[str]) -> bool:
        """Whether another place is named and this one is not: neither it nor one in it, nor one around it alone."""
        return named.isdisjoint(self.names) and not named <= self.covers | self.inside


class Places:
    """The places of the corpus, larger ones included, and other places of the country.

    Args:
        places: of the cases.
        others: names of places without a case, so that a question about one of them is known to be about it.
        before_others: words before such a name that make it a mere circumstance ("went to Beijing"), not the subject.
    """

    def __init__(self, places: Iterable[Place], others: Iterable[str] = (), before_others: Sequence[str] = ()) -> None:
        self._places = set(places)
        self._known = frozenset().union(*(_covers(place) for place in self._places))
        self._others = _folded(others) - self._known
        self._before_others = tuple(map(fold, before_others))

    def ground(self, place: Place) -> Ground:
        """What counts as that place."""
        names = _folded(place.names)
        inside = (_folded(other.names) for other in self._places if not names.isdisjoint(_folded(other.within)))
        return Ground(names, _covers(place), frozenset().union(*inside))

    def named_in(self, question: str) -> frozenset[str]:
        """The place names standing in a normalised question; a name inside a longer one does not count."""
        found = set()
        at = 0
        while at < len(question):
            name = self._name_at(question, at)
            if name:
                found.add(name)
            at += len(name) or 1
        return frozenset(found)

    def _name_at(self, question: str, at: int) -> str:
        """The longest place name beginning there, or an empty text."""
        for end in range(min(len(question), at + _LONGEST), at + 1, -1):
            name = question[at:end]
            if name in self._known:
                return name
            if name in self._others and not self._by_chance(question, at, end):
                return name
        return ""

    def _by_chance(self, question: str, at: int, end: int) -> bool:
        """Whether the name of a place without a case is no more than a circumstance, or the end of one word and the
        beginning of a place that has a case ("办法灵，武汉" is not about 灵武).
        """
        if question[:at].endswith(self._before_others):
            return True
        return any(
            question[start:stop] in self._known
            for start in range(at + 1, end)
            for stop in range(end + 1, min(len(question), start + _LONGEST) + 1)
        )


def _folded(names: Iterable[str]) -> frozenset[str]:
    return frozenset(fold(name) for name in names) - {""}


def _covers(place: Place) -> frozenset[str]:
    return _folded(place.names) | _folded(place.within)
