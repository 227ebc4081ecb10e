"""Learn the weights of the scorer and calibrate its bands: `make train`.

Reads the corpus and the questions in this folder, writes `content/matching/weights/`: one set for matching without an
encoder and one for each encoder that is installed. Everything is seeded: the same files give the same weights. Figures
are from cross-validation over cases: a question is judged by weights that never saw its case. The labelled questions
used for measuring the product stand elsewhere and are never read here.
"""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from bot import encoders
from content import language, library, wording
from content.matching import Index
from content.matching.features import FIT, Measured, measure, names_of
from content.matching.features import fit as measure_fit
from content.matching.meaning import FOLDER, load_space
from content.matching.scorer import ALONE
from training import fit, space
from training.noise import Spoiler

HERE: Final = Path(__file__).parent
FOLDS: Final = 5
SEED: Final = 20261121
MOST_WRONG_ALONE: Final = 0.01  # share of questions answered with one entry, and the wrong one
MOST_WRONG: Final = (
    0.03  # share of questions answered with an entry the labels do not list; some of those are right too
)
MOST_OUT_OF_SCOPE: Final = 0.02  # share of out-of-scope messages answered
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
        made += [Example(_measure(text, index), right, fold_of[case], row["style"]) for text in (row["q"], copy)]
    outside = [
        row for row in read(HERE / "out_of_scope.jsonl") if row["type"] != "wrong-premise"
    ]  # those are for Places
    for number, row in enumerate(outside):
        made.append(Example(_measure(row["q"], index), frozenset(), number % FOLDS, row["type"]))
    return [example for example in made if len(example.measured.numbers)]


def _measure(text: str, index: Index) -> Measured:
    return measure(index.normalise(text), index)


def right_candidates(example: Example, index: Index) -> Flags:
    """Which of the candidates answer the question."""
    return np.array([index.entries[number].id in example.right for number in example.measured.numbers])


def train_ranking(chosen: Sequence[Example], index: Index) -> Rows:
    """Score weights from the questions in scope."""
    groups = [(e.measured.features.astype(float), right_candidates(e, index)) for e in chosen if e.right]
    return fit.ranking(groups)


@dataclass(frozen=True)
class Judged:
    """The best candidates of every example, by weights that never saw its case."""

    rows: Rows
    one: Flags  # the best candidate is right
    two: Flags  # the best or the next of its case is right
    in_scope: Flags
    elsewhere: Flags  # names another place than the best candidate's
    first_three: Flags
    folds: npt.NDArray[np.int64]


def judge(made: Sequence[Example], index: Index) -> Judged:
    """Cross-validate the ranking over the folds."""
    weights = [train_ranking([e for e in made if e.fold != fold], index) for fold in range(FOLDS)]
    columns: list[tuple[Any, ...]] = []
    for example in made:
        features = example.measured.features
        scores = features @ weights[example.fold]
        cases = index.case_of[example.measured.numbers]
        order = np.argsort(-scores, kind="stable")
        right = right_candidates(example, index)[order]
        sisters = np.flatnonzero(cases[order] == cases[order[0]])[:2]
        elsewhere = index.grounds[cases[order[0]]].conflicts(example.measured.named)
        row = measure_fit(example.measured, scores, index)
        columns.append(
            (row, right[0], right[sisters].any(), bool(example.right), elsewhere, right[:3].any(), example.fold)
        )
    rows, *flags, folds = zip(*columns, strict=True)
    return Judged(np.array(rows, dtype=float), *(np.array(flag, dtype=bool) for flag in flags), np.array(folds))


def cross_confidence(judged: Judged, right: Flags) -> Rows:
    """The confidence of every example, by a logistic that never saw its fold."""
    confidence = np.zeros(len(right))
    for fold in range(FOLDS):
        held = judged.folds == fold
        confidence[held] = fit.probability(judged.rows[held], *fit.logistic(judged.rows[~held], right[~held]))
    return confidence


def calibrate(judged: Judged) -> tuple[dict[str, float], dict[str, float]]:
    """The lowest limits that keep wrong answers within bounds, and the shares they lead to."""
    one, two = cross_confidence(judged, judged.one), cross_confidence(judged, judged.two)
    inside, outside = judged.in_scope, ~judged.in_scope
    placed = ~judged.elsewhere

    def alone(sure: float) -> Flags:
        return placed & (one >= sure)

    def together(sure: float, sure_of_two: float) -> Flags:
        return placed & ~alone(sure) & (two >= sure_of_two)

    def shares(sure: float, sure_of_two: float) -> tuple[float, float, float]:
        """Of questions in scope: answered rightly, wrongly; of messages out of scope: answered."""
        answered = alone(sure) | together(sure, sure_of_two)
        right = (alone(sure) & judged.one) | (together(sure, sure_of_two) & judged.two)
        return right[inside].mean(), (answered & ~right)[inside].mean(), answered[outside].mean()

    sure = lowest(lambda limit: (alone(limit) & ~judged.one)[inside].mean() <= MOST_WRONG_ALONE)
    sure_of_two = lowest(
        lambda limit: shares(sure, limit)[1] <= MOST_WRONG and shares(sure, limit)[2] <= MOST_OUT_OF_SCOPE
    )
    possible = float(np.round(np.quantile(one[inside], 1 - KEPT), 3))
    right, wrong, out = shares(sure, sure_of_two)
    measured = {
        "first": judged.one[inside].mean(),
        "first_three": judged.first_three[inside].mean(),
        "answered_right": right,
        "answered_wrong": wrong,
        "answered_with_two": together(sure, sure_of_two)[inside].mean(),
        "out_of_scope_answered": out,
        "out_of_scope_offered_choices": (placed & (one >= possible))[outside].mean() - out,
    }
    cutoffs = {"sure": sure, "sure_of_two": sure_of_two, "possible": possible}
    return cutoffs, {name: round(float(value), 4) for name, value in measured.items()}


def lowest(fits: Callable[[float], bool]) -> float:
    """The lowest limit from which on every higher one fits; 1 when none does."""
    found = 1.0
    for limit in np.round(np.arange(0.99, 0.29, -0.01), 2):
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
    cutoffs, figures = calibrate(judged)
    confidences = {}
    for name, right in (("one", judged.one), ("two", judged.two)):
        weights, bias = fit.logistic(judged.rows, right)
        confidences[name] = {"bias": round(bias, 4), "weights": named(weights, names_of(index) + FIT)}
    return {
        "about": "Written by `make train`; do not edit. What each number means: content/matching/scorer.py",
        "score": named(train_ranking(made, index), names_of(index)),
        **confidences,
        "cutoffs": cutoffs,
        "cross_validated": figures,
    }


def prepare(name: str) -> Index:
    """The index of the corpus with the encoder of that name, whose space is learnt and kept first."""
    spoken = language.load(wording.DATA / "synonyms.yaml", wording.DATA / "regions.txt")
    entries = library.load(wording.DATA).all_entries
    encoder = encoders.make(name, Path("var"))
    plain = Index(entries, spoken)
    if encoder is None:
        return plain
    learnt = space.learn(encoder.corpus(plain.wordings), plain.starts)
    learnt.save(name)
    return Index(entries, spoken, encoder, load_space(name))


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
