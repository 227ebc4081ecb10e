"""Names that several cases share: which of them a question says, and how much else it says."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from content.entries import Entry, Family


@dataclass(frozen=True, slots=True)
class Kin:
    """A family as the matcher sees it.

    Attributes:
        names: normalised.
        cases: ids, the most typical first.
        overview: says which places do it; None when nobody wrote one.
    """

    names: tuple[str, ...]
    cases: tuple[str, ...]
    overview: Entry | None

    def named_in(self, question: str) -> str:
        """The longest of the names that stands in a normalised question; empty when none does."""
        return max((name for name in self.names if name in question), key=len, default="")


class Families:
    """All families.

    Args:
        families: as the editors keep them.
        normalise: what questions went through.
    """

    def __init__(self, families: Sequence[Family], normalise: Callable[[str], str]) -> None:
        self._all = tuple(
            Kin(tuple(map(normalise, family.names)), family.cases, family.overview) for family in families
        )
        self.names = frozenset(name for kin in self._all for name in kin.names)
        self.overviews = frozenset(kin.overview.case.id for kin in self._all if kin.overview)

    def named_in(self, question: str) -> Kin | None:
        """The family whose name stands in a normalised question; of several the one with the longest name, the first
        of those.
        """
        named = [(len(name), kin) for kin in self._all if (name := kin.named_in(question))]
        return max(named, key=lambda found: found[0])[1] if named else None

    def of_overview(self, entry: Entry) -> Kin | None:
        """The family whose overview this entry is."""
        return next((kin for kin in self._all if kin.overview and kin.overview.id == entry.id), None)
