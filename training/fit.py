"""The fitting itself: two small convex problems. Arrays in, arrays out."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

Matrix = npt.NDArray[np.float64]


def ranking(groups: Sequence[tuple[Matrix, npt.NDArray[np.bool_]]], penalty: float = 1.0) -> Matrix:
    """Weights that put right candidates first.

    Maximises the probability, under a softmax over each question's candidates, that one of the right ones is drawn.

    Args:
        groups: for each question the candidates' features and which of them are right; questions without a right
            candidate teach nothing and are passed over.
        penalty: of the squared weights, in units of a feature's standard deviation.
    """
    rows = np.vstack([features for features, _ in groups])
    scale = rows.std(axis=0) + 1e-6
    useful = [(features / scale, right) for features, right in groups if right.any()]

    def loss(weights: Matrix) -> tuple[float, Matrix]:
        total, slope = penalty * float(weights @ weights) / 2, penalty * weights
        for features, right in useful:
            scores = features @ weights
            odds = np.exp(scores - scores.max())
            share, drawn = odds / odds.sum(), odds * right / (odds @ right)
            total -= float(np.log(share @ right))
            slope = slope + features.T @ (share - drawn)
        return total, slope

    found = minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 500})
    return np.asarray(found.x / scale)


def logistic(rows: Matrix, right: npt.NDArray[np.bool_], penalty: float = 5.0) -> tuple[Matrix, float]:
    """Weights and bias of a probability that a row is right."""
    middle, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    scaled = (rows - middle) / scale
    signs = np.where(right, 1.0, -1.0)

    def loss(values: Matrix) -> tuple[float, Matrix]:
        weights, bias = values[:-1], values[-1]
        margins = signs * (scaled @ weights + bias)
        wrongness = -signs / (1 + np.exp(np.clip(margins, -60, 60)))
        slope = np.append(scaled.T @ wrongness + penalty * weights, wrongness.sum())
        return float(np.logaddexp(0, -margins).sum() + penalty * (weights @ weights) / 2), slope

    found = minimize(loss, np.zeros(rows.shape[1] + 1), jac=True, method="L-BFGS-B", options={"maxiter": 500}).x
    weights = found[:-1] / scale
    return np.asarray(weights), float(found[-1] - weights @ middle)


def probability(rows: Matrix, weights: Matrix, bias: float) -> Matrix:
    """What the logistic says of each row."""
    return np.asarray(1 / (1 + np.exp(-np.clip(rows @ weights + bias, -60, 60))))
