"""How members speak: politeness to strip, the words of each command, the ways to pick from a list. Read from
`synonyms.yaml`.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from content.files import ContentError, Sheet, read_lines
from content.text import Normaliser, fold

COMMANDS: Final = ("help", "catalogue", "popular", "more", "useful", "useless", "privacy")


@dataclass(frozen=True)
class Language:
    """What `synonyms.yaml` says.

    Attributes:
        normalise: folds a text and strips its politeness.
        commands: folded word -> command, one of COMMANDS.
        ordinals: folded way to say it -> position in a list, from 1.
        asks: what a question may be after (who, why, how many …), each with the folded words that show it.
        regions: names of places all over the country.
        before_regions: words that, before the name of a region, make it a mere circumstance ("went to").
    """

    normalise: Normaliser
    commands: dict[str, str]
    ordinals: dict[str, int]
    asks: tuple[tuple[str, tuple[str, ...]], ...] = ()
    regions: tuple[str, ...] = ()
    before_regions: tuple[str, ...] = ()

    def command(self, text: str) -> str | None:
        """The command this message is, if it is one and nothing else."""
        return self.commands.get(fold(text))

    def catalogue_of(self, text: str) -> str | None:
        """What follows the catalogue word ("目录 咸宁" -> "咸宁"), folded; None if the message does not begin with
        one.
        """
        first, _, rest = text.strip().partition(" ")
        return fold(rest) if rest and self.command(first) == "catalogue" else None

    def position(self, text: str) -> int | None:
        """Which item of the last list the message picks ("2", "２", "二", "第二个", "选2"), from 1; None if it picks
        none.
        """
        folded = fold(text)
        if folded in self.ordinals:
            return self.ordinals[folded]
        return int(folded) if re.fullmatch(r"[0-9]{1,2}", folded) and int(folded) > 0 else None


def load(path: Path, regions: Path | None = None) -> Language:
    """Read `synonyms.yaml`, and `regions.txt` (a name a line; # begins a remark). Raises ContentError."""
    sheet = Sheet(path)
    top = sheet.mapping(sheet.root(), ("politeness", "commands", "picking", "asks", "before_regions"))
    politeness = sheet.mapping(top.get("politeness"), ("heads", "tails", "anywhere"))
    heads, tails, anywhere = (sheet.texts(politeness.get(key)) for key in ("heads", "tails", "anywhere"))
    command_nodes = sheet.mapping(top.get("commands"), COMMANDS)
    commands = {fold(word): name for name, node in command_nodes.items() for word in sheet.texts(node) if fold(word)}
    picking = sheet.mapping(top.get("picking"), ("numerals", "forms"))
    numerals, forms = (sheet.texts(picking.get(key)) for key in ("numerals", "forms"))
    asks = {name: sheet.texts(node) for name, node in sheet.mapping(top.get("asks"), optional=None).items()}
    if sheet.problems:
        raise ContentError(sheet.problems)
    ordinals = {
        fold(form.replace("#", written)): number
        for form in forms
        for number, numeral in enumerate(numerals, 1)
        for written in (numeral, str(number))
    }
    folded = tuple((name, tuple(filter(None, map(fold, words)))) for name, words in asks.items())
    before = sheet.texts(top.get("before_regions"))
    normalise = Normaliser(heads, tails, anywhere)
    return Language(normalise, commands, ordinals, folded, read_lines(regions) if regions else (), before)
