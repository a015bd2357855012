"""The search of questions about values of any domain: every reduction is carried out by the executor.

The domains of two neighbours leave few operations, so the tree of all sequences of reductions is small. Its nodes are
numbered; an edge is one reduction. Answers are compared as texts: two quantities may round to the same one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fluxem import algebra
from fluxem.integration.reductions import CHOICES, FITS, RESULT_TYPE, execute_choices
from fluxem.integration.stream import Streams

#: Questions with more virtual tokens are not searched: each further one has tens of times as many states.
MOST_VALUES = 3
_WIDTH = (MOST_VALUES - 1) * len(CHOICES)


@dataclass(frozen=True)
class Level:
    """N states of k values each, at one depth of their trees."""

    vectors: np.ndarray  # (N, k, 128) float32
    types: np.ndarray  # (N, k) domain indices
    question: np.ndarray  # (N,)
    begin: int  # the number of the first node; the others follow
    parent: np.ndarray  # (N,) row of the state before, in the level above
    column: np.ndarray  # (N,) which reduction led here: pair * C + choice

    def nodes(self, rows: np.ndarray) -> np.ndarray:
        """The numbers of the nodes of these rows."""
        return self.begin + rows

    def answers(self, texts: Sequence[str]) -> np.ndarray:
        """(N,) whether the last value is the answer to its question."""
        rendered = algebra.answer_batch(self.vectors[:, -1])
        wanted = (texts[question] for question in self.question.tolist())
        return np.array([text == target for text, target in zip(rendered, wanted, strict=True)], bool)

    def below(self) -> Level:
        """All states that one reduction leads to."""
        fits = FITS[self.types[:, :-1], self.types[:, 1:]]  # (N, k - 1, C)
        parent, pair, choice = np.nonzero(fits)
        results, ok = execute_choices(choice, self.vectors[parent, pair], self.vectors[parent, pair + 1])
        parent, pair, choice, results = parent[ok], pair[ok], choice[ok], results[ok]
        source = np.arange(self.types.shape[1] - 1)
        source = source + (source > pair[:, None])  # (M, k - 1) the value that each place comes from
        vectors, types = self.vectors[parent[:, None], source], self.types[parent[:, None], source]
        vectors[np.arange(len(pair)), pair] = results
        types[np.arange(len(pair)), pair] = RESULT_TYPE[choice]
        begin = self.begin + len(self.question)
        return Level(vectors, types, self.question[parent], begin, parent, pair * len(CHOICES) + choice)


class ExecutionSearch:
    """Right reductions of some questions.

    Args:
        streams: all questions.
        rows: (n,) which of them are searched; those of more than `MOST_VALUES` values have no right reduction.
        texts: the n texts of their answers.

    Attributes:
        root: (B,) the node of each question as first read, -1 for those that are not searched.
        derivable: (B,) whether the last value is the answer, or some reductions make it so.
    """

    def __init__(self, streams: Streams, rows: np.ndarray, texts: Sequence[str]) -> None:
        self.root = np.full(len(streams), -1, np.int64)
        self.derivable = np.zeros(len(streams), bool)
        nodes = 0
        edges = [np.zeros((2, 0), np.int64)]
        for k in range(1, MOST_VALUES + 1):
            chosen = np.flatnonzero(streams.counts[rows] == k)
            if not len(chosen):
                continue
            some = rows[chosen]
            none = np.zeros(len(some), np.int64)
            levels = [Level(streams.vectors[some, :k], streams.types[some, :k], chosen, nodes, none, none)]
            while levels[-1].types.shape[1] > 1:
                levels.append(levels[-1].below())
            nodes = levels[-1].begin + len(levels[-1].question)
            self.root[some] = levels[0].nodes(np.arange(len(some)))
            reached = levels[-1].answers(texts)
            for above, below in zip(levels[-2::-1], levels[:0:-1], strict=True):
                right = np.flatnonzero(reached)
                key = above.nodes(below.parent[right]) * _WIDTH + below.column[right]
                edges.append(np.stack([key, below.nodes(right)]))
                reached = above.answers(texts)
                reached[below.parent[right]] = True
            self.derivable[some] = reached
        every = np.concatenate(edges, axis=1)
        self.keys, self.children = every[:, np.argsort(every[0])]

    def right(self, nodes: np.ndarray, width: int) -> np.ndarray:
        """(n, width) bool: the right reductions of these nodes, `CHOICES` for pair after pair."""
        right = np.zeros((len(nodes), width), bool)
        begin, end = np.searchsorted(self.keys, nodes * _WIDTH), np.searchsorted(self.keys, (nodes + 1) * _WIDTH)
        for row, (first, last) in enumerate(zip(begin.tolist(), end.tolist(), strict=True)):
            right[row, self.keys[first:last] % _WIDTH] = True
        return right

    def child(self, nodes: np.ndarray, reduction: np.ndarray) -> np.ndarray:
        """(n,) the node that a right reduction (n,), numbered as in `right`, leads to."""
        return self.children[np.searchsorted(self.keys, nodes * _WIDTH + reduction)]
