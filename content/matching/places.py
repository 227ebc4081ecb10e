"""Which places a question names, and whether a case happened there."""

from collections.abc import Iterable

from content.entries import Place
from content.text import fold


class Places:
    """The places of the corpus, larger ones included."""

    def __init__(self, places: Iterable[Place]) -> None:
        known = set(places)
        self._names = {place: self._folded(place.names) for place in known}
        self._covers = {place: self._names[place] | self._folded(place.within) for place in known}
        self._all = sorted(frozenset().union(*self._covers.values()), key=lambda name: (-len(name), name))

    @staticmethod
    def _folded(names: Iterable[str]) -> frozenset[str]:
        return frozenset(fold(name) for name in names) - {""}

    def named_in(self, question: str) -> frozenset[str]:
        """The place names standing in a normalised question; a name inside a longer one does not count twice."""
        found = set()
        for name in self._all:
            if name in question:
                found.add(name)
                question = question.replace(name, "\n")
        return frozenset(found)

    def conflict(self, named: frozenset[str], place: Place) -> bool:
        """Whether the question names places and none of them is this one, lies in it or contains it."""
        if not named or named & self._covers[place]:
            return False
        return not any(
            named & self._names[other] and self._names[place] & self._covers[other] for other in self._covers
        )
