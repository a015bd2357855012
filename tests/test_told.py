"""Right reductions as derivations tell them, against the tree as intervals of the numbers."""

from dataclasses import replace
from itertools import cycle
from pathlib import Path

import numpy as np
import pytest
from mixed import streams_from
from tiny import write_data

from fluxem import algebra
from fluxem.errors import InputError
from fluxem.integration.derivations import derivation_of
from fluxem.integration.reductions import CHOICES
from fluxem.integration.sample_format import Sample, read_samples
from fluxem.integration.segmenter import spans
from fluxem.integration.stream import Streams
from fluxem.models.hybrid import advance
from fluxem.models.packing import ANSWER_NOW, REDUCE, SPEAK, allowed_candidates
from fluxem.training.pool import Pool
from fluxem.training.told import MOST_OPERATIONS, Told

Interval = tuple[int, int]  # first and last number that a value is made of


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> list[Sample]:
    data = write_data(tmp_path_factory.mktemp("data"), ood_ops=[4, 9], parentheses=0.6)
    return [sample for split in ("train", "test_ood_length") for sample in read_samples(data / f"{split}.jsonl")]


def tree(sample: Sample) -> dict[Interval, tuple[Interval, Interval, int]]:
    """Of each value of the derivation, what it is made of and by which choice."""
    left = [(number, number) for number in range(len(sample.spans))]
    made = {}
    for pair, choice in derivation_of(sample):
        a, b = left[pair : pair + 2]
        left[pair : pair + 2] = [(a[0], b[1])]
        made[left[pair]] = a, b, choice
    return made


@pytest.mark.parametrize("seed", range(3))
def test_right_is_what_makes_a_value_of_the_tree(samples: list[Sample], seed: int) -> None:
    """In any order, and the brackets never leave a question without a right reduction."""
    rng, told = np.random.default_rng(seed), Told(samples)
    for question, sample in enumerate(samples):
        made, left = tree(sample), [(number, number) for number in range(len(sample.spans))]
        streams, state = streams_from(sample.text), told.start[question : question + 1]
        width = (len(left) - 1) * len(CHOICES)
        for depth in range(len(left) - 1):
            place = np.array([question]), np.array([depth]), state
            right = told.right(*place, width)[0]
            expected = [
                pair * len(CHOICES) + made[a[0], b[1]][2]
                for pair, (a, b) in enumerate(zip(left, left[1:], strict=False))
                if made.get((a[0], b[1]), ())[:2] == (a, b)
            ]
            assert np.flatnonzero(right).tolist() == sorted(expected)
            assert not told.may_answer(place[0], state)[0]
            allowed = allowed_candidates(streams)[0, REDUCE:]
            chosen = rng.choice(np.flatnonzero(right[: len(allowed)] & allowed), 1)
            pair = int(chosen[0]) // len(CHOICES)
            left[pair : pair + 2] = [(left[pair][0], left[pair + 1][1])]
            state = told.child(*place, chosen)
            streams, ok = advance(streams, REDUCE + chosen)
            streams = streams.take(np.flatnonzero(ok))
        assert told.may_answer(np.array([question]), state)[0]
        assert algebra.answer_batch(streams.last_vectors()) == [sample.target_text]


def test_the_reductions_that_answers_allow_but_no_derivation_has_are_wrong(tmp_path: Path) -> None:
    sample = Sample("5 - 5 + 7", "7", (), None, "a", {"derivation": [[0, "subtract", False], [0, "add", False]]})
    sample = replace(sample, spans=tuple(spans(sample.text)))
    streams = Streams.from_texts([sample.text], [sample.spans])
    pool = Pool(streams, ["7"], Told([sample]), cycle([0]), 1)
    steps = []
    for _ in range(3):
        right = pool.right(allowed_candidates(pool.streams))
        steps.append(np.flatnonzero(right[0]).tolist())
        pool.move(right.argmax(1))
    pair, choice = derivation_of(sample)[0]
    assert steps[0] == [REDUCE + pair * len(CHOICES) + choice]  # and not: answer with the 7 that is there
    assert steps[2] == [ANSWER_NOW] and SPEAK not in sum(steps, [])


def test_questions_without_a_derivation_are_refused(samples: list[Sample]) -> None:
    with pytest.raises(InputError, match=r"^sample 7: metadata.derivation is missing"):
        Told([*samples, Sample("1 + 2", "3", tuple(spans("1 + 2")), id=7)])
    text = " + ".join(["1"] * (MOST_OPERATIONS + 2))
    steps = [[0, "add", False]] * (MOST_OPERATIONS + 1)
    long = Sample(text, "64", tuple(spans(text)), metadata={"derivation": steps})
    with pytest.raises(InputError, match=f"has 63 operations; allowed: at most {MOST_OPERATIONS}"):
        Told([long])
    shorter = text.removesuffix(" + 1")
    told = Told([replace(long, text=shorter, spans=tuple(spans(shorter)), metadata={"derivation": steps[1:]})])
    state = np.zeros(1, np.int64)
    for depth in range(MOST_OPERATIONS):
        reduction = np.flatnonzero(told.right(np.zeros(1, int), np.array([depth]), state, 99999)[0])
        assert len(reduction) == 1
        state = told.child(np.zeros(1, int), np.array([depth]), state, reduction)
    assert told.may_answer(np.zeros(1, int), state).all()


def test_the_last_of_two_reductions_makes_its_own_value_in_either_order(tmp_path: Path) -> None:
    """What a derivation has done is one state, whatever was done last: 6 must not be taken for 20."""
    text = "2 * 3 + 4 * 5"
    steps: list[list[object]] = [[0, "multiply", False], [1, "multiply", False], [0, "add", False]]
    sample = Sample(text, "26", tuple(spans(text)), metadata={"derivation": steps})
    streams, told = Streams.from_texts([text], [sample.spans]), Told([sample])
    pool = Pool(streams, ["26"], told, cycle([0]), 1)
    multiply = int(np.flatnonzero(told.right(np.array([0]), np.array([0]), told.start, 3 * len(CHOICES))[0])[0])
    for pairs in ([0, 1], [2, 0], [0, 1]):
        for pair in pairs:
            pool.move(np.array([REDUCE + pair * len(CHOICES) + multiply]))
        assert algebra.render_batch(pool.streams.vectors[0, :2]) == ["6", "20"]
        right = told.right(pool.question, pool.depth, pool.state, len(CHOICES))[0]
        pool.move(np.array([REDUCE + int(np.flatnonzero(right)[0])]))
        pool.move(np.array([ANSWER_NOW]))
