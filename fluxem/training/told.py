"""Which reductions are right, told by the derivations of the questions: what answer-only supervision does without.

Right are the reductions of the derivation's tree, in any order that its operations allow: each waits for the operations
that make its operands, and for nothing else. A state is the set of operations that are done, as the bits of an integer.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fluxem.errors import InputError
from fluxem.integration.derivations import derivation_of
from fluxem.integration.reductions import CHOICES
from fluxem.integration.sample_format import Sample

#: Operations of a question at most: the bits of a state.
MOST_OPERATIONS = 62


class Told:
    """The right reductions of questions that say how they are computed: a `fluxem.training.pool.Teacher`.

    Args:
        samples: N questions; InputError when one has no derivation, or one of more than `MOST_OPERATIONS`.
    """

    def __init__(self, samples: Sequence[Sample]) -> None:
        derivations = [derivation_of(sample) for sample in samples]
        N, self.most = len(samples), max(map(len, derivations), default=0)
        if self.most > MOST_OPERATIONS:
            raise InputError(f"a derivation has {self.most} operations; allowed: at most {MOST_OPERATIONS}")
        self.derivable = np.ones(N, bool)
        self.start = np.zeros(N, np.int64)
        # Of each operation (N, most): the first number of its left and of its right operand, what it is, the
        # operations that it waits for, and whether there is one.
        self.left, self.right_first, self.choice, self.needs = (np.zeros((N, self.most), np.int64) for _ in range(4))
        self.exists = np.zeros((N, self.most), bool)
        for row, derivation in enumerate(derivations):
            first = list(range(len(derivation) + 1))  # first number of each value that is left
            made_by = [0] * len(first)  # and, as a bit, the operation that made it
            for at, (pair, choice) in enumerate(derivation):
                self.left[row, at], self.right_first[row, at] = first[pair : pair + 2]
                self.choice[row, at], self.exists[row, at] = choice, True
                self.needs[row, at] = made_by[pair] | made_by[pair + 1]
                del first[pair + 1], made_by[pair + 1]
                made_by[pair] = 1 << at
        self.all_done = (self.exists << np.arange(self.most)).sum(1)

    def _next(self, questions: np.ndarray, state: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Which operations (n, most) can be done in these states, and as which reduction each."""
        done = (state[:, None] >> np.arange(self.most)) & 1  # (n, most)
        ready = self.exists[questions] & (done == 0)
        ready &= (self.needs[questions] & ~state[:, None]) == 0
        left, gone = self.left[questions], self.right_first[questions]
        pair = left - (done[:, None] * (gone[:, None] <= left[:, :, None])).sum(2)
        return ready, pair * len(CHOICES) + self.choice[questions]

    def right(self, questions: np.ndarray, depth: np.ndarray, state: np.ndarray, width: int) -> np.ndarray:
        """(n, width) bool: the right reductions of these states, `CHOICES` for pair after pair."""
        right = np.zeros((len(questions), width), bool)
        ready, reduction = self._next(questions, state)
        rows, at = np.nonzero(ready)
        right[rows, reduction[rows, at]] = True
        return right

    def child(self, questions: np.ndarray, depth: np.ndarray, state: np.ndarray, reduction: np.ndarray) -> np.ndarray:
        """(n,) the state, at the next depth, that a right reduction (n,), numbered as in `right`, leads to."""
        ready, reductions = self._next(questions, state)
        at = (ready & (reductions == reduction[:, None])).argmax(1) if self.most else np.zeros_like(state)
        return state | (1 << at)

    def may_answer(self, questions: np.ndarray, state: np.ndarray) -> np.ndarray:
        """(n,) whether every operation is done."""
        return state == self.all_done[questions]
