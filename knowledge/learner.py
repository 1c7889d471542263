"""Multinomial logistic regression on sparse rows, fitted in seconds with numpy and scipy alone.

L-BFGS in single precision. The start is the class means, which is already a fair classifier, and rare features, whose
curvature is small, go farther: few steps are enough (docs/understanding.md has the figures).
"""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from knowledge.features import Floats, Integers

PENALTY = 0.01
HISTORY = 3
DOUBT = 0.01  # typical variance of a class for one phrasing, p (1 - p): what makes the curvature of a feature
START_SCALE = 45.0


def class_means(rows: sp.csr_matrix, labels: Integers, classes: int) -> Floats:
    """Where fitting starts: features x classes, and below them the bias."""
    one_hot = sp.csr_matrix(
        (np.ones(len(labels), np.float32), (np.arange(len(labels)), labels)),
        shape=(len(labels), classes),
    )
    sizes = np.asarray(one_hot.sum(axis=0)).ravel()
    means = (one_hot.T @ rows).toarray() / np.maximum(sizes, 1)[:, None]
    typical = ((means - means.mean(axis=0)) * START_SCALE).T.astype(np.float32)
    return np.vstack([typical, np.zeros((1, classes), np.float32)])


def fit_classifier(
    rows: sp.csr_matrix, labels: Integers, start: Floats, *, steps: int, only: Integers | None = None
) -> Floats:
    """start and result: features x classes, and below them the bias. only: the classes to fit; the rest stays."""
    if only is None or len(only) == start.shape[1]:
        return _minimise(_Objective(rows.tocsr(), rows.T.tocsr(), labels, None), start, steps)
    resting = np.delete(start, only, axis=1)
    scores = rows @ resting[:-1] + resting[-1]
    highest = scores.max(axis=1, keepdims=True)
    rest = highest + np.log(np.exp(scores - highest).sum(axis=1, keepdims=True))
    own = np.full(start.shape[1], -1)
    own[only] = np.arange(len(only))
    objective = _Objective(rows.tocsr(), rows.T.tocsr(), own[labels], rest)
    fitted = start.copy()
    fitted[:, only] = _minimise(objective, start[:, only], steps)
    return fitted


@dataclass(frozen=True)
class _Objective:
    """labels: of each row, -1 for a class that rests. rest: log of the summed odds of the classes that rest."""

    rows: sp.csr_matrix
    columns: sp.csr_matrix
    labels: Integers
    rest: Floats | None

    def __call__(self, parameters: Floats) -> tuple[float, Floats]:
        """Penalised negative log likelihood and its gradient; the last row of the parameters is the bias."""
        weights, bias = parameters[:-1], parameters[-1]
        scores = self.rows @ weights
        scores += bias
        highest = scores.max(axis=1, keepdims=True)
        if self.rest is not None:
            highest = np.maximum(highest, self.rest)
        scores -= highest
        np.exp(scores, out=scores)
        total = scores.sum(axis=1, keepdims=True)
        if self.rest is not None:
            total += np.exp(self.rest - highest)
        scores /= total
        ours = np.flatnonzero(self.labels >= 0)
        loss = -float(np.log(scores[ours, self.labels[ours]] + 1e-30).sum())
        if self.rest is not None:
            loss += float((np.log(total) + highest)[self.labels < 0].sum())
        loss += 0.5 * PENALTY * float(np.vdot(weights, weights))
        scores[ours, self.labels[ours]] -= 1
        gradient = np.empty_like(parameters)
        gradient[:-1] = self.columns @ scores
        gradient[:-1] += PENALTY * weights
        gradient[-1] = scores.sum(axis=0)
        return loss, gradient

    def reach(self) -> Floats:
        """How far a unit of gradient reaches, of each feature and the bias: one over the curvature."""
        squares = np.asarray(self.rows.multiply(self.rows).sum(axis=0)).ravel()
        curvatures = np.append(squares * DOUBT + PENALTY, self.rows.shape[0] * DOUBT)
        return (1 / curvatures).astype(np.float32)[:, None]


@dataclass(frozen=True)
class _Step:
    moved: Floats
    bent: Floats
    weight: float


def _minimise(objective: _Objective, parameters: Floats, steps: int) -> Floats:
    loss, gradient = objective(parameters)
    reach = objective.reach()
    memory: list[_Step] = []
    for _ in range(steps):
        direction = _direction(gradient, memory, reach)
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


def _direction(gradient: Floats, memory: list[_Step], reach: Floats) -> Floats:
    """The two-loop recursion of L-BFGS."""
    direction = gradient.copy()
    pulls: list[float] = []
    for step in reversed(memory):
        pull = step.weight * float(np.vdot(step.moved, direction))
        pulls.append(pull)
        direction -= np.float32(pull) * step.bent
    direction *= reach
    if memory:
        last = memory[-1]
        direction *= np.float32(1 / (last.weight * float(np.vdot(last.bent, reach * last.bent))))
    for step, pull in zip(memory, reversed(pulls), strict=True):
        turn = step.weight * float(np.vdot(step.bent, direction))
        direction += np.float32(pull - turn) * step.moved
    return direction
