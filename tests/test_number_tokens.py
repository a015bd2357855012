"""FoNE and xVal: which numbers are one token, how they enter and how they are said."""

import math
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tiny import SIZES
from torch.nn import functional as F

from fluxem.integration.sample_format import Sample
from fluxem.integration.segmenter import spans
from fluxem.integration.stream import ANSWER, END, VIRTUAL, tokens_to_characters
from fluxem.models.fone import DIGITS, FoNE
from fluxem.models.number_tokens import NumberTokens
from fluxem.models.xval import LARGEST, XVal

both = pytest.mark.parametrize("kind", [FoNE, XVal])
held = st.integers(1 - 10**DIGITS, 10**DIGITS - 1)
FONE = FoNE(SIZES | {"hidden_dim": 96})  # wide enough for two values a digit


def sample(text: str, target: str) -> Sample:
    return Sample(text, target, tuple(spans(text)))


# --- what is one token ---


@both
def test_integers_are_one_token_and_all_else_is_characters(kind: type[NumberTokens]) -> None:
    model = kind(SIZES)
    read = {
        "12 + 7": ("?+?", [12, 7]),
        "What is -5 * (3 - 20)?": ("What is?*(?-?)?", [-5, 3, 20]),
        "2.5 + 1/3 + 4": ("2.5+1/3+?", [4]),
        "Convert 3 ft to m": ("Convert 3 ft to m", []),
        f"1{'0' * 90} + 1": (f"1{'0' * 90}+?", [1]),  # more than either holds
        "": ("", []),
    }
    for text, (stream, numbers) in read.items():
        tokens, found = model.question(text, spans(text))
        assert (tokens_to_characters(tokens[1:]), found) == (stream, numbers)
        assert (tokens == VIRTUAL).sum() == len(numbers)


@both
def test_an_answer_is_one_token_where_it_is_an_integer(kind: type[NumberTokens]) -> None:
    model = kind(SIZES)
    for target in ("19", "-2", "0", "3/4", "2.5", "007", "-0", "+5", "yes", "", "9" * 90, "9" * 900):
        rows = model.read([sample("1 + 2 + 3", target), sample("hello", "no")])
        said = rows.tokens[0, rows.prefix[0] - 1 : rows.lengths[0]].tolist()
        if target in ("19", "-2", "0"):
            assert said == [ANSWER, VIRTUAL] and rows.is_number.tolist() == [True, False]
            assert torch.equal(rows.target[0], model.features([int(target)])[0])
        else:
            assert said[-1] == END and tokens_to_characters(said[1:-1]) == target and not rows.is_number.any()
        assert rows.count.tolist() == [3, 0] and torch.equal(rows.numbers[0], model.features([1, 2, 3]))


@both
def test_every_number_of_a_batch_enters_at_its_place(kind: type[NumberTokens]) -> None:
    torch.manual_seed(0)
    model = kind(SIZES)
    rows = model.read([sample("12 + 7", "19"), sample("hello", "yes"), sample("3 * (4 - 512)", "-1524")])
    x = model.embed(rows.tokens, rows.prefix, rows.numbers, rows.count)
    for row, numbers in enumerate(([12, 7], [], [3, 4, 512])):
        question = rows.tokens[row, : rows.prefix[row]]
        expected = model.backbone.embedding(question)
        expected[question == VIRTUAL] = model.enter(model.features(numbers))
        assert torch.allclose(x[row, : rows.prefix[row]], expected, atol=1e-5)


@both
def test_the_loss_is_that_of_the_tokens_and_of_the_numbers(kind: type[NumberTokens]) -> None:
    torch.manual_seed(0)
    model = kind(SIZES | {"dropout": 0.0})
    number, word = sample("12 + 7", "19"), sample("hello", "yes")
    one, other, together = (model.loss(model.read(some)).item() for some in ([number], [word], [number, word]))
    rows = model.read([number])
    x = model.embed(rows.tokens, rows.prefix, rows.numbers, rows.count)[:, :-1]
    hidden = model.backbone(x, torch.arange(x.shape[1])[None])[:, -1]
    said = F.cross_entropy(hidden @ model.backbone.embedding.weight.T, torch.tensor([VIRTUAL])).item()
    value = model.number_loss(hidden, model.features([19])).item()
    assert one == pytest.approx(said + value, rel=1e-5)
    assert together == pytest.approx((said + 4 * other) / 5 + value, rel=1e-5)  # y, e, s and the end


# --- FoNE ---


@given(st.lists(held, min_size=1, max_size=4))
def test_phases_are_those_of_the_remainders(values: list[int]) -> None:
    phases = FONE.phases(FONE.features(values)).view(len(values), DIGITS, 2)
    for value, row in zip(values, phases.tolist(), strict=True):
        for power, pair in enumerate(row, 1):
            angle = 2 * math.pi * float(Fraction(abs(value) % 10**power, 10**power))
            assert pair == pytest.approx([math.cos(angle), math.sin(angle)], abs=2e-6)


@torch.no_grad()
@given(st.lists(held, min_size=1, max_size=4), st.floats(0.1, 100))
def test_a_number_is_said_as_the_points_of_its_digits_lie(values: list[int], length: float) -> None:
    torch.nn.init.eye_(FONE.out.weight)
    torch.nn.init.zeros_(FONE.out.bias)
    torch.nn.init.zeros_(FONE.sign_out.weight)
    FONE.sign_out.weight[1, -1], FONE.sign_out.bias[:] = 1.0, torch.tensor([0.5, 0.0])
    hidden = torch.zeros(len(values), 96)
    for row, value in zip(hidden, values, strict=True):
        for place in range(DIGITS):
            angle = 2 * math.pi * (abs(value) // 10**place % 10) / 10
            row[2 * place : 2 * place + 2] = length * torch.tensor([math.cos(angle), math.sin(angle)])
        row[-1] = value < 0
    assert FONE.say(hidden) == values


def test_sign_and_every_digit_of_a_number_enter() -> None:
    torch.manual_seed(0)
    entered = FONE.enter(FONE.features([0, 7, -7, 70, 7 * 10 ** (DIGITS - 1)]))
    distances = torch.cdist(entered, entered) + torch.eye(5)
    assert distances.min() > 1e-3


# --- xVal ---


def test_values_of_training_lie_in_their_range_and_larger_ones_beyond() -> None:
    torch.manual_seed(0)
    model = XVal(SIZES)
    model.fit([sample("12 + 40", "52"), sample("-50 * 30", "-1500"), sample("hello", "yes")])
    number = model.backbone.embedding.weight[VIRTUAL]
    for value in (0, 1, -50, 40, 10**9, -(10**30)):
        share = (model.enter(model.features([value]))[0] - model.here) / number
        assert torch.allclose(share, torch.tensor(LARGEST * value / 50), rtol=1e-3, atol=1e-5)
    with torch.no_grad():
        torch.nn.init.zeros_(model.value.weight)
        for scaled, said in ((LARGEST, 1500), (-LARGEST, -1500), (0.0, 0), (1.0011, 300), (5e4, 15_000_000)):
            model.value.bias.fill_(scaled)
            assert model.say(torch.zeros(2, SIZES["hidden_dim"])) == [pytest.approx(said, rel=1e-6, abs=0.4)] * 2
            assert all(isinstance(value, int) for value in model.say(torch.zeros(2, SIZES["hidden_dim"])))


def test_a_value_survives_the_first_normalisation() -> None:
    torch.manual_seed(0)
    model = XVal(SIZES)
    entered = model.enter(model.features([1, 2, 4, -1]))
    normed = F.layer_norm(entered, entered.shape[1:])
    assert (torch.cdist(normed, normed) + torch.eye(4)).min() > 0.1


def test_training_samples_without_a_number_leave_the_scales() -> None:
    model = XVal(SIZES)
    model.fit([sample("hello", "yes"), sample("", "0")])
    assert model.scale.tolist() == [1.0, 1.0]
    assert np.isfinite(model.loss(model.read([sample("hello", "yes")])).item())
