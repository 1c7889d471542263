"""Multinomial logistic regression on sparse rows, fitted in seconds with numpy and scipy alone.

L-BFGS in single precision. The start is the class means, which is already a fair classifier, so that few steps are
enough (docs/understanding.md has the figures).
"""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from knowledge.features import Floats, Integers

PENALTY = 0.01
STEPS = 25
HISTORY = 3
START_SCALE = 45.0


def fit_classifier(
    rows: sp.csr_matrix, labels: Integers, classes: int, *, steps: int = STEPS, start: Floats | None = None
) -> tuple[Floats, Floats]:
    """(weights: features x classes, bias: classes). start: weights with the bias below, NaN where nothing is known."""
    features = rows.shape[1]
    one_hot = sp.csr_matrix(
        (np.ones(len(labels), np.float32), (np.arange(len(labels)), labels)),
        shape=(len(labels), classes),
    )
    sizes = np.asarray(one_hot.sum(axis=0)).ravel()
    means = (one_hot.T @ rows).toarray() / np.maximum(sizes, 1)[:, None]
    typical = ((means - means.mean(axis=0)) * START_SCALE).T.astype(np.float32)
    objective = _Objective(rows.tocsr(), rows.T.tocsr(), labels, features)
    parameters = np.vstack([typical, np.zeros((1, classes), np.float32)])
    if start is not None:
        parameters = np.where(np.isnan(start), parameters, start)
    fitted = _minimise(objective, parameters, steps)
    return fitted[:-1], fitted[-1].copy()


@dataclass(frozen=True)
class _Objective:
    rows: sp.csr_matrix
    columns: sp.csr_matrix
    labels: Integers
    features: int

    def __call__(self, parameters: Floats) -> tuple[float, Floats]:
        """Penalised negative log likelihood and its gradient; the last row of the parameters is the bias."""
        weights, bias = parameters[:-1], parameters[-1]
        scores = self.rows @ weights
        scores += bias
        scores -= scores.max(axis=1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=1, keepdims=True)
        own = np.arange(len(self.labels))
        loss = -float(np.log(scores[own, self.labels] + 1e-30).sum())
        loss += 0.5 * PENALTY * float(np.vdot(weights, weights))
        scores[own, self.labels] -= 1
        gradient = np.empty_like(parameters)
        gradient[:-1] = self.columns @ scores
        gradient[:-1] += PENALTY * weights
        gradient[-1] = scores.sum(axis=0)
        return loss, gradient


@dataclass(frozen=True)
class _Step:
    moved: Floats
    bent: Floats
    weight: float


def _minimise(objective: _Objective, parameters: Floats, steps: int) -> Floats:
    loss, gradient = objective(parameters)
    memory: list[_Step] = []
    for _ in range(steps):
        direction = _direction(gradient, memory)
        size = 1.0
        while True:
            trial = parameters - np.float32(size) * direction
            trial_loss, trial_gradient = objective(trial)
            if trial_loss < loss or size < 1e-3:
                break
            size /= 2
        moved, bent = trial - parameters, trial_gradient - gradient
        curvature = float(np.vdot(moved, bent))
        if curvature > 1e-8:
            memory = [*memory, _Step(moved, bent, 1 / curvature)][-HISTORY:]
        parameters, loss, gradient = trial, trial_loss, trial_gradient
    return parameters


def _direction(gradient: Floats, memory: list[_Step]) -> Floats:
    """The two-loop recursion of L-BFGS."""
    direction = gradient.copy()
    pulls: list[float] = []
    for step in reversed(memory):
        pull = step.weight * float(np.vdot(step.moved, direction))
        pulls.append(pull)
        direction -= np.float32(pull) * step.bent
    if memory:
        last = memory[-1]
        direction *= np.float32(1 / (last.weight * float(np.vdot(last.bent, last.bent))))
    for step, pull in zip(memory, reversed(pulls), strict=True):
        turn = step.weight * float(np.vdot(step.bent, direction))
        direction += np.float32(pull - turn) * step.moved
    return direction
