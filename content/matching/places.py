"""Which places a question names, and whether a case happened there."""

from collections.abc import Iterable, Sequence
from typing import Final

from content.entries import Place
from content.text import fold

_LONGEST: Final = 12  # characters of a place name


class Places:
    """The places of the corpus, larger ones included, and other places of the country.

    Args:
        places: of the cases.
        others: names of places without a case, so that a question about one of them is known to be about it.
        before_others: words before such a name that make it a mere circumstance ("went to Beijing"), not the subject.
    """

    def __init__(self, places: Iterable[Place], others: Iterable[str] = (), before_others: Sequence[str] = ()) -> None:
        known = set(places)
        self._names = {place: self._folded(place.names) for place in known}
        self._covers = {place: self._names[place] | self._folded(place.within) for place in known}
        self._within = self._holders(known)
        self._known = frozenset().union(*self._covers.values())
        self._others = self._folded(others) - self._known
        self._before_others = tuple(map(fold, before_others))

    @staticmethod
    def _folded(names: Iterable[str]) -> frozenset[str]:
        return frozenset(fold(name) for name in names) - {""}

    def _holders(self, known: Iterable[Place]) -> dict[str, frozenset[str]]:
        """Name of a place -> the names of places that lie in it."""
        inner: dict[str, set[str]] = {}
        for place in known:
            for around in self._covers[place] - self._names[place]:
                inner.setdefault(around, set()).update(self._names[place])
        return {around: frozenset(names) for around, names in inner.items()}

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
            if name in self._others and not question[:at].endswith(self._before_others):
                return name
        return ""

    def agrees(self, named: frozenset[str], place: Place) -> bool:
        """Whether one of the places named is this one or a larger one around it."""
        return not named.isdisjoint(self._covers[place])

    def conflicts(self, named: frozenset[str], place: Place) -> bool:
        """Whether the question names places and none of them is this one, lies in it or contains it."""
        if not named or self.agrees(named, place):
            return False
        inside = frozenset().union(*(self._within.get(name, frozenset()) for name in self._names[place]))
        return named.isdisjoint(inside)
