"""Finding the right entry: this product's search beside what one would try first. All read the same phrasings.

    python -m bench.matching [FILE…]

Two tables. Held-out phrasings: one phrasing of every entry is taken out of the corpus and asked, clean and spoilt
(a homophone, a dropped character, traditional script, filler; seeded). Labelled questions: the files named, in the
form `eval` takes; right = the entry's answer holds the facts asked for. Both count the first entry found and the first
three. Peers: rapidfuzz `ratio` and `WRatio` over all phrasings, TF-IDF of one to three characters, BM25 of characters
and pairs (bm25s, when it is installed). Encoders that are not installed are left out.
"""

import argparse
import importlib
import importlib.util
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import scipy.sparse
from rapidfuzz import fuzz, process

from bot import encoders, wiring_chat
from bot.evaluate import holds, read
from bot.table import rows
from content import language, library, wording
from content.entries import Entry
from content.matching.terms import terms
from content.text import fold
from training.noise import Spoiler

SEED: Final = 20261121
FIRST: Final = 3

Rank = Callable[[str], Sequence[Entry]]  # best first


@dataclass(frozen=True)
class Asked:
    """A question and how to tell whether an entry answers it."""

    text: str
    right: Callable[[Entry], bool]


class Peer:
    """Ranks entries by their best phrasing.

    Args:
        score: of a folded question: one number a phrasing.
    """

    def __init__(self, entries: Sequence[Entry], score: Callable[[Sequence[str]], Callable[[str], Any]]) -> None:
        self._owner = [entry for entry in entries for _ in entry.wordings]
        self._score = score([fold(text) for entry in entries for text in entry.wordings])

    def __call__(self, text: str) -> list[Entry]:
        """The first three entries."""
        scores = np.asarray(self._score(fold(text)))
        found: dict[str, Entry] = {}
        for at in np.argsort(-scores, kind="stable"):
            found.setdefault(self._owner[at].id, self._owner[at])
            if len(found) == FIRST:
                break
        return list(found.values())


def rapidfuzz(scorer: Callable[..., float]) -> Callable[[Sequence[str]], Callable[[str], Any]]:
    return lambda wordings: lambda text: process.cdist([text], wordings, scorer=scorer)[0]


def tf_idf(wordings: Sequence[str]) -> Callable[[str], Any]:
    """Cosine of character n-grams (1 to 3), weighed by their rarity."""

    def grams(text: str) -> list[str]:
        return [text[at : at + size] for size in (1, 2, 3) for at in range(len(text) - size + 1)]

    numbers: dict[str, int] = {}
    held = [[numbers.setdefault(gram, len(numbers)) for gram in grams(text)] for text in wordings]
    bounds = np.cumsum([0, *map(len, held)])
    found = np.concatenate([np.array(row, dtype=np.int64) for row in held])
    counts = scipy.sparse.csr_matrix((np.ones(len(found)), found, bounds), (len(wordings), len(numbers)))
    counts.sum_duplicates()
    idf = np.log((1 + len(wordings)) / (1 + np.bincount(counts.indices, minlength=len(numbers)))) + 1
    weighed = counts @ scipy.sparse.diags(idf)
    lengths = np.sqrt(weighed.multiply(weighed).sum(axis=1)).A1
    table = scipy.sparse.diags(1 / np.maximum(lengths, 1e-9)) @ weighed

    def score(text: str) -> Any:
        asked = np.zeros(len(numbers))
        for gram in grams(text):
            if gram in numbers:
                asked[numbers[gram]] += idf[numbers[gram]]
        return table @ asked

    return score


def bm25(wordings: Sequence[str]) -> Callable[[str], Any]:
    """BM25 of characters and pairs of neighbours, by bm25s."""
    index = importlib.import_module("bm25s").BM25()
    index.index([sorted(terms(text)) for text in wordings], show_progress=False)
    return lambda text: index.get_scores(sorted(terms(text)) or [""])


def methods(corpus: library.Library) -> Iterator[tuple[str, Rank]]:
    """Every way to search this corpus, by name; made one after the other."""
    entries = corpus.all_entries
    yield "rapidfuzz ratio", Peer(entries, rapidfuzz(fuzz.ratio))
    yield "rapidfuzz WRatio", Peer(entries, rapidfuzz(fuzz.WRatio))
    yield "TF-IDF", Peer(entries, tf_idf)
    if importlib.util.find_spec("bm25s"):
        yield "bm25s", Peer(entries, bm25)
    spoken = language.of(wording.DATA)
    for name in ("none", *filter(encoders.installed, ("use",))):
        matcher = wiring_chat.matcher(corpus, spoken, encoders.make(name, Path("var")))
        yield (
            f"ours, {name}",
            lambda text, search=matcher.search: [match.entry for match in search(text, FIRST).matches],
        )


def held_out(corpus: library.Library) -> tuple[library.Library, list[tuple[str, str]]]:
    """The corpus without one phrasing of each entry that has at least three; and these phrasings with their entries."""
    chance = random.Random(SEED)
    asked: list[tuple[str, str]] = []

    def without(entry: Entry) -> Entry:
        if len(entry.phrasings) < 3:
            return entry
        taken = chance.randrange(len(entry.phrasings))
        asked.append((entry.phrasings[taken], entry.id))
        return replace(entry, phrasings=entry.phrasings[:taken] + entry.phrasings[taken + 1 :])

    left = replace(corpus, entries=tuple(map(without, corpus.entries)))
    return left, asked


def labelled(paths: Sequence[Path]) -> list[Asked]:
    """The labelled questions of the files."""
    found = (row for path in paths for row in read(path) if "must" in row)
    return [Asked(row["q"], lambda entry, must=row["must"]: holds(entry.answer, must)) for row in found]


def slices(asked: Sequence[Asked], spoiler: Spoiler) -> dict[str, list[Asked]]:
    """The questions as they are, and spoilt in each way."""
    spoilt = {
        kind: [replace(one, text=spoil(one.text)) for one in asked] for kind, spoil in sorted(spoiler.kinds.items())
    }
    return {"clean": list(asked), **spoilt}


def hits(rank: Rank, asked: Sequence[Asked]) -> str:
    """Share of questions whose first entry is right, and one of whose first three is."""
    found = [[one.right(entry) for entry in rank(one.text)[:FIRST]] for one in asked]
    first, any_of = sum(right[:1] == [True] for right in found), sum(map(any, found))
    return f"{first / len(asked):.1%} / {any_of / len(asked):.1%}"


def table(title: str, corpus: library.Library, questions: dict[str, list[Asked]]) -> None:
    sys.stdout.write(f"\n{title}: first right / one of three\n")
    body = [[name, *(hits(rank, asked) for asked in questions.values())] for name, rank in methods(corpus)]
    sys.stdout.write(rows([["", *questions], *body]) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--every", type=int, default=1, help="only every n-th held-out phrasing")
    chosen = parser.parse_args()
    corpus = library.load(wording.DATA)
    spoiler = Spoiler([text for entry in corpus.all_entries for text in entry.wordings], SEED)
    left, taken = held_out(corpus)
    asked = [Asked(text, lambda entry, wanted=wanted: entry.id == wanted) for text, wanted in taken[:: chosen.every]]
    table(f"{len(asked)} held-out phrasings", left, slices(asked, spoiler))
    if chosen.files:
        questions = labelled(chosen.files)
        table(f"{len(questions)} labelled questions", corpus, slices(questions, spoiler))


if __name__ == "__main__":
    main()
