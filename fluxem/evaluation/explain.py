"""How a hybrid came to its answers: every state of a question, every candidate of its router, every result.

Half of the questions are from the test splits, chosen as `from_tests` says; half were written by people.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fluxem import algebra, registry
from fluxem.errors import InputError
from fluxem.evaluation.explain_errors import kind_of, read_value
from fluxem.integration.reductions import CHOICES
from fluxem.integration.sample_format import Sample, read_samples
from fluxem.integration.stream import VIRTUAL, Streams, tokens_to_characters
from fluxem.models.answer import Answer
from fluxem.models.hybrid import describe
from fluxem.models.packing import ANSWER_NOW, REDUCE
from fluxem.models.repeatable import repeatable

if TYPE_CHECKING:
    from fluxem.models.hybrid import Hybrid

#: Questions from the test splits, and how many of them are wrong ones, if there are so many.
TESTED, WRONG = 10, 5
#: Candidates of a state that are listed, the most probable first.
LISTED = 5


@dataclass(frozen=True)
class Question:
    """A question to explain.

    Attributes:
        sample: with the right answer.
        values: what a reader finds in it to compute with.
        source: the test split, or "written".
        about: where in the split, or what the question tries.
    """

    sample: Sample
    values: tuple[Any, ...]
    source: str
    about: str


@dataclass(frozen=True)
class Piece:
    """A part of a mixed stream: characters, or a virtual token as text with its `domain`.

    `made`: the last reduction made it. `used`: the next choice takes it.
    """

    text: str
    domain: str = ""
    made: bool = False
    used: bool = False


@dataclass(frozen=True)
class Candidate:
    """What the router may choose in a state, its probability, and whether it was chosen.

    `pair`: of a reduction, the number of its left value in the stream, from 1; 0 of other choices.
    """

    choice: str
    pair: int
    probability: float
    chosen: bool


@dataclass(frozen=True)
class State:
    """A mixed stream and what the router made of it; `others`: how many candidates are not listed, and their share."""

    pieces: tuple[Piece, ...]
    listed: tuple[Candidate, ...]
    others: tuple[int, float]
    result: str  # of the executor; "" where there is none


@dataclass(frozen=True)
class Explained:
    """A question, its states, the answer, and the kind of error if it is wrong."""

    question: Question
    states: tuple[State, ...]
    answer: Answer
    kind: str | None


def from_tests(metrics: Path, data: Path, splits: Sequence[str]) -> list[Question]:
    """`TESTED` questions of the test splits, in the order of the splits and their files.

    Wrong ones come first: the first of each split, then the second of each, up to `WRONG`. The first questions of each
    split, then the second, fill them up, right or wrong.

    Args:
        metrics: metrics.json of the test, which says which questions were answered right.
        data: folder of <split>.jsonl.
        splits: the test splits.
    """
    right = json.loads(metrics.read_text(encoding="utf-8"))["right"]
    wrong = [[(split, at) for at, hit in enumerate(right[split]) if hit == "0"] for split in splits]
    every = [[(split, at) for at in range(len(right[split]))] for split in splits]
    first = list(_in_turn(wrong))[:WRONG]
    chosen = list(dict.fromkeys([*first, *_in_turn(every)]))[:TESTED]
    samples = {split: read_samples(data / f"{split}.jsonl") for split, _ in chosen}
    chosen.sort(key=lambda each: (splits.index(each[0]), each[1]))
    return [_of_split(samples[split][at], split, at) for split, at in chosen]


def _of_split(sample: Sample, split: str, at: int) -> Question:
    return Question(sample, tuple(span.value for span in sample.spans), split, f"line {at + 1}")


def _in_turn(rows: Sequence[Sequence[tuple[str, int]]]) -> Iterator[tuple[str, int]]:
    """The first of each row, then the second of each, and so on."""
    return (each for each in chain.from_iterable(zip_longest(*rows)) if each is not None)


def from_people(task: str, rows: Sequence[dict[str, str]]) -> list[Question]:
    """The questions of config/explain/<task>.tsv; InputError for a value that cannot be read."""
    found = []
    for row in rows:
        texts = [text.strip() for text in row["values"].split(";") if text.strip()]
        try:
            values = tuple(read_value(task, text) for text in texts)
        except InputError as error:
            raise InputError(f"config/explain/{task}.tsv: values of {row['question']!r}: {error}") from error
        found.append(Question(Sample(row["question"], row["answer"]), values, "written", row["tries"]))
    return found


@repeatable()
def explain(model: Hybrid, task: str, questions: Sequence[Question]) -> list[Explained]:
    """What the model says to each question, and how it came to it."""
    seen: list[list[tuple[Streams, np.ndarray]]] = [[] for _ in questions]

    def route(streams: Streams, which: np.ndarray) -> np.ndarray:
        scores = model.route(streams)
        for row, question in enumerate(which.tolist()):
            seen[question].append((streams.take(np.array([row])), scores[row]))
        return scores

    answers = model.derive([question.sample.text for question in questions], None, route)
    return [
        Explained(asked, _states(model, states), answer, kind_of(task, asked.sample, asked.values, answer))
        for asked, states, answer in zip(questions, seen, answers, strict=True)
    ]


def _states(model: Hybrid, seen: Sequence[tuple[Streams, np.ndarray]]) -> tuple[State, ...]:
    states, made = [], -1  # which virtual token the last reduction made
    for place, (streams, scores) in enumerate(seen):
        chosen = int(model.choose(scores[None], streams)[0])
        pair, last = _pair(chosen), int(streams.counts[0]) - 1
        used = {pair, pair + 1} if pair >= 0 else {last} if chosen == ANSWER_NOW else set()
        result = ""
        if pair >= 0 and place + 1 < len(seen):
            (result,) = algebra.render_batch(seen[place + 1][0].vectors[0, pair : pair + 1])
        states.append(State(tuple(_pieces(streams, made, used)), *_candidates(streams, scores, chosen), result))
        made = pair
    return tuple(states)


def _pieces(streams: Streams, made: int, used: set[int]) -> Iterator[Piece]:
    """The parts of the one stream; `made` and `used` number its virtual tokens."""
    types = streams.types[0, : int(streams.counts[0])]
    texts = algebra.render_batch(streams.vectors[0, : len(types)])
    names, characters, at = list(registry.DOMAINS), "", 0
    for token in streams.tokens[0, : int(streams.lengths[0])]:
        if token != VIRTUAL:
            characters += tokens_to_characters(token[None])
            continue
        if characters:
            yield Piece(characters)
        yield Piece(texts[at], names[types[at]], at == made, at in used)
        characters, at = "", at + 1
    if characters:
        yield Piece(characters)


def _pair(candidate: int) -> int:
    """Which virtual token is the left one of a reduction; -1 for other choices."""
    return (candidate - REDUCE) // len(CHOICES) if candidate >= REDUCE else -1


def _candidates(streams: Streams, scores: np.ndarray, chosen: int) -> tuple[tuple[Candidate, ...], tuple[int, float]]:
    """The most probable candidates, and how many there are besides with what share."""
    allowed = np.flatnonzero(np.isfinite(scores))
    order = allowed[np.argsort(-scores[allowed], kind="stable")].tolist()
    listed = [
        Candidate(describe(streams, 0, each), _pair(each) + 1, float(np.exp(scores[each])), each == chosen)
        for each in order[:LISTED]
    ]
    return tuple(listed), (len(order[LISTED:]), float(np.exp(scores[order[LISTED:]]).sum()))
