"""Mixed streams as tensors against plain lists, and router scores that do not hang on the batch."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from mixed import NUMBER, Items, items_of, streams_from, streams_of
from tiny import ARCHITECTURE

from fluxem import algebra
from fluxem.integration.reductions import CHOICES, FITS
from fluxem.integration.stream import PAD, START, VIRTUAL, Streams
from fluxem.models.hybrid import Hybrid
from fluxem.models.packing import ANSWER_NOW, REDUCE, SPEAK, allowed_candidates, pack

TEXTS = (
    "12 + 34 * 5",
    "What is (1 + 2) * (3 - 40) + 5?",
    "hello",
    "7",
    "",
    "((1 + 2) * 3 - 4) / (5 + 6 + 7)",
    "1/3 + 0.25",
)


@pytest.fixture(scope="module")
def model() -> Hybrid:
    torch.manual_seed(0)
    return Hybrid(ARCHITECTURE["hybrid"]).eval()


def rows_without_gap(size: int) -> st.SearchStrategy[list[int]]:
    """Row numbers of `size` questions that use every row from 0 to the last."""
    drawn = st.lists(st.integers(0, size - 1), min_size=size, max_size=size)
    return drawn.map(lambda rows: [sorted(set(rows)).index(row) for row in rows])


items: st.SearchStrategy[Items] = st.lists(st.one_of(st.integers(0, 99), st.sampled_from("()+*ab")), max_size=9)
batches = st.lists(items, min_size=1, max_size=7).flatmap(lambda b: st.tuples(st.just(b), rows_without_gap(len(b))))


@given(batches)
def test_packed_rows_are_their_questions_one_after_another(drawn: tuple[list[Items], list[int]]) -> None:
    batch, row_of = drawn
    streams = streams_of(batch)
    packed = pack(streams, np.array(row_of))
    rows = max(row_of) + 1
    layout: list[list[int]] = [[] for _ in range(rows)]  # token ids of each row
    starts: dict[int, tuple[int, int]] = {}  # row and column of each question's START
    values: list[tuple[int, int, int]] = []  # row, column and question of each virtual token
    for row in range(rows):
        for question in (q for q in range(len(batch)) if row_of[q] == row):
            starts[question] = row, len(layout[row])
            tokens = streams.tokens[question, : len(batch[question])].tolist()
            columns = [len(layout[row]) + 1 + at for at, token in enumerate(tokens) if token == VIRTUAL]
            values += [(row, column, question) for column in columns]
            layout[row] += [START, *tokens]
    width = max(map(len, layout))
    assert packed.tokens.tolist() == [row + [PAD] * (width - len(row)) for row in layout]
    assert packed.positions.tolist() == [[*range(len(row)), *[-1] * (width - len(row))] for row in layout]
    assert packed.lengths.tolist() == list(map(len, layout))
    assert packed.virtual.tolist() == [row * width + column for row, column, _ in values]
    assert algebra.decode_batch(packed.vectors.numpy()) == [
        layout_value
        for row in range(rows)
        for question in (q for q in range(len(batch)) if row_of[q] == row)
        for layout_value in batch[question]
        if isinstance(layout_value, int)
    ]
    assert packed.types.tolist() == [NUMBER] * len(values)

    read = packed.wanted.shape[1]  # what is read out: flat in (rows, read)
    row_read = torch.arange(rows).repeat_interleave(read).tolist()
    place = list(zip(row_read, packed.wanted.flatten().tolist(), strict=True))
    assert [place[at] for at in packed.start_read.tolist()] == [starts[question] for question in range(len(batch))]
    assert [place[at] for at in packed.virtual_read.tolist()] == [(row, column) for row, column, _ in values]

    of_question = [[at for at, value in enumerate(values) if value[2] == q] for q in range(len(batch))]
    assert packed.last.tolist() == [(found or [-1])[-1] for found in of_question]
    most_pairs = max(max(map(len, of_question)) - 1, 0)
    cells = {
        question * most_pairs + pair: left
        for question, found in enumerate(of_question)
        for pair, left in enumerate(found[:-1])
    }
    assert dict(zip(packed.cell.tolist(), packed.left.tolist(), strict=True)) == cells
    assert len(packed.cell) == len(cells)
    assert packed.allowed.shape == (len(batch), REDUCE + most_pairs * len(CHOICES))


@given(st.lists(items, min_size=1, max_size=5))
def test_allowed_are_speaking_answering_with_a_value_and_pairs_that_do_not_wait(batch: list[Items]) -> None:
    streams = streams_of(batch)
    adjacent, allowed = streams.adjacent(), allowed_candidates(streams)
    for row, found in enumerate(items_of(streams)):
        count = sum(isinstance(item, int) for item in found)
        expected = {SPEAK} | ({ANSWER_NOW} if count else set())
        for pair in range(count - 1):
            fitting = REDUCE + pair * len(CHOICES) + np.flatnonzero(FITS[NUMBER, NUMBER])
            expected |= set(fitting.tolist()) if adjacent[row, pair] else set()
        assert set(np.flatnonzero(allowed[row]).tolist()) == expected


def scores_of(model: Hybrid, streams: Streams, row: list[int]) -> list[list[float]]:
    """The scores of the allowed candidates of each question with a value; checks that no other has one."""
    with torch.no_grad():
        packed = pack(streams, np.array(row))
        scores = model(packed)
    assert torch.equal(scores.isfinite(), packed.allowed) and not scores.isnan().any()
    return [some[may].tolist() if may[ANSWER_NOW] else [] for some, may in zip(scores, packed.allowed, strict=True)]


def test_scores_are_the_same_alone_and_in_a_row_of_any_batch(model: Hybrid) -> None:
    alone = [scores_of(model, streams_from(text), [0])[0] for text in TEXTS]
    for order in (range(7), (6, 5, 4, 3, 2, 1, 0), (3, 5, 1), (2, 4), (4, 0)):
        streams = streams_from(*(TEXTS[at] for at in order))
        for rows in (list(range(len(order))), list(reversed(range(len(order))))):
            for at, scores in zip(order, scores_of(model, streams, rows), strict=True):
                assert scores == pytest.approx(alone[at], abs=2e-5)


def test_scores_of_questions_that_share_a_row_hang_on_that_row_alone(model: Hybrid) -> None:
    streams = streams_from(*TEXTS)
    packed = scores_of(model, streams, [1, 0, 1, 2, 0, 2, 1])
    alone = scores_of(model, streams_from(TEXTS[0], TEXTS[2], TEXTS[6]), [0, 0, 0])
    assert len(alone[0]) == 2 + 2 * FITS[NUMBER, NUMBER].sum()
    for question, scores in zip((0, 2, 6), alone, strict=True):
        assert packed[question] == pytest.approx(scores, abs=2e-5)
    assert packed[0] != pytest.approx(scores_of(model, streams, list(range(7)))[0], abs=1e-3)


def test_scores_hang_on_the_vectors_but_not_on_size(model: Hybrid) -> None:
    one, other = (scores_of(model, streams_from(text), [0])[0] for text in ("1 + 2", "8 + 2"))
    assert one != pytest.approx(other, abs=1e-4)
    bigger, streams = streams_from("1 + 2"), streams_from("1 + 2")
    bigger.vectors[:, :, 104:] *= 100  # the lanes beside the phases
    assert scores_of(model, bigger, [0]) == scores_of(model, streams, [0])


def test_streams_without_virtual_tokens_can_only_be_spoken_to(model: Hybrid) -> None:
    streams = streams_from("hello", "", "who?")
    assert allowed_candidates(streams).tolist() == [[False, True]] * 3
    assert scores_of(model, streams, [0, 1, 0]) == [[], [], []]
    assert model.route(streams)[:, SPEAK].tolist() == [0, 0, 0]  # log-probabilities


def test_routing_gives_log_probabilities(model: Hybrid) -> None:
    streams = streams_from(*TEXTS)
    probabilities = np.exp(model.route(streams))
    assert probabilities.sum(1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-6)
    assert ((probabilities > 0) == allowed_candidates(streams)).all()


def test_every_row_of_scores_learns(model: Hybrid) -> None:
    """Gradients reach the router, the projection and the characters, from packed rows too."""
    packed = pack(streams_from(*TEXTS), np.array([0, 0, 1, 1, 2, 0, 2]))
    scores = model(packed)
    scores[packed.allowed].square().sum().backward()
    for part in (model.left, model.right, model.reduction, model.stop, model.project, model.backbone.embedding):
        assert part.weight.grad is not None and part.weight.grad.abs().sum() > 0
    model.zero_grad()
