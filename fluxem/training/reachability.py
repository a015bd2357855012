"""Which reductions are right, known from answers alone.

A reduction is *right* if some sequence of further reductions still renders the target. All sequences are tried once,
before training, on a fingerprint of the vectors: the residues of their first `CHANNELS` prime phases. Two different
numbers share a fingerprint with a probability below 1e-15; an erased channel (a divisor that its prime divides) says
nothing and is left out of the comparison.
"""

from __future__ import annotations

import numpy as np

from fluxem import residues
from fluxem.integration.reductions import CHOICES
from fluxem.integration.stream import Streams

CHANNELS = 8
#: A match must agree in at least this many channels: 3 of them tell 1e6 apart.
FEWEST_CHANNELS = 4
#: Questions with more virtual tokens are not searched: the next number would take 24 times as long.
MOST_VALUES = 4
_AT_ONCE = 256


def _children(states: np.ndarray) -> np.ndarray:
    """Fingerprints after every reduction: (N, k, F) -> (N, (k - 1) * C, k - 1, F)."""
    N, k, channels = states.shape
    left, right = states[:, :-1], states[:, 1:]  # (N, k - 1, F)
    made = np.stack(
        [
            residues.OPERATIONS[operation](*((right, left) if swapped else (left, right)))
            for operation, swapped in CHOICES
        ],
        axis=2,
    )  # (N, k - 1, C, F)
    children = np.empty((N, k - 1, len(CHOICES), k - 1, channels), states.dtype)
    for pair in range(k - 1):
        children[:, pair, :, :pair] = states[:, None, :pair]
        children[:, pair, :, pair] = made[:, pair]
        children[:, pair, :, pair + 1 :] = states[:, None, pair + 2 :]
    return children.reshape(N, (k - 1) * len(CHOICES), k - 1, channels)


def right_reductions(values: np.ndarray, targets: np.ndarray) -> list[np.ndarray]:
    """Right reductions of N questions with k values each, at every depth.

    Args:
        values: (N, k, F) fingerprints of the values, from left to right.
        targets: (N, F) fingerprints of the answers.

    Returns:
        One array for each depth d = 0 .. k - 2: (N, states at d, (k - 1 - d) * C) bool. State s of depth d has its
        child by candidate c at s * candidates + c of depth d + 1.
    """
    N, k, channels = values.shape
    states, counts = values, []
    while states.shape[1] > 1:
        counts.append((states.shape[1] - 1) * len(CHOICES))
        states = _children(states).reshape(-1, states.shape[1] - 1, channels)
    ends = states.reshape(N, -1, channels)
    known = (ends >= 0) & (targets >= 0)[:, None]
    reached = ((ends == targets[:, None]) | ~known).all(-1) & (known.sum(-1) >= FEWEST_CHANNELS)  # (N, leaves)
    right = []
    for count in reversed(counts):
        right.append(reached.reshape(N, -1, count))
        reached = right[-1].any(-1)
    return right[::-1]


class Supervision:
    """Right reductions of a whole training set, looked up by question, depth and state.

    Args:
        streams: the questions.
        targets: (B, 128) vectors of their answers.
    """

    def __init__(self, streams: Streams, targets: np.ndarray) -> None:
        B = len(streams)
        self.counts = streams.counts
        self.place = np.zeros(B, np.int64)
        self.tables: dict[tuple[int, int], np.ndarray] = {}
        self.derivable = np.zeros(B, bool)
        fingerprint = residues.to_residues(streams.vectors.reshape(-1, streams.vectors.shape[-1]), CHANNELS)
        fingerprint = fingerprint.reshape(B, -1, CHANNELS)
        wanted = residues.to_residues(targets, CHANNELS)
        one = self.counts == 1
        self.derivable[one] = (fingerprint[one, 0] == wanted[one]).all(1)
        for k in range(2, MOST_VALUES + 1):
            rows = np.flatnonzero(self.counts == k)
            self.place[rows] = np.arange(len(rows))
            found = [
                right_reductions(fingerprint[some, :k], wanted[some])
                for some in np.split(rows, range(_AT_ONCE, len(rows), _AT_ONCE))
            ]
            for depth in range(k - 1):
                self.tables[k, depth] = np.concatenate([part[depth] for part in found])
            self.derivable[rows] = self.tables[k, 0].any((1, 2))

    def right(self, questions: np.ndarray, depth: np.ndarray, state: np.ndarray, width: int) -> np.ndarray:
        """(n, width) bool: the right reductions of these states, False after the last candidate."""
        right = np.zeros((len(questions), width), bool)
        for k, d in set(zip(self.counts[questions].tolist(), depth.tolist(), strict=True)):
            rows = np.flatnonzero((self.counts[questions] == k) & (depth == d))
            if (k, d) in self.tables:
                found = self.tables[k, d][self.place[questions[rows]], state[rows]]
                right[rows, : found.shape[1]] = found
        return right

    def candidates(self, questions: np.ndarray, depth: np.ndarray) -> np.ndarray:
        """(n,) number of reductions that a state of these questions has at this depth."""
        return (self.counts[questions] - 1 - depth) * len(CHOICES)
