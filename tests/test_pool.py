"""Questions in flight: the loss, the packing, and how the pool moves on; and value jitter as addition."""

from collections.abc import Iterator
from itertools import cycle

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from mixed import Items, items_of, streams_of
from tiny import ARCHITECTURE

from fluxem import algebra, space
from fluxem.models import hybrid
from fluxem.models.hybrid import SEEN, Hybrid, turn_phases
from fluxem.models.packing import ANSWER_NOW, REDUCE, SPEAK, allowed_candidates
from fluxem.residues import PRIMES
from fluxem.training.pool import Pool, Recipe, lay_out, routing_loss, step_loss
from fluxem.training.reachability import Supervision

# --- the loss ---


@st.composite
def scored(draw: st.DrawFn) -> tuple[list[list[float]], list[list[bool]]]:
    """Scores, some of them not allowed, and right ones, at least one a row and all allowed."""
    width = draw(st.integers(1, 6))
    scores, right = [], []
    for _ in range(draw(st.integers(1, 5))):
        first = draw(st.integers(0, width - 1))
        row = draw(st.lists(st.floats(-8, 8) | st.just(-np.inf), min_size=width, max_size=width))
        row[first] = draw(st.floats(-8, 8))
        may = draw(st.lists(st.booleans(), min_size=width, max_size=width))
        scores.append(row)
        right.append([(yes and row[at] > -np.inf) or at == first for at, yes in enumerate(may)])
    return scores, right


@given(scored())
def test_the_routing_loss_is_its_formula(drawn: tuple[list[list[float]], list[list[bool]]]) -> None:
    scores, right = drawn
    mass = [[np.exp(score) for score in row] for row in scores]
    wrong = sum(m for row, yes in zip(mass, right, strict=True) for m, ok in zip(row, yes, strict=True) if not ok)
    of_right = [sum(m for m, ok in zip(row, yes, strict=True) if ok) for row, yes in zip(mass, right, strict=True)]
    expected = np.mean([-np.log(r / (r + wrong)) for r in of_right])
    barred = torch.tensor(scores) == -torch.inf
    raw = torch.tensor(scores).masked_fill(barred, 0).requires_grad_()
    loss = routing_loss(raw.masked_fill(barred, -torch.inf), torch.tensor(right))
    assert loss.item() == pytest.approx(expected, rel=1e-4, abs=1e-5)
    loss.backward()
    assert raw.grad is not None and raw.grad.isfinite().all()  # also where nothing is wrong


@given(scored())
def test_with_negatives_of_the_state_alone_the_loss_is_a_softmax_in_each_row(
    drawn: tuple[list[list[float]], list[list[bool]]],
) -> None:
    scores, right = drawn
    shares = [np.exp(row) / np.exp(row).sum() for row in scores]
    expected = np.mean([-np.log(share[np.array(yes)].sum()) for share, yes in zip(shares, right, strict=True)])
    loss = routing_loss(torch.tensor(scores), torch.tensor(right), "state")
    assert loss.item() == pytest.approx(expected, rel=1e-4, abs=1e-5)


def test_a_wrong_candidate_of_one_state_is_a_negative_for_all() -> None:
    scores, right = torch.tensor([[5.0, 0.0], [5.0, 0.0]]), torch.tensor([[True, False], [True, False]])
    before = routing_loss(scores, right)
    scores[0, 1] = 4.0
    assert routing_loss(scores, right) > before + 0.2
    alone = [routing_loss(scores[row : row + 1], right[row : row + 1]) for row in range(2)]
    assert routing_loss(scores, right) > sum(alone) / 2


# --- the packing ---


@given(st.lists(st.integers(1, 60), min_size=1, max_size=40), st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_rows_are_numbered_without_a_gap_and_hold_a_few_questions(lengths: list[int], most: int, seed: int) -> None:
    row = lay_out(np.array(lengths), most, np.random.default_rng(seed))
    assert row.shape == (len(lengths),)
    rows = int(row.max()) + 1
    assert set(row.tolist()) == set(range(rows))
    assert len(lengths) <= rows * most
    held = np.bincount(row)
    assert held.max() - held.min() <= 1  # dealt evenly


def test_long_questions_meet_short_ones() -> None:
    lengths = np.array([40, 39, 38, 37, 5, 4, 3, 2])
    for seed in range(20):
        row = lay_out(lengths, 2, np.random.default_rng(seed))
        if row.max() == 3:
            assert {int(lengths[row == each].sum()) for each in range(4)} == {42}


# --- moving on ---

QUESTIONS: list[tuple[Items, int]] = [
    ([12, "+", 34, "*", 5], 182),
    ([3, "+", 4], 7),
    ([5], 5),
    ([3, "?", 4], 8),  # no derivation
    ([9, "-", 3, "-", 2, "+", 100], 104),
    (["a"], 1),  # nor here
    (["(", 1, "-", 2, ")", "*", "(", 3, "+", 4, ")"], -7),
    ([6, "*", "(", 2, "+", 5, ")"], 17),  # only 6 * 2 + 5 gives 17, which the brackets forbid
]
ANSWERS = [str(target) for _, target in QUESTIONS]
SPOKEN = {3, 5, 7}


def make_pool(order: Iterator[int], size: int) -> Pool:
    streams = streams_of([items for items, _ in QUESTIONS])
    return Pool(streams, ANSWERS, Supervision(streams, ANSWERS), order, size)


def first_right(pool: Pool) -> np.ndarray:
    return pool.right(allowed_candidates(pool.streams)).argmax(1)


def test_the_pool_refills_in_order_and_finishes_every_question() -> None:
    taken: list[int] = []

    def order() -> Iterator[int]:
        for question in cycle(range(len(QUESTIONS))):
            taken.append(question)
            yield question

    pool, finished = make_pool(order(), 3), list[int]()
    assert pool.question.tolist() == [0, 1, 2]
    while len(finished) < 40:
        before, chosen = pool.question.copy(), first_right(pool)
        done = pool.move(chosen)
        finished += done.tolist()
        ended = np.flatnonzero(chosen < REDUCE)
        assert done.tolist() == before[ended].tolist()
        assert pool.question[ended].tolist() == taken[len(taken) - len(ended) :]
        assert (pool.depth[ended] == 0).all()
        assert (pool.state[ended] == pool.teacher.start[pool.question[ended]]).all()
        kept = np.flatnonzero(chosen >= REDUCE)
        assert (pool.question[kept] == before[kept]).all()
        for slot, items in enumerate(items_of(pool.streams)):
            if pool.depth[slot] == 0:
                assert items == QUESTIONS[pool.question[slot]][0]
    assert taken == [at % len(QUESTIONS) for at in range(len(taken))]
    assert sorted(finished + pool.question.tolist()) == sorted(taken)


def test_a_question_is_answered_with_its_target_or_spoken() -> None:
    pool = make_pool(cycle(range(len(QUESTIONS))), 5)
    for _ in range(30):
        chosen = first_right(pool)
        for slot, candidate in enumerate(chosen.tolist()):
            question = int(pool.question[slot])
            assert (candidate == SPEAK) == (question in SPOKEN)
            if candidate == ANSWER_NOW:
                assert algebra.decode(pool.streams.last_vectors()[slot]) == QUESTIONS[question][1]
        pool.move(chosen)


def test_answering_is_right_when_the_last_value_is_the_target() -> None:
    streams = streams_of([[3, "?", 7], [7, "?", 3], [0, "+", 7], [1, "+", 2, "+", 4], [1, "-", 1, "-", 1, "+", 7]])
    pool = Pool(streams, ["7"] * 5, Supervision(streams, ["7"] * 5), cycle(range(5)), 5)
    right = pool.right(allowed_candidates(pool.streams))
    assert right[:, ANSWER_NOW].tolist() == [True, False, True, False, True]
    assert right[:, SPEAK].tolist() == [False, True, False, False, False]
    assert right[:, REDUCE:].any(1).tolist() == [False, False, True, True, True]


def test_a_reduction_that_the_executor_refuses_finishes_its_question() -> None:
    large = 10**108
    items: list[Items] = [[large, "*", large, "-", large, "*", large], [3, "+", 4], [1, 2, 3]]
    streams, answers = streams_of(items), ["0", "7", "6"]
    pool = Pool(streams, answers, Supervision(streams, answers), cycle([0, 1]), 2)
    times = REDUCE + 3  # add, subtract, subtract swapped, multiply
    right = pool.right(allowed_candidates(pool.streams))
    assert right[0, times]  # right as far as the residues know
    assert pool.move(np.array([times, REDUCE])).tolist() == [0]
    assert pool.question.tolist() == [0, 1] and pool.depth.tolist() == [0, 1]
    assert items_of(pool.streams) == [items[0], [7]]


@pytest.mark.parametrize("seed", [0, 1])
def test_a_step_never_chooses_a_wrong_candidate(seed: int) -> None:
    torch.manual_seed(seed)
    model, rng = Hybrid(ARCHITECTURE["hybrid"], value_jitter=0.5).train(), np.random.default_rng(seed)
    pool = make_pool(cycle(range(len(QUESTIONS))), 6)
    for _ in range(25):
        right = pool.right(allowed_candidates(pool.streams))
        loss, chosen = step_loss(model, pool, rng, Recipe(3))
        assert right[np.arange(6), chosen].all() and loss.item() > 0 and loss.requires_grad
        pool.move(chosen)


def test_the_model_s_own_choice_among_the_right_ones_is_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = make_pool(cycle([4]), 2)  # 9 - 3 - 2 + 100 in many orders
    right = pool.right(allowed_candidates(pool.streams))
    assert right[0].sum() > 1
    model = Hybrid(ARCHITECTURE["hybrid"])
    for favourite in np.flatnonzero(right[0]).tolist():
        scores = torch.zeros(right.shape).masked_fill(~torch.tensor(right), 9.0)  # the wrong ones score highest
        scores[:, favourite] = 1.0
        monkeypatch.setattr(model, "forward", lambda packed, scores=scores: scores)
        assert step_loss(model, pool, np.random.default_rng(0), Recipe(1))[1].tolist() == [favourite] * 2


def test_any_right_one_is_followed_when_asked_for_and_each_as_often(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = make_pool(cycle([4]), 600)
    right = pool.right(allowed_candidates(pool.streams))
    model = Hybrid(ARCHITECTURE["hybrid"])
    scores = torch.zeros(right.shape)
    scores[:, np.flatnonzero(right[0])[0]] = 9.0  # the model's own choice
    monkeypatch.setattr(model, "forward", lambda packed: scores)
    chosen = step_loss(model, pool, np.random.default_rng(0), Recipe(1, follow="any"))[1]
    counts = np.bincount(chosen, minlength=right.shape[1])
    assert (counts[~right[0]] == 0).all()
    expected = 600 / right[0].sum()
    assert (np.abs(counts[right[0]] - expected) < 5 * expected**0.5).all()


# --- value jitter ---


@given(st.lists(st.tuples(st.integers(-(10**40), 10**40), st.integers(0, 10**40)), min_size=1, max_size=5))
def test_turning_phases_adds_a_number(pairs: list[tuple[int, int]]) -> None:
    values, added = zip(*pairs, strict=True)
    turns = torch.tensor([[number % p / p for p in PRIMES] for number in added])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hybrid.torch, "rand", lambda *shape, device: turns)
        seen = torch.from_numpy(algebra.encode_batch(list(values), "number"))[:, SEEN]
        turned = turn_phases(seen)
    sums = algebra.encode_batch([value + number for value, number in pairs], "number")[:, SEEN]
    assert torch.allclose(turned, torch.from_numpy(sums), atol=2e-5)


def test_jitter_turns_each_prime_by_itself_and_keeps_tag_and_lengths() -> None:
    torch.manual_seed(0)
    seen = torch.from_numpy(algebra.encode_batch([5, 5], "number"))[:, SEEN]
    turned = turn_phases(seen)
    assert torch.equal(turned[:, space.TAG], seen[:, space.TAG])
    assert torch.allclose(turned[:, space.PHASES].unflatten(1, (-1, 2)).norm(dim=2), torch.ones(2, 48), atol=1e-5)
    assert not torch.allclose(turned[0], turned[1], atol=0.1)
    angles = torch.atan2(*turned[0, space.PHASES].unflatten(0, (-1, 2)).T)
    assert angles.std() > 1


def test_jitter_is_for_training_alone() -> None:
    torch.manual_seed(0)
    model, streams = Hybrid(ARCHITECTURE["hybrid"], value_jitter=1.0).eval(), streams_of([[1, "+", 2]])
    assert (model.route(streams) == model.route(streams)).all()
    model.train()
    seen = [model.route(streams).tolist() for _ in range(3)]
    assert seen[0] != seen[1] != seen[2]
