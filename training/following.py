"""Learn when a message goes on about the case just talked of: `python -m training.following [encoder …]`.

Reads, besides the corpus and its outside.txt, dialogues.jsonl (later turns with the entries that answer them),
questions/ (new questions after an answer about another case, the one named by `after` or any; and, with the names of
the case taken out, questions that go on about it) and out_of_scope.jsonl. The weights of the search must have been
learnt before.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from bot import encoders, wiring_chat
from content import cues, following, language, library, wording
from content.cues import Cues
from content.library import Library
from content.matching import Answer, Matcher, Search, decide
from content.matching.meaning import FOLDER
from content.matching.names import without_names
from content.matching.scorer import ALONE
from training import fit
from training.train import FOLDS, HERE, SEED, lowest, named, out_of_scope, read

OF_DIALOGUE: Final = 4  # what a turn somebody wrote counts beside a made-up one
AFTER: Final = 3  # cases each message out of scope is put after
FROM_FAMILY: Final = 0.3  # share of new questions put after an answer about a case of the same family
MOST_DRAGGED: Final = 0.01  # share of new questions answered from the case before
MOST_OUTSIDE: Final = 0.05  # share of messages out of scope answered from it
MOST_WRONG: Final = 0.04  # share of questions that go on and are answered with other entries
MOST_WRONG_ALONE: Final = 0.02
KEPT: Final = 0.98  # share of questions that go on that must at least be offered choices from the case

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Example:
    """A message after an answer about a case.

    Attributes:
        right: ids of the entries of that case that answer it; none when it is about something else.
        kind: dialogue, stripped, new or outside.
    """

    text: str
    cases: tuple[str, ...]
    right: frozenset[str]
    kind: str


def examples(matcher: Matcher, corpus: Library, draw: np.random.Generator) -> Iterator[Example]:
    """All of them, in a fixed order."""
    cases = [case.id for case in corpus.cases]
    yield from _turns(matcher, corpus)
    for path in sorted((HERE / "questions").glob("*.jsonl")):
        for row in read(path):
            right = [entry for entry_id in row["entries"] if (entry := corpus.entry(entry_id))]
            if right and right[0].case.id in cases:
                own = right[0].case.id
                before = row.get("after") or _another(own, cases, corpus, draw)
                yield Example(row["q"], (before,), frozenset(), "new")
                if bare := _stripped(row["q"], own, matcher):
                    yield Example(bare, (own,), frozenset(row["entries"]), "stripped")
    for text, _ in out_of_scope():
        for case in draw.choice(cases, AFTER, replace=False):
            yield Example(text, (str(case),), frozenset(), "outside")


def _turns(matcher: Matcher, corpus: Library) -> Iterator[Example]:
    for dialogue in read(HERE / "dialogues.jsonl"):
        before = ""
        for turn in dialogue["turns"]:
            about = next(entry for entry_id in turn["entries"] if (entry := corpus.entry(entry_id))).case.id
            right = frozenset(turn["entries"])
            if before == about:
                yield Example(turn["q"], (before,), right, "dialogue")
            elif before:
                yield Example(turn["q"], (before,), frozenset(), "new")
                if matcher.search(turn["q"]).named:
                    yield Example(turn["q"], (about,), right, "dialogue")
            before = about


def _another(own: str, cases: list[str], corpus: Library, draw: np.random.Generator) -> str:
    kin = [case for family in corpus.families if own in family.cases for case in family.cases if case != own]
    some = kin if kin and draw.random() < FROM_FAMILY else [case for case in cases if case != own]
    return some[int(draw.integers(len(some)))]


def _stripped(question: str, case: str, matcher: Matcher) -> str:
    """The question without the names of its case; empty when it has none or little is left."""
    index = matcher.index
    normal = index.normalise(question)
    bare = "".join(without_names(normal, index.names[index.cases.index(case)]))
    return bare if bare != normal and len(bare) > 2 else ""


@dataclass(frozen=True)
class Measured:
    """All examples as numbers."""

    rows: npt.NDArray[np.float64]
    one: Flags
    two: Flags
    kinds: npt.NDArray[np.str_]
    folds: npt.NDArray[np.int64]
    free: Flags  # the search of the whole corpus does not answer from another case


def measure(made: list[Example], matcher: Matcher, words: Cues, draw: np.random.Generator) -> Measured:
    """Search every message and measure it."""
    order = draw.permutation(len(matcher.index.cases))
    fold_of = {case: int(order[number]) % FOLDS for number, case in enumerate(matcher.index.cases)}
    rows, one, two, free = [], [], [], []
    for example in made:
        alone = matcher.search(example.text, as_new=True)
        inside = matcher.search(example.text, within=example.cases, as_new=True)
        rows.append(following.measure(alone, inside, example.cases, matcher.index, words))
        one.append(_holds(inside, 1, example))
        two.append(_holds(inside, 2, example))
        verdict = decide(alone, matcher.cutoffs)
        free.append(not isinstance(verdict, Answer) or verdict.match.entry.case.id in example.cases)
    kinds = np.array([example.kind for example in made])
    folds = np.array([fold_of[example.cases[0]] for example in made])
    return Measured(np.array(rows, dtype=float), np.array(one), np.array(two), kinds, folds, np.array(free))


def _holds(inside: Search, count: int, example: Example) -> bool:
    return any(match.entry.id in example.right for match in inside.matches[:count])


def _fit(rows: npt.NDArray[np.float64], right: Flags, kinds: npt.NDArray[np.str_]) -> Any:
    weighed = np.repeat(np.arange(len(right)), np.where(kinds == "dialogue", OF_DIALOGUE, 1))
    return fit.logistic(rows[weighed], right[weighed])


def cross_validated(data: Measured, right: Flags) -> npt.NDArray[np.float64]:
    """The probability of every example, by weights that never saw its case."""
    found = np.zeros(len(right))
    for fold in range(FOLDS):
        held = data.folds == fold
        found[held] = fit.probability(data.rows[held], *_fit(data.rows[~held], right[~held], data.kinds[~held]))
    return found


def calibrate(data: Measured) -> tuple[dict[str, float], dict[str, float]]:
    """The lowest limits that keep wrong answers within bounds, and the shares they lead to."""
    one, two = cross_validated(data, data.one), cross_validated(data, data.two)
    of = {kind: data.kinds == kind for kind in ("dialogue", "stripped", "new", "outside")}

    def share(flags: Flags, kind: str) -> float:
        return float(flags[of[kind]].mean())

    def safe(taken: Flags, right: Flags, most_wrong: float) -> bool:
        return (
            share(taken, "new") <= MOST_DRAGGED
            and share(taken, "outside") <= MOST_OUTSIDE
            and share(taken & ~right, "dialogue") <= most_wrong
        )

    def alone(limit: float) -> Flags:
        return (one >= limit) & data.free

    def answers(sure: float, sure_of_two: float) -> Flags:
        return alone(sure) | ((two >= sure_of_two) & data.free)

    sure = lowest(lambda limit: safe(alone(limit), data.one, MOST_WRONG_ALONE))
    sure_of_two = lowest(lambda limit: safe(answers(sure, limit), data.two, MOST_WRONG))
    possible = float(np.round(np.quantile(two[of["dialogue"]], 1 - KEPT), 3))
    answered = answers(sure, sure_of_two)
    right = np.where(alone(sure), data.one, data.two)
    figures = {
        "first": share(data.one, "dialogue"),
        "first_two": share(data.two, "dialogue"),
        "answered_right": share(answered & right, "dialogue"),
        "answered_wrong": share(answered & ~right, "dialogue"),
        "answered_with_one": share(alone(sure), "dialogue"),
        "stripped_answered_right": share(answered & right, "stripped"),
        "new_dragged": share(answered, "new"),
        "outside_answered": share(answered, "outside"),
        "outside_offered_choices": share(~answered & data.free & (two >= possible), "outside"),
    }
    bands = {"sure": sure, "sure_of_two": sure_of_two, "possible": possible}
    return bands, {name: round(value, 4) for name, value in figures.items()}


def train(matcher: Matcher, corpus: Library, words: Cues) -> dict[str, Any]:
    """Everything that stands in the weights file."""
    draw = np.random.default_rng(SEED)
    data = measure(list(examples(matcher, corpus, draw)), matcher, words, draw)
    bands, figures = calibrate(data)
    sums = {}
    for name, right in (("one", data.one), ("two", data.two)):
        weights, bias = _fit(data.rows, right, data.kinds)
        sums[name] = {"bias": round(bias, 4), "weights": named(weights, following.names_of(matcher.index))}
    return {
        "about": "Written by `make train`; do not edit. What each number means: content/following.py",
        **sums,
        "bands": bands,
        "cross_validated": figures,
    }


def main() -> None:
    """Train and write what the arguments name, or all that can be; print the figures."""
    spoken = language.of(wording.DATA)
    words, corpus = cues.load(wording.DATA / "conversation.yaml"), library.load(wording.DATA)
    for name in sys.argv[1:] or [ALONE, *filter(encoders.installed, encoders.PACKAGES)]:
        matcher = wiring_chat.matcher(corpus, spoken, encoders.make(name, Path("var")))
        learnt = train(matcher, corpus, words)
        (FOLDER / f"following-{name}.json").write_text(json.dumps(learnt, indent=2) + "\n", encoding="utf-8")
        sys.stdout.write(f"{name}\n")
        for figure, value in (learnt["bands"] | learnt["cross_validated"]).items():
            sys.stdout.write(f"  {figure:30} {value:.3f}\n")


if __name__ == "__main__":
    main()
