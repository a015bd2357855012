"""Which reductions are right, known from answers alone.

A reduction is *right* if some sequence of further reductions still renders the target. All sequences are tried once,
before training, on a fingerprint of the vectors: the residues of their first `CHANNELS` prime phases. Two different
numbers share a fingerprint with a probability below 1e-15; an erased channel (a divisor that its prime divides) says
nothing and is left out of the comparison.

Only operations on two numbers are searched: a value of another domain is erased throughout, and reaches nothing.
"""

from __future__ import annotations

import numpy as np

from fluxem import registry, residues, space
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
_NUMBER = list(registry.DOMAINS).index("number")


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
        numbers = np.where((streams.types == _NUMBER)[..., None], streams.vectors, 0)  # zero is erased
        fingerprint = residues.to_residues(numbers.reshape(-1, space.DIM), CHANNELS).reshape(B, -1, CHANNELS)
        is_number = space.read_tag(targets) == registry.DOMAINS["number"].tag
        wanted = residues.to_residues(np.where(is_number[:, None], targets, 0), CHANNELS)
        one = self.counts == 1
        self.derivable[one] = (streams.vectors[one, 0] == targets[one]).all(1) if one.any() else False
        for k in range(2, MOST_VALUES + 1):
            rows = np.flatnonzero(self.counts == k)
            if not len(rows):
                continue
            self.place[rows] = np.arange(len(rows))
            found = [
                right_reductions(fingerprint[some, :k], wanted[some])
                for some in np.split(rows, range(_AT_ONCE, len(rows), _AT_ONCE))
            ]
            for depth in range(k - 1):
                self.tables[k, depth] = np.concatenate([part[depth] for part in found])
            self.derivable[rows] = self.tables[k, 0].any((1, 2))

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
