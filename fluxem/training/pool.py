"""Training the hybrid from answers only.

A *pool* of questions is in flight, each at its own depth. A step scores the pool, learns from the reductions that are
right (`Supervision`), and moves every question on by the model's own choice among the right ones; an answered question
makes room for the next of the epoch. States of every depth so meet in one batch, and each right candidate has to beat
the wrong candidates of all of them (*in-batch negatives*): a softmax over the few candidates of one state never learns
an absolute score, and a long question is decided by comparing many.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from fluxem import algebra
from fluxem.integration.reductions import CHOICES, RESULT_TYPE, execute_choices
from fluxem.integration.stream import Streams
from fluxem.models.hybrid import Hybrid
from fluxem.models.packing import ANSWER_NOW, REDUCE, SPEAK, pack
from fluxem.space import DIM
from fluxem.training.reachability import Supervision

State = tuple[int, int, int]  # question, depth, and the supervision's number of the state


def routing_loss(scores: Tensor, right: Tensor) -> Tensor:
    """-log(R / (R + W)), mean over states: R the mass of a state's right candidates, W of all wrong ones of the batch.

    Args:
        scores: (B, candidates), -inf where not allowed.
        right: (B, candidates) bool, at least one in each row.
    """
    mass = torch.logsumexp(scores.masked_fill(~right, -torch.inf), dim=1)  # (B,)
    wrong = torch.logsumexp(scores.masked_fill(right, -torch.inf).flatten(), dim=0)
    return torch.nn.functional.softplus(wrong - mass).mean()


class Pool:
    """Questions in flight.

    Args:
        streams: all questions as first read.
        texts: the N texts of their answers.
        order: which question comes next, without end.
        size: how many are in flight.
    """

    def __init__(
        self, streams: Streams, texts: Sequence[str], supervision: Supervision, order: Iterator[int], size: int
    ) -> None:
        self.all, self.texts, self.supervision, self.order = streams, texts, supervision, order
        self.question = np.array([next(order) for _ in range(size)], np.int64)
        self.depth = np.zeros(size, np.int64)
        self.state = supervision.start[self.question]
        self.streams = streams.take(self.question)
        self.made: dict[State, list[Any]] = {}  # result and ok of the reduction that led there
        self.answered: dict[State, bool] = {}  # whether the last value is the answer

    def right(self, allowed: np.ndarray) -> np.ndarray:
        """The right ones of the allowed candidates, (B, candidates) bool.

        Speaking is right where nothing else can be: without a derivation, or where brackets block the rest of one.
        """
        right = np.zeros_like(allowed)
        right[:, ANSWER_NOW] = self._answered()
        right[:, REDUCE:] = self.supervision.right(self.question, self.depth, self.state, allowed.shape[1] - REDUCE)
        right &= allowed
        right[:, SPEAK] = ~right.any(1)
        return right

    def _states(self, rows: np.ndarray) -> list[State]:
        return list(zip(*(of[rows].tolist() for of in (self.question, self.depth, self.state)), strict=True))

    def _answered(self) -> np.ndarray:
        """(B,) whether the last value of each stream is the answer to its question; rendered once for each state."""
        states = self._states(np.arange(len(self.question)))
        has_value = self.streams.counts > 0
        new = [row for row, state in enumerate(states) if state not in self.answered and has_value[row]]
        rendered = algebra.answer_batch(self.streams.last_vectors()[new])
        for row, text in zip(new, rendered, strict=True):
            self.answered[states[row]] = text == self.texts[states[row][0]]
        return np.array([self.answered.get(state, False) for state in states])

    def move(self, chosen: np.ndarray) -> np.ndarray:
        """Carry out one right candidate (B,) of each state; returns the questions that this finished."""
        reduced = np.flatnonzero(chosen >= REDUCE)
        place = self.question[reduced], self.depth[reduced], self.state[reduced]
        self.state[reduced] = self.supervision.child(*place, chosen[reduced] - REDUCE)
        self.depth[reduced] += 1
        pair, choice = np.divmod(chosen[reduced] - REDUCE, len(CHOICES))
        results, ok = self._results(reduced, pair, choice)
        after = self.streams.take(reduced).reduce(pair, results, RESULT_TYPE[choice])
        done = np.concatenate([np.flatnonzero(chosen < REDUCE), reduced[~ok]])
        finished = self.question[done]
        self.question[done] = [next(self.order) for _ in done]
        self.depth[done], self.state[done] = 0, self.supervision.start[self.question[done]]
        streams = self.streams.put(reduced, after).put(done, self.all.take(self.question[done]))
        self.streams = streams.take(np.arange(len(streams)))
        return finished

    def _results(self, rows: np.ndarray, pair: np.ndarray, choice: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What the executor makes in these rows (n, 128), and whether it could (n,).

        A question takes the same way epoch after epoch, so what was made to reach a state is kept.
        """
        states = self._states(rows)
        new = [index for index, state in enumerate(states) if state not in self.made]
        if new:
            vectors, at = self.streams.vectors[rows[new]], np.arange(len(new))
            operands = vectors[at, pair[new]], vectors[at, pair[new] + 1]
            for index, *made in zip(new, *execute_choices(choice[new], *operands), strict=True):
                self.made[states[index]] = made
        if not states:
            return np.zeros((0, DIM), np.float32), np.zeros(0, bool)
        results, ok = zip(*(self.made[state] for state in states), strict=True)
        return np.stack(results), np.array(ok)


def lay_out(lengths: np.ndarray, most_packed: int, rng: np.random.Generator) -> np.ndarray:
    """(B,) row of each question: rows of about the same length, up to `most_packed` questions on average.

    The number of rows is drawn between the fewest that `most_packed` asks for and the most that need no padding. The
    longest questions are dealt first, forth and back over the rows, so that long ones meet short ones.
    """
    B = len(lengths)
    fewest = -(-B // most_packed)
    rows = int(rng.integers(fewest, max(fewest, int(lengths.sum() // lengths.max())) + 1))
    order = rng.permutation(B)
    order = order[np.argsort(-lengths[order], kind="stable")]
    turn = np.arange(B) % (2 * rows)
    row = np.empty(B, np.int64)
    row[order] = np.minimum(turn, 2 * rows - 1 - turn)
    return row


def step_loss(model: Hybrid, pool: Pool, rng: np.random.Generator, most_packed: int) -> tuple[Tensor, np.ndarray]:
    """Loss of the pool and the model's own choice among the right candidates (B,)."""
    row = lay_out(pool.streams.lengths + 1, most_packed, rng)
    packed = pack(pool.streams, row).to(model.project.weight.device)
    scores = model(packed)
    right = torch.from_numpy(pool.right(packed.allowed.cpu().numpy())).to(scores.device)
    chosen = scores.detach().masked_fill(~right, -torch.inf).argmax(1)
    return routing_loss(scores, right), chosen.cpu().numpy()
