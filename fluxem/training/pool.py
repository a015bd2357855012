"""Training the hybrid from answers only.

A *pool* of questions is in flight, each at its own depth. A step scores the pool, learns from the reductions that are
right (`Teacher`), and moves every question on by the model's own choice among the right ones; an answered question
makes room for the next of the epoch. States of every depth so meet in one batch, and each right candidate has to beat
the wrong candidates of all of them (*in-batch negatives*): a softmax over the few candidates of one state never learns
an absolute score, and a long question is decided by comparing many.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import torch
from torch import Tensor

from fluxem import algebra
from fluxem.integration.reductions import CHOICES, RESULT_TYPE, execute_choices
from fluxem.integration.stream import Streams
from fluxem.models.packing import ANSWER_NOW, REDUCE, SPEAK
from fluxem.space import DIM

if TYPE_CHECKING:
    from fluxem.models.hybrid import Hybrid

State = tuple[int, int, int]  # question, depth, and the teacher's number of the state


class Teacher(Protocol):
    """Knows what is right in every state of every question; states are numbered as a teacher likes.

    Attributes:
        derivable: (N,) whether a question has a derivation.
        start: (N,) the state of each question as first read.
    """

    derivable: np.ndarray
    start: np.ndarray

    def right(self, questions: np.ndarray, depth: np.ndarray, state: np.ndarray, width: int) -> np.ndarray:
        """(n, width) bool: the right reductions of these states, `CHOICES` for pair after pair."""

    def child(self, questions: np.ndarray, depth: np.ndarray, state: np.ndarray, reduction: np.ndarray) -> np.ndarray:
        """(n,) the state, at the next depth, that a right reduction (n,), numbered as in `right`, leads to."""

    def may_answer(self, questions: np.ndarray, state: np.ndarray) -> np.ndarray:
        """(n,) whether a value that is the answer may be given as such in these states."""


@dataclass(frozen=True)
class Recipe:
    """How a router learns.

    Attributes:
        most_packed: how many questions share a row, see `lay_out`.
        negatives: what a right candidate has to beat: the wrong ones of the whole `batch`, or of its `state`.
        follow: which of the right candidates a question goes on with: the model's `own` choice, or `any`, drawn evenly.
    """

    most_packed: int
    negatives: str = "batch"
    follow: str = "own"

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Recipe:
        """From the training section of a configuration, which holds other keys too."""
        return cls(**{field.name: settings[field.name] for field in fields(cls) if field.name in settings})


def routing_loss(scores: Tensor, right: Tensor, negatives: str = "batch") -> Tensor:
    """-log(R / (R + W)), mean over states: R the mass of a state's right candidates, W of the wrong ones.

    Args:
        scores: (B, candidates), -inf where not allowed.
        right: (B, candidates) bool, at least one in each row.
        negatives: see `Recipe`.
    """
    mass = torch.logsumexp(scores.masked_fill(~right, -torch.inf), dim=1)  # (B,)
    if negatives == "state":
        return (torch.logsumexp(scores, dim=1) - mass).mean()
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
        self, streams: Streams, texts: Sequence[str], teacher: Teacher, order: Iterator[int], size: int
    ) -> None:
        self.all, self.texts, self.teacher, self.order = streams, texts, teacher, order
        self.question = np.array([next(order) for _ in range(size)], np.int64)
        self.depth = np.zeros(size, np.int64)
        self.state = teacher.start[self.question]
        self.streams = streams.take(self.question)
        self.made: dict[tuple[State, int], list[Any]] = {}  # result and ok of a right candidate of a state
        self.answered: dict[State, bool] = {}  # whether the last value is the answer

    def state_dict(self) -> dict[str, Any]:
        """The questions in flight, and where each is; what is only kept to be fast is left out."""
        of_streams = {field.name: getattr(self.streams, field.name) for field in fields(self.streams)}
        now = {"question": self.question, "depth": self.depth, "state": self.state} | of_streams
        return {name: torch.from_numpy(values) for name, values in now.items()}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from there."""
        now = {name: values.numpy() for name, values in state_dict.items()}
        self.question, self.depth, self.state = (now.pop(name) for name in ("question", "depth", "state"))
        self.streams = Streams(**now)

    def right(self, allowed: np.ndarray) -> np.ndarray:
        """The right ones of the allowed candidates, (B, candidates) bool.

        Speaking is right where nothing else can be: without a derivation, or where brackets block the rest of one.
        """
        right = np.zeros_like(allowed)
        right[:, ANSWER_NOW] = self._answered() & self.teacher.may_answer(self.question, self.state)
        right[:, REDUCE:] = self.teacher.right(self.question, self.depth, self.state, allowed.shape[1] - REDUCE)
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
        results, ok = self._results(reduced, chosen[reduced])
        place = self.question[reduced], self.depth[reduced], self.state[reduced]
        self.state[reduced] = self.teacher.child(*place, chosen[reduced] - REDUCE)
        self.depth[reduced] += 1
        pair, choice = np.divmod(chosen[reduced] - REDUCE, len(CHOICES))
        after = self.streams.take(reduced).reduce(pair, results, RESULT_TYPE[choice])
        done = np.concatenate([np.flatnonzero(chosen < REDUCE), reduced[~ok]])
        finished = self.question[done]
        self.question[done] = [next(self.order) for _ in done]
        self.depth[done], self.state[done] = 0, self.teacher.start[self.question[done]]
        streams = self.streams.put(reduced, after).put(done, self.all.take(self.question[done]))
        self.streams = streams.take(np.arange(len(streams)))
        return finished

    def _results(self, rows: np.ndarray, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What the executor makes of chosen candidates of these rows (n, 128), and whether it could (n,).

        A question takes the same way epoch after epoch, so what was made is kept. It is kept with the state and the
        candidate, for some teachers count as one state what several reductions lead to, each with a result of its own.
        """
        if not len(rows):
            return np.zeros((0, DIM), np.float32), np.zeros(0, bool)
        keys = list(zip(self._states(rows), chosen.tolist(), strict=True))
        new = [index for index, key in enumerate(keys) if key not in self.made]
        if new:
            pair, choice = np.divmod(chosen[new] - REDUCE, len(CHOICES))
            vectors, at = self.streams.vectors[rows[new]], np.arange(len(new))
            for index, *made in zip(
                new, *execute_choices(choice, vectors[at, pair], vectors[at, pair + 1]), strict=True
            ):
                self.made[keys[index]] = made
        results, ok = zip(*(self.made[key] for key in keys), strict=True)
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


def step_loss(model: Hybrid, pool: Pool, rng: np.random.Generator, recipe: Recipe) -> tuple[Tensor, np.ndarray]:
    """Loss of the pool, and the right candidate (B,) that each question goes on with."""
    packed = model.pack(pool.streams, lay_out(pool.streams.lengths + 1, recipe.most_packed, rng))
    scores = model(packed)
    is_right = pool.right(packed.allowed.cpu().numpy())
    right = torch.from_numpy(is_right).to(scores.device)
    loss = routing_loss(scores, right, recipe.negatives)
    if recipe.follow == "any":
        return loss, np.where(is_right, rng.random(is_right.shape), -1).argmax(1)
    return loss, scores.detach().masked_fill(~right, -torch.inf).argmax(1).cpu().numpy()
