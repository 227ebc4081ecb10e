"""Learn the space in which an encoder's vectors are compared: wordings of one entry close, those of others apart.

Two steps over the wordings of the corpus. First a linear discriminant: directions along which wordings of one entry
differ are shrunk, those along which entries differ are kept. Then a turn of the asking side, so that a wording finds
the middle of its entry's other wordings among all entries: a convex softmax, held close to no turn at all.
"""

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from content.matching.meaning import Space
from content.matching.terms import Floats, Longs

DIMENSIONS: Final = 192
EVEN: Final = 0.3  # how far the scatter within entries is evened out before it is trusted
SHRINK: Final = 0.35  # power of the scatter that is undone; 0.5 would undo all of it
SHARPNESS: Final = 10.0  # of the softmax over cosines
HOLD: Final = 10.0  # penalty of the turn
ROUNDS: Final = 30

Matrix = npt.NDArray[np.float64]


def learn(vectors: Floats, starts: Longs) -> Space:
    """The space for these wordings.

    Args:
        vectors: one row a wording, of length 1.
        starts: those of entry n are rows starts[n] to starts[n + 1]; every entry has at least two.
    """
    middle = vectors.mean(axis=0)
    still = Space(middle, _discriminant(vectors, starts), np.eye(DIMENSIONS, dtype=np.float32))
    return Space(middle, still.stretch, _turn(still.place(vectors), starts))


def _discriminant(vectors: Floats, starts: Longs) -> Floats:
    sizes = np.diff(starts)
    middles = np.add.reduceat(vectors, starts[:-1], axis=0) / sizes[:, None]
    within = np.cov((vectors - np.repeat(middles, sizes, axis=0)).T)
    evened = within + np.eye(len(within)) * EVEN * np.trace(within) / len(within)
    spread, directions = np.linalg.eigh(evened)
    shrunk = directions * spread**-SHRINK
    _, between = np.linalg.eigh(np.cov(((middles - vectors.mean(axis=0)) @ shrunk).T))
    return np.asarray(shrunk @ between[:, ::-1][:, :DIMENSIONS], dtype=np.float32)


def _turn(placed: Floats, starts: Longs) -> Floats:
    sizes = np.diff(starts)
    entry_of = np.repeat(np.arange(len(sizes)), sizes)
    rows = np.arange(len(placed))
    middles = np.add.reduceat(placed, starts[:-1], axis=0) / sizes[:, None]
    of_others = (middles[entry_of] * sizes[entry_of, None] - placed) / np.maximum(sizes[entry_of, None] - 1, 1)
    still = np.eye(DIMENSIONS, dtype=np.float32)

    def loss(values: Matrix) -> tuple[float, Matrix]:
        turn = values.reshape(DIMENSIONS, DIMENSIONS).astype(np.float32)
        asked = SHARPNESS * (placed @ turn)
        odds = asked @ middles.T
        own = (asked * of_others).sum(axis=1)
        odds[rows, entry_of] = own
        greatest = odds.max(axis=1)
        odds = np.exp(odds - greatest[:, None])
        total = odds.sum(axis=1)
        wrong = odds / total[:, None]
        missing = wrong[rows, entry_of] - 1
        wrong[rows, entry_of] = 0
        slope = SHARPNESS * (placed.T @ (wrong @ middles + missing[:, None] * of_others))
        away = turn - still
        surprise = float((np.log(total) + greatest - own).sum())
        return surprise + HOLD * float((away * away).sum()) / 2, (slope + HOLD * away).ravel().astype(np.float64)

    found = minimize(loss, still.ravel().astype(np.float64), jac=True, method="L-BFGS-B", options={"maxiter": ROUNDS})
    return np.asarray(found.x.reshape(DIMENSIONS, DIMENSIONS), dtype=np.float32)
