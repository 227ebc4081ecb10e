"""Learn the weights of the scorer and calibrate its bands: `make train`.

Reads the corpus and the questions in this folder, writes `content/matching/weights/`: one set for matching without an
encoder and one for each encoder that is installed. Everything is seeded: the same files give the same weights. Figures
are from cross-validation over cases: a question is judged by weights that never saw its case. The labelled questions
used for measuring the product stand elsewhere and are never read here.
"""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from bot import encoders
from content import language, library, wording
from content.files import read_lines
from content.matching import Index
from content.matching.features import Measured, measure, names_of, names_of_fit
from content.matching.features import fit as measure_fit
from content.matching.meaning import FOLDER, load_space
from content.matching.scorer import ALONE
from content.matching.spread import SPREAD, spread
from training import fit, space
from training.noise import Spoiler

HERE: Final = Path(__file__).parent
FOLDS: Final = 5
SEED: Final = 20261121
LIMITS: Final = {  # probabilities; what they lead to in cross-validation stands beside the weights
    "sure": 0.98,  # one answer alone must be right: a second one beside it costs a member less than a wrong one
    "sure_of_two": 0.95,
    "sure_of_three": 0.8,
    "likely": 0.95,
    "answerable": 0.9,
}
MOST_VAGUE: Final = 0.15  # share of clear questions taken to fit several cases; many of them name none
MOST_OUTSIDE_VAGUE: Final = 0.01  # share of messages out of scope that are offered cases nevertheless
GIBBERISH: Final = 60  # messages of characters at random
KEPT: Final = 0.985  # share of questions in scope that must stay above the limit for offering choices

Rows = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Example:
    """A measured question. `right` are the entries that answer it (none: out of scope), `fold` its part in
    validation.
    """

    measured: Measured
    right: frozenset[str]
    fold: int
    kind: str
    text: str  # normalised
    vague: bool = False  # several cases fit; `right` is empty, but it is in scope
    turn: bool = False  # goes on about a case; alone it hardly says what it is about


def read(path: Path) -> list[dict[str, Any]]:
    """The rows of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def examples(index: Index) -> list[Example]:
    """Every question and one noisy copy of it, and every message out of scope; folds are whole cases."""
    asked = [(path.stem, row) for path in sorted((HERE / "questions").glob("*.jsonl")) for row in read(path)]
    asked = [(case, row) for case, row in asked if row["entries"]]
    spoiler = Spoiler([row["q"] for _, row in asked] + list(index.wordings), SEED)
    noisy = spoiler.one_of_each([row["q"] for _, row in asked])
    order = np.random.default_rng(SEED).permutation(len(index.cases))
    fold_of = {case: int(order[number]) % FOLDS for number, case in enumerate(index.cases)}
    made = []
    for (case, row), (_, copy) in zip(asked, noisy, strict=True):
        right = frozenset(row["entries"])
        made += [_example(text, index, fold_of[case], row["style"], right) for text in (row["q"], copy)]
    for number, row in enumerate(later_turns()):
        made.append(replace(_example(row["q"], index, number % FOLDS, "turn", frozenset(row["entries"])), turn=True))
    for number, (text, kind) in enumerate(out_of_scope()):
        made.append(_example(text, index, number % FOLDS, kind))
    for number, text in enumerate(spoiler.gibberish(GIBBERISH)):
        made.append(_example(text, index, number % FOLDS, "hostile"))
    for number, row in enumerate(read(HERE / "ambiguous.jsonl")):
        made.append(replace(_example(row["q"], index, number % FOLDS, "ambiguous"), vague=True))
    return [example for example in made if len(example.measured.numbers)]


def later_turns() -> list[dict[str, Any]]:
    """What was said after the first turn of each dialogue, here without what went before."""
    return [turn for dialogue in read(HERE / "dialogues.jsonl") for turn in dialogue["turns"][1:]]


def out_of_scope() -> list[tuple[str, str]]:
    """Messages without an answer, each with its kind; wrong premises are for `Places` and not among them."""
    known = [(text, "known") for text in read_lines(wording.DATA / "outside.txt")]
    return known + [
        (row["q"], row["type"]) for row in read(HERE / "out_of_scope.jsonl") if row["type"] != "wrong-premise"
    ]


def _example(text: str, index: Index, fold: int, kind: str, right: frozenset[str] = frozenset()) -> Example:
    question = index.repaired(index.normalise(text))
    return Example(measure(question, index, as_new=True), right, fold, kind, question)


def right_candidates(example: Example, index: Index) -> Flags:
    """Which of the candidates answer the question."""
    return np.array([index.entries[number].id in example.right for number in example.measured.numbers])


def train_ranking(chosen: Sequence[Example], index: Index) -> Rows:
    """Score weights from the questions in scope."""
    groups = [(e.measured.features.astype(float), right_candidates(e, index)) for e in chosen if e.right and not e.turn]
    return fit.ranking(groups)


@dataclass(frozen=True)
class Judged:
    """The best candidates of every example, by weights that never saw its case."""

    rows: Rows  # as `features.fit` makes them
    one: Flags  # the best candidate is right
    two: Flags  # the best or the next of its case is right
    three: Flags  # the best or one of the next two of its case is right
    clear: Flags  # in scope, and of one case
    vague: Flags  # in scope, and of several
    turns: Flags  # in scope only with what went before
    elsewhere: Flags  # names another place than the best candidate's
    first_three: Flags
    folds: npt.NDArray[np.int64]
    made: Sequence[Example]
    scores: Sequence[Rows]

    @property
    def in_scope(self) -> Flags:
        """The corpus has an answer."""
        return self.clear | self.vague


def judge(made: Sequence[Example], index: Index) -> Judged:
    """Cross-validate the ranking over the folds."""
    weights = [train_ranking([e for e in made if e.fold != fold], index) for fold in range(FOLDS)]
    columns: list[tuple[Any, ...]] = []
    for example in made:
        scores = example.measured.features @ weights[example.fold]
        cases = index.case_of[example.measured.numbers]
        order = np.argsort(-scores, kind="stable")
        right = right_candidates(example, index)[order]
        sisters = right[cases[order] == cases[order[0]]]
        elsewhere = index.grounds[cases[order[0]]].conflicts(example.measured.named)
        levels = [sisters[:count].any() for count in (1, 2, 3)]
        scope = [bool(example.right) and not example.turn, example.vague, example.turn]
        flags = [*levels, *scope, elsewhere, right[:3].any()]
        columns.append((measure_fit(example.measured, scores, index), *flags, example.fold, scores))
    rows, *flags, folds, scores = zip(*columns, strict=True)
    arrays = [np.array(flag, dtype=bool) for flag in flags]
    return Judged(np.array(rows, dtype=float), *arrays, np.array(folds), made, scores)


def crossed(rows: Rows, right: Flags, folds: npt.NDArray[np.int64], taught: Flags | None = None) -> Rows:
    """The probability of every row, by a logistic that never saw its fold; `taught` = rows it may learn from."""
    taught = np.ones(len(right), dtype=bool) if taught is None else taught
    found = np.zeros(len(right))
    for fold in range(FOLDS):
        known = taught & (folds != fold)
        found[folds == fold] = fit.probability(rows[folds == fold], *fit.logistic(rows[known], right[known]))
    return found


def spreads(judged: Judged, one: Rows, possible: Rows, index: Index) -> Rows:
    """For every example what tells whether it fits several cases."""
    pairs = list(zip(one.tolist(), possible.tolist(), strict=True))
    rows = [
        spread(example.text, index.families.named_in(example.text), example.measured, scores, index, chances)
        for example, scores, chances in zip(judged.made, judged.scores, pairs, strict=True)
    ]
    return np.array(rows, dtype=float)


@dataclass(frozen=True)
class Crossed:
    """The probabilities of every example by weights that never saw it."""

    one: Rows
    two: Rows
    three: Rows
    possible: Rows
    several: Rows


def calibrate(judged: Judged, by: Crossed) -> tuple[dict[str, float], dict[str, float]]:
    """The limits, and the shares of questions and messages they lead to."""
    clear, outside = judged.clear, ~judged.in_scope & ~judged.turns
    possible = float(np.round(np.quantile(by.possible[judged.in_scope], 1 - KEPT), 3))
    several = lowest(lambda limit: (by.several >= limit)[clear].mean() <= MOST_VAGUE)
    doubtful = outside & (by.possible < possible)
    surely_several = lowest(lambda limit: (by.several >= limit)[doubtful].mean() <= MOST_OUTSIDE_VAGUE)
    answerable = ~judged.elsewhere & (by.possible >= LIMITS["answerable"])
    one = answerable & (by.one >= LIMITS["sure"])
    two = answerable & ~one & (by.two >= LIMITS["sure_of_two"])
    three = answerable & ~one & ~two & (by.three >= LIMITS["sure_of_three"])
    right = (one & judged.one) | (two & judged.two) | (three & judged.three)
    answered = one | two | three
    measured = {
        "first": judged.one[clear].mean(),
        "first_three": judged.first_three[clear].mean(),
        "answered_right": right[clear].mean(),
        "answered_wrong": (answered & ~right)[clear].mean(),
        "answered_with_two": two[clear].mean(),
        "answered_with_three": three[clear].mean(),
        "turns_answered_wrong": (answered & ~right)[judged.turns].mean(),
        "out_of_scope_answered": answered[outside].mean(),
        "out_of_scope_offered_choices": (~judged.elsewhere & ~answered & (by.possible >= possible))[outside].mean(),
        "vague_known": (by.several >= several)[judged.vague].mean(),
        "vague_refused": ((by.possible < possible) & (by.several < surely_several))[judged.vague].mean(),
        "clear_taken_for_vague": (by.several >= several)[clear].mean(),
    }
    cutoffs = LIMITS | {"possible": possible, "several": several, "surely_several": surely_several}
    return cutoffs, {name: round(float(value), 4) for name, value in measured.items()}


def lowest(fits: Callable[[float], bool]) -> float:
    """The lowest limit from which on every higher one fits; 1 when none does."""
    found = 1.0
    for limit in np.round(np.arange(0.99, 0.04, -0.01), 2):
        if not fits(float(limit)):
            break
        found = float(limit)
    return found


def named(values: Rows, names: Sequence[str]) -> dict[str, float]:
    """Weights by name, readable."""
    return {name: round(float(value), 4) for name, value in zip(names, values, strict=True)}


def train(index: Index) -> dict[str, Any]:
    """Everything that stands in the weights file."""
    made = examples(index)
    judged = judge(made, index)
    every = names_of_fit(encoder=index.meanings is not None)
    learnt, chances = {}, {}
    answered, whole = judged.clear | judged.turns, ~judged.turns
    truths = {
        "one": (judged.one, answered),  # given that there is an answer
        "two": (judged.two, answered),
        "three": (judged.three, answered),
        "possible": (judged.in_scope, whole),
    }
    for name, (right, taught) in truths.items():
        chances[name] = crossed(judged.rows, right, judged.folds, taught)
        learnt[name] = _learnt(judged.rows[taught], right[taught], every)
    rows = spreads(judged, chances["one"], chances["possible"], index)
    several = crossed(rows, judged.vague, judged.folds, whole)
    learnt["several"] = _learnt(rows[whole], judged.vague[whole], SPREAD)
    cutoffs, figures = calibrate(judged, Crossed(**chances, several=several))
    return {
        "about": "Written by `make train`; do not edit. What each number means: content/matching/scorer.py",
        "score": named(train_ranking(made, index), names_of(index)),
        **learnt,
        "cutoffs": cutoffs,
        "cross_validated": figures,
    }


def _learnt(rows: Rows, right: Flags, names: Sequence[str]) -> dict[str, Any]:
    weights, bias = fit.logistic(rows, right)
    return {"bias": round(bias, 4), "weights": named(weights, names)}


def prepare(name: str) -> Index:
    """The index of the corpus with the encoder of that name, whose space is learnt and kept first."""
    spoken = language.of(wording.DATA)
    corpus = library.load(wording.DATA)
    entries = corpus.all_entries
    encoder = encoders.make(name, Path("var"))
    plain = Index(entries, spoken, families=corpus.families)
    if encoder is None:
        return plain
    learnt = space.learn(encoder.corpus(plain.wordings), plain.starts)
    learnt.save(name)
    return Index(entries, spoken, encoder, load_space(name), corpus.families)


def main() -> None:
    """Train and write what the arguments name, or all that can be; print the figures."""
    for name in sys.argv[1:] or [ALONE, *filter(encoders.installed, encoders.PACKAGES)]:
        learnt = train(prepare(name))
        (FOLDER / f"{name}.json").write_text(json.dumps(learnt, indent=2) + "\n", encoding="utf-8")
        sys.stdout.write(f"{name}\n")
        for figure, value in (learnt["cutoffs"] | learnt["cross_validated"]).items():
            sys.stdout.write(f"  {figure:30} {value:.3f}\n")


if __name__ == "__main__":
    main()
