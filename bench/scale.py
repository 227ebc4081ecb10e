"""How the search grows: time to build, memory, and time of a search at 1k, 10k, 100k and 1M phrasings, beside peers.

    python -m bench.scale [--sizes 1000,10000] [--encoder] [--peers]

The corpus is synthetic: cases of seven entries of seven phrasings, spliced from the halves of real phrasings with
made-up names in them, so that the terms are as common as in life. Each size runs in a process of its own, on one
core; questions are phrasings with a character dropped. The first hundred searches are not counted. With --encoder the
questions are encoded; the vectors of the made-up phrasings are mixtures of two real ones, for encoding a million of
them would take half an hour. p50 and p99 are milliseconds of processor time of a search, so that other work on the
machine hardly counts.
"""

import argparse
import gc
import json
import random
import resource
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from rapidfuzz import fuzz, process

from bot import encoders
from bot.evaluate import percentile
from bot.table import rows
from content import language, library, wording
from content.entries import Case, Entry, Place, Source
from content.matching import Index, Matcher, scorer
from content.matching.meaning import FOLDER, load_space
from content.matching.terms import Floats

SEED: Final = 20261121
ENTRIES: Final = 7  # in a case
PHRASINGS: Final = 7  # of an entry, the standard question included
WARM: Final = 100  # searches before those that count
COUNTED: Final = 300
SURNAMES: Final = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张"


def entries(phrasings: int) -> Iterator[Entry]:
    """So many phrasings in made-up entries; the same ones every time."""
    chance = random.Random(SEED)
    real = [text for entry in library.load(wording.DATA).entries for text in entry.wordings]
    for number in range(max(phrasings // PHRASINGS, 1)):
        case_number = number // ENTRIES
        if number % ENTRIES == 0:
            name = "".join(chance.choice(SURNAMES) for _ in range(2)) + chance.choice(
                ("工作法", "模式", "行动", "机制")
            )
            case = Case(f"case-{case_number}", name, Place(f"{name[:2]}县"), Source("a.txt", 1, 2))

        def wordings(named: str = name) -> Iterator[str]:
            for _ in range(PHRASINGS):
                one, other = chance.choice(real), chance.choice(real)
                yield f"{chance.choice((named, ''))}{one[: len(one) // 2]}{other[len(other) // 2 :]}"

        question, *more = wordings()
        answer = chance.choice(real) + chance.choice(real)
        yield Entry(f"e{number}", case, question, tuple(more), answer, ((1, 2),), overview=number % ENTRIES == 0)


class Mixing:
    """The real encoder for questions; for the corpus, mixtures of vectors that come with the product."""

    name = "use"

    def __init__(self) -> None:
        encoder = encoders.make(self.name, Path("var"))
        assert encoder is not None
        self.question = encoder.question
        with np.load(next(FOLDER.glob(f"vectors-{self.name}-*.npz"))) as file:
            self._real = file["vectors"]

    def corpus(self, texts: Sequence[str]) -> Floats:
        """One row a text, of length 1; equal texts have equal rows."""
        chosen = [divmod(zlib.crc32(text.encode()), len(self._real)) for text in texts]
        one, other = (self._real[[pair[at] % len(self._real) for pair in chosen]].astype(np.float32) for at in (0, 1))
        mixed = one + other
        return np.asarray(mixed / np.linalg.norm(mixed, axis=1, keepdims=True), dtype=np.float32)


def timed(search: Callable[[str], Any], texts: list[str]) -> tuple[float, float]:
    """Milliseconds of a search: half of them take no longer, and 99 of 100."""
    chance = random.Random(SEED)
    asked = [text[:at] + text[at + 1 :] for text in texts for at in [chance.randrange(max(len(text), 1))]]
    for text in asked[:WARM]:
        search(text)
    taken = []
    for text in asked[WARM:]:
        begun = time.process_time()
        search(text)
        taken.append((time.process_time() - begun) * 1000)
    return percentile(taken, 0.5), percentile(taken, 0.99)


def mebibytes() -> float:
    """The most memory this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(phrasings: int, encoder: bool, peers: bool) -> dict[str, float]:
    """One size, in this process."""
    spoken = language.of(wording.DATA)
    made = list(entries(phrasings))
    vectors = Mixing() if encoder else None
    begun = time.perf_counter()
    name = vectors.name if vectors else scorer.ALONE
    matcher = Matcher(Index(made, spoken, vectors, load_space(name) if vectors else None), scorer.load(name))
    built = time.perf_counter() - begun
    gc.freeze()  # as the server does
    chance = random.Random(SEED + 1)
    texts = [chance.choice(chance.choice(made).wordings) for _ in range(WARM + COUNTED)]
    found = {"build, s": built, "MiB": mebibytes()}
    found["p50"], found["p99"] = timed(matcher.search, texts)
    if peers:
        wordings = [text for entry in made for text in entry.wordings]
        for peer in (fuzz.ratio, fuzz.WRatio):
            scan = lambda text, scorer=peer: process.extractOne(text, wordings, scorer=scorer)  # noqa: E731
            some = texts[: WARM + 40] if phrasings > 20_000 else texts
            found[f"{peer.__name__} p50"], found[f"{peer.__name__} p99"] = timed(scan, some)
    return {key: round(value, 2) for key, value in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1000,10000,100000,1000000")
    parser.add_argument("--encoder", action="store_true", help="search by meaning as well")
    parser.add_argument("--peers", action="store_true", help="measure rapidfuzz over the same phrasings")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    sizes = [int(size) for size in chosen.sizes.split(",")]
    if chosen.one:
        sys.stdout.write(json.dumps(measure(sizes[0], chosen.encoder, chosen.peers)))
        return
    flags = [flag for flag in ("encoder", "peers") if getattr(chosen, flag)]
    command = [sys.executable, "-m", "bench.scale", "--one", *(f"--{flag}" for flag in flags)]
    results = []
    for size in sizes:
        ran = subprocess.run([*command, "--sizes", str(size)], check=True, stdout=subprocess.PIPE)
        results.append({"phrasings": size} | json.loads(ran.stdout))
    sys.stdout.write(rows([list(results[0]), *([str(value) for value in row.values()] for row in results)]) + "\n")


if __name__ == "__main__":
    main()
