"""The search of questions about numbers alone: dense, on fingerprints.

All sequences of reductions are tried at once, not with whole vectors but with the residues of their first `CHANNELS`
prime phases. Two different numbers share such a fingerprint with a probability below 1e-15; an erased channel (a
divisor that its prime divides) says nothing and is left out of the comparison.
"""

from __future__ import annotations

import numpy as np

from fluxem import residues, space
from fluxem.integration.reductions import CHOICES
from fluxem.integration.stream import Streams

CHANNELS = 8
#: A match must agree in at least this many channels: 3 of them tell 1e6 apart.
FEWEST_CHANNELS = 4
#: Questions with more virtual tokens are not searched: the next number would take 24 times as long.
MOST_VALUES = 4
_AT_ONCE = 256

#: (S,) the choices that are searched: those of the operations of `residues.OPERATIONS`, the first registered ones.
SEARCHED = np.array([c for c, (operation, _) in enumerate(CHOICES) if operation < len(residues.OPERATIONS)], np.int64)


def _children(states: np.ndarray) -> np.ndarray:
    """Fingerprints after every searched reduction: (N, k, F) -> (N, (k - 1) * S, k - 1, F)."""
    N, k, channels = states.shape
    left, right = states[:, :-1], states[:, 1:]  # (N, k - 1, F)
    made = np.stack(
        [
            residues.OPERATIONS[operation](*((right, left) if swapped else (left, right)))
            for operation, swapped in (CHOICES[choice] for choice in SEARCHED)
        ],
        axis=2,
    )  # (N, k - 1, S, F)
    children = np.empty((N, k - 1, len(SEARCHED), k - 1, channels), states.dtype)
    for pair in range(k - 1):
        children[:, pair, :, :pair] = states[:, None, :pair]
        children[:, pair, :, pair] = made[:, pair]
        children[:, pair, :, pair + 1 :] = states[:, None, pair + 2 :]
    return children.reshape(N, (k - 1) * len(SEARCHED), k - 1, channels)


def right_reductions(values: np.ndarray, targets: np.ndarray) -> list[np.ndarray]:
    """Right reductions of N questions with k values each, at every depth.

    Args:
        values: (N, k, F) fingerprints of the values, from left to right.
        targets: (N, F) fingerprints of the answers.

    Returns:
        One array for each depth d = 0 .. k - 2: (N, states at d, (k - 1 - d) * S) bool, pair by pair. State s of depth
        d has its child by the c-th of them at s * (k - 1 - d) * S + c of depth d + 1.
    """
    N, k, channels = values.shape
    states, counts = values, []
    while states.shape[1] > 1:
        counts.append((states.shape[1] - 1) * len(SEARCHED))
        states = _children(states).reshape(-1, states.shape[1] - 1, channels)
    ends = states.reshape(N, -1, channels)
    known = (ends >= 0) & (targets >= 0)[:, None]
    reached = ((ends == targets[:, None]) | ~known).all(-1) & (known.sum(-1) >= FEWEST_CHANNELS)  # (N, leaves)
    right = []
    for count in reversed(counts):
        right.append(reached.reshape(N, -1, count))
        reached = right[-1].any(-1)
    return right[::-1]


class NumberSearch:
    """Right reductions of questions whose values and answers are numbers.

    Args:
        streams: all questions.
        rows: (n,) which of them are searched.
        targets: (n, 128) vectors of their answers, zero for an answer that is no number.
    """

    def __init__(self, streams: Streams, rows: np.ndarray, targets: np.ndarray) -> None:
        self.counts = streams.counts
        self.place = np.zeros(len(streams), np.int64)
        self.tables: dict[tuple[int, int], np.ndarray] = {}
        self.derivable = np.zeros(len(streams), bool)
        for k in range(2, MOST_VALUES + 1):
            chosen = self.counts[rows] == k
            some = rows[chosen]
            if not len(some):
                continue
            values = residues.to_residues(streams.vectors[some, :k].reshape(-1, space.DIM), CHANNELS)
            values, wanted = values.reshape(-1, k, CHANNELS), residues.to_residues(targets[chosen], CHANNELS)
            found = [
                right_reductions(values[at : at + _AT_ONCE], wanted[at : at + _AT_ONCE])
                for at in range(0, len(some), _AT_ONCE)
            ]
            self.place[some] = np.arange(len(some))
            for depth in range(k - 1):
                self.tables[k, depth] = np.concatenate([part[depth] for part in found])
            self.derivable[some] = self.tables[k, 0].any((1, 2))

    def right(self, questions: np.ndarray, depth: np.ndarray, state: np.ndarray, width: int) -> np.ndarray:
        """(n, width) bool: the right reductions of these states, `CHOICES` for pair after pair."""
        right = np.zeros((len(questions), width), bool)
        for k, d in set(zip(self.counts[questions].tolist(), depth.tolist(), strict=True)):
            rows = np.flatnonzero((self.counts[questions] == k) & (depth == d))
            if (k, d) in self.tables:
                found = self.tables[k, d][self.place[questions[rows]], state[rows]]
                columns = np.arange(k - 1 - d)[:, None] * len(CHOICES) + SEARCHED
                right[rows[:, None], columns.ravel()] = found
        return right

    def child(self, questions: np.ndarray, depth: np.ndarray, state: np.ndarray, reduction: np.ndarray) -> np.ndarray:
        """(n,) the state, at the next depth, that a right reduction (n,), numbered as in `right`, leads to."""
        pair, choice = np.divmod(reduction, len(CHOICES))
        pairs = self.counts[questions] - 1 - depth
        return (state * pairs + pair) * len(SEARCHED) + np.searchsorted(SEARCHED, choice)
