"""Which reductions are right, known from answers alone.

A reduction is *right* if some sequence of further reductions still ends in the answer. All sequences are tried once,
before training: of questions about numbers on fingerprints (`number_search`), of others by the executor
(`execution_search`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fluxem import algebra, registry, space
from fluxem.errors import InputError
from fluxem.integration.stream import Streams
from fluxem.training.execution_search import ExecutionSearch
from fluxem.training.number_search import NumberSearch

_NUMBER = list(registry.DOMAINS).index("number")


def number_vectors(texts: Sequence[str]) -> np.ndarray:
    """(n, 128) vectors of answers that are numbers, written as numbers are rendered; zero for the others."""
    vectors = np.zeros((len(texts), space.DIM), np.float32)
    for row, text in enumerate(texts):
        try:
            vector = algebra.encode(text, "number")
        except InputError:
            continue
        if algebra.render(vector) == text:
            vectors[row] = vector
    return vectors


class Supervision:
    """Right reductions of a whole training set, looked up by question, depth and state: a `Teacher`.

    Args:
        streams: B questions.
        texts: the B texts of their answers.

    Attributes:
        derivable: (B,) whether the answer can be reached.
        start: (B,) the state of each question as first read.
    """

    def __init__(self, streams: Streams, texts: Sequence[str]) -> None:
        targets = number_vectors(texts)
        self.of_numbers = ((streams.types == _NUMBER) | (streams.types < 0)).all(1) & (streams.counts > 1)
        numbers, others = np.flatnonzero(self.of_numbers), np.flatnonzero(~self.of_numbers)
        self.numbers = NumberSearch(streams, numbers, targets[numbers])
        self.executed = ExecutionSearch(streams, others, [texts[row] for row in others.tolist()])
        self.derivable = self.numbers.derivable | self.executed.derivable
        self.start = np.where(self.of_numbers, 0, self.executed.root)

    def right(self, questions: np.ndarray, depth: np.ndarray, state: np.ndarray, width: int) -> np.ndarray:
        """(n, width) bool: the right reductions of these states, `CHOICES` for pair after pair."""
        right = np.zeros((len(questions), width), bool)
        dense = self.of_numbers[questions]
        right[dense] = self.numbers.right(questions[dense], depth[dense], state[dense], width)
        right[~dense] = self.executed.right(state[~dense], width)
        return right

    def child(self, questions: np.ndarray, depth: np.ndarray, state: np.ndarray, reduction: np.ndarray) -> np.ndarray:
        """(n,) the state, at the next depth, that a right reduction (n,), numbered as in `right`, leads to."""
        child = np.zeros(len(questions), np.int64)
        dense = self.of_numbers[questions]
        child[dense] = self.numbers.child(questions[dense], depth[dense], state[dense], reduction[dense])
        child[~dense] = self.executed.child(state[~dense], reduction[~dense])
        return child

    def may_answer(self, questions: np.ndarray, state: np.ndarray) -> np.ndarray:
        """(n,) True: an answer is an answer, however it was come by."""
        return np.ones(len(questions), bool)
