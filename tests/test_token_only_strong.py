"""Token-only strong: numbers turned round, the index of digits, random positions, and that speaking is reading."""

import re
from collections import Counter

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tiny import SIZES

from fluxem.integration.sample_format import Sample
from fluxem.integration.stream import ANSWER, END, START, characters_to_tokens, tokens_to_characters
from fluxem.models import speaker
from fluxem.models.speaker import character_logits, speaking_loss
from fluxem.models.token_only_strong import (
    LARGEST_OFFSET,
    LONGEST_NUMBER,
    MOST_ZEROS,
    PADDED,
    POSITIONS,
    TokenOnlyStrong,
    digit_index,
    drop_zeros,
    pad_numbers,
    reverse_numbers,
    spread_positions,
)

texts = st.text("0123456789+-* .,/ab", max_size=30)


def make(seed: int = 0) -> TokenOnlyStrong:
    """An untrained model whose digits and their indices matter, and which sometimes ends by itself."""
    torch.manual_seed(seed)
    model = TokenOnlyStrong(SIZES | {"dropout": 0.0}).eval()
    with torch.no_grad():
        model.backbone.embedding.weight.normal_()
        model.place.weight[1:].normal_()
        model.backbone.embedding.weight[[END, *characters_to_tokens("0123456789")]] *= 3
    return model


@pytest.mark.parametrize(
    "text, reversed_text",
    [("12 + 345", "21 + 543"), ("-120", "-021"), ("x7y80", "x7y08"), ("3.25", "3.52"), ("no number", "no number")],
)
def test_digits_are_turned_round_and_nothing_else(text: str, reversed_text: str) -> None:
    assert reverse_numbers(text) == reversed_text


@given(texts)
def test_turned_twice_a_text_is_as_it_was(text: str) -> None:
    turned = reverse_numbers(text)
    assert reverse_numbers(turned) == text
    assert [digits[::-1] for digits in re.findall("[0-9]+", turned)] == re.findall("[0-9]+", text)


def test_zeros_in_front_come_and_go() -> None:
    assert pad_numbers("7 - 12 = -5", 3) == "007 - 012 = -005"
    for text, shown in (("007", "7"), ("-0120", "-120"), ("000", "0"), ("3.05", "3.05"), ("0/04", "0/4"), ("", "")):
        assert drop_zeros(text) == shown


@given(st.lists(st.integers(-999, 999), min_size=1, max_size=4), st.integers(1, 8))
def test_zeros_in_front_change_no_number(values: list[int], digits: int) -> None:
    text = " + ".join(map(str, values))
    padded = pad_numbers(text, digits)
    assert [int(value) for value in padded.split(" + ")] == values and drop_zeros(padded) == text
    assert min(map(len, re.findall("[0-9]+", padded))) >= digits


def test_some_training_samples_have_zeros_in_front() -> None:
    samples = [Sample("12 + 7", "19", ())] * 4000
    varied = make().vary([*samples, Sample("1.5 + 1", "2.5", ())] * 2, np.random.default_rng(0))
    assert [(each.text, each.target_text) for each in varied[4000::4001]] == [("1.5 + 1", "2.5")] * 2
    found = Counter((each.text, each.target_text) for each in varied)
    for more in range(1, MOST_ZEROS + 1):
        padded = "0" * more + "12 + " + "0" * more + "07", "0" * more + "19"
        assert found[padded] == pytest.approx(8000 * PADDED / (MOST_ZEROS + 1), rel=0.15)
    assert found["12 + 7", "19"] == pytest.approx(8000 * (1 - PADDED), rel=0.1)
    assert len(found) == MOST_ZEROS + 3  # as they were, and with a zero in front of the shorter number alone


@given(st.lists(texts, min_size=1, max_size=4))
def test_the_index_counts_digits_of_a_run(rows: list[str]) -> None:
    width = max(map(len, rows))
    tokens = torch.tensor([[*characters_to_tokens(row).tolist(), *[0] * (width - len(row))] for row in rows])
    for row, found in zip(rows, digit_index(tokens.view(len(rows), width)).tolist(), strict=True):
        run, expected = 0, []
        for character in row.ljust(width, " "):
            run = run + 1 if character in "0123456789" else 0
            expected.append(run)
        assert found == expected


def test_random_positions_rise_and_reach_from_the_columns_to_the_longest() -> None:
    torch.manual_seed(0)
    positions = spread_positions((4000, 6), 12, torch.device("cpu"))
    assert (positions.diff(dim=1) > 0).all() and positions.min() == 0 and positions.max() == 11
    last = positions[:, -1]
    assert 4000 / 7 < (last == 5).sum() < 4000 / 2  # at least those whose bound is 6
    assert torch.equal(spread_positions((2, 9), 3, torch.device("cpu")), torch.arange(9).expand(2, 9))


def test_training_sees_random_offsets_and_positions_and_use_sees_none() -> None:
    model = make()
    rows = model.read([Sample("12 + 345", "357", ())])
    assert model.loss(rows).item() == model.loss(rows).item()
    seen: list[torch.Tensor] = []
    handle = model.place.register_forward_hook(lambda module, given, made: seen.append(given[0]))
    model.train()
    assert len({model.loss(rows).item() for _ in range(50)}) == 50
    handle.remove()
    indices = torch.cat(seen)
    plain = digit_index(rows.tokens)[0]
    assert set(indices[indices > 0].tolist()) >= set(range(1, 3 + LARGEST_OFFSET))
    assert (indices[:, plain == 0] == 0).all()
    offsets = (indices - plain)[:, plain > 0]
    assert (offsets == offsets[:, :1]).all()  # the same for all numbers of a row


def test_the_loss_hangs_on_the_distance_of_positions_alone() -> None:
    model = make()
    rows = model.read([Sample("12 + 7", "19", ()), Sample("3", "3", ())])
    x = model.embed(rows.tokens, digit_index(rows.tokens))
    column = torch.arange(rows.tokens.shape[1]).expand(2, -1)

    def loss(positions: torch.Tensor | None) -> float:
        return speaking_loss(model.backbone, x, rows.tokens, rows.prefix, rows.lengths, positions).item()

    assert loss(column) == loss(None) == pytest.approx(loss(column + 40), rel=1e-4)
    assert loss(column * 5) != pytest.approx(loss(None), rel=1e-3)


@torch.no_grad()
def test_speaking_is_reading_all_again_with_the_index_of_each_digit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speaker, "LONGEST_ANSWER", 12)
    questions = ["12 + 345", "907", "a", "5 * 66 - 7"]
    runs = set()
    for seed in range(6):
        model = make(seed)
        for question, answer in zip(questions, model.answer(questions), strict=True):
            turned = re.sub(" (?=[-+*])|(?<=[-+*]) ", "", reverse_numbers(question))
            tokens, said = [START, *characters_to_tokens(turned).tolist(), ANSWER], list[int]()
            prefix = torch.tensor([len(tokens)])
            while len(said) < 12:
                read = torch.tensor([tokens + said])
                x = model.embed(read, digit_index(read))
                hidden = model.backbone(x, torch.arange(read.shape[1])[None], prefix)
                said.append(int(character_logits(model.backbone, hidden[0, -1]).argmax()))
                if said[-1] == END:
                    break
            text = tokens_to_characters([token for token in said if token != END])
            assert answer.text == drop_zeros(reverse_numbers(text)) and answer.ended == (said[-1] == END)
            runs |= {len(digits) for digits in re.findall("[0-9]+", text)}
    assert max(runs) > 2  # numbers of several digits were said


def test_numbers_longer_than_any_index_are_read() -> None:
    (answer,) = make().answer(["7" * (LONGEST_NUMBER + POSITIONS) + " + 1"])
    assert isinstance(answer.text, str)
