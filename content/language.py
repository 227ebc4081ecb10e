"""How members speak: politeness to strip, the words of each command, the ways to pick from a list. Read from
`synonyms.yaml`.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from content.files import ContentError, Sheet
from content.text import Normaliser, fold

COMMANDS: Final = ("help", "catalogue", "popular", "more", "useful", "useless", "privacy")


@dataclass(frozen=True)
class Language:
    """What `synonyms.yaml` says.

    Attributes:
        normalise: folds a text and strips its politeness.
        commands: folded word -> command, one of COMMANDS.
        ordinals: folded way to say it -> position in a list, from 1.
    """

    normalise: Normaliser
    commands: dict[str, str]
    ordinals: dict[str, int]

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


def load(path: Path) -> Language:
    """Read `synonyms.yaml`. Raises ContentError with every problem found."""
    sheet = Sheet(path)
    top = sheet.mapping(sheet.root(), ("politeness", "commands", "picking"))
    politeness = sheet.mapping(top.get("politeness"), ("heads", "tails", "anywhere"))
    heads, tails, anywhere = (sheet.texts(politeness.get(key)) for key in ("heads", "tails", "anywhere"))
    command_nodes = sheet.mapping(top.get("commands"), COMMANDS)
    commands = {fold(word): name for name, node in command_nodes.items() for word in sheet.texts(node) if fold(word)}
    picking = sheet.mapping(top.get("picking"), ("numerals", "forms"))
    numerals, forms = (sheet.texts(picking.get(key)) for key in ("numerals", "forms"))
    if sheet.problems:
        raise ContentError(sheet.problems)
    ordinals = {
        fold(form.replace("#", written)): number
        for form in forms
        for number, numeral in enumerate(numerals, 1)
        for written in (numeral, str(number))
    }
    return Language(Normaliser(heads, tails, anywhere), commands, ordinals)
