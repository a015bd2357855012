"""The backbone: who sees whom, positions, the cache, dropout; and answers spoken with it."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from fluxem.integration.stream import ANSWER, END, START, VOCABULARY_SIZE
from fluxem.models import speaker
from fluxem.models.backbone import Backbone, BackboneConfig, Cache, dropout
from fluxem.models.speaker import answer_tokens, character_logits, pad, speak, speaking_loss
from fluxem.models.token_only import TokenOnly, question_tokens

WIDTH = 32
WINDOW = 3


def make(seed: int = 0, **changed: Any) -> Backbone:
    sizes = {"hidden_dim": WIDTH, "num_layers": 2, "num_heads": 4, "mlp_dim": 64, "window": WINDOW} | changed
    torch.manual_seed(seed)
    return Backbone(BackboneConfig(VOCABULARY_SIZE, **sizes)).eval()


def streams(batch: int, length: int, seed: int = 1) -> Tensor:
    return torch.randn(batch, length, WIDTH, generator=torch.Generator().manual_seed(seed))


def positions(*lengths: int) -> Tensor:
    column = torch.arange(max(lengths))
    return torch.where(column < torch.tensor(lengths)[:, None], column, -1)


def close(a: Tensor, b: Tensor) -> bool:
    return a.shape == b.shape and torch.allclose(a, b, atol=2e-5)


@pytest.fixture(params=[0, 2, 4], ids="local_heads={}".format)
def backbone(request: pytest.FixtureRequest) -> Backbone:
    return make(local_heads=request.param)


def differs(a: Tensor, b: Tensor) -> list[bool]:
    """Where the states (1, T, H) of one stream differ from those of another."""
    return ((a - b).abs().amax(-1) > 1e-6)[0].tolist()


# --- who sees whom ---


@torch.no_grad()
def test_padding_and_row_mates_change_nothing(backbone: Backbone) -> None:
    lengths = (7, 12, 1, 4)
    x = streams(4, 12)
    together = backbone(x, positions(*lengths))
    for row, length in enumerate(lengths):
        alone = backbone(x[row : row + 1, :length], positions(length))
        assert close(together[row, :length], alone[0])
    other_padding = torch.where((positions(*lengths) < 0)[:, :, None], torch.full_like(x, 5.0), x)
    changed = backbone(other_padding, positions(*lengths))
    for row, length in enumerate(lengths):
        assert close(changed[row, :length], together[row, :length])


@torch.no_grad()
def test_the_question_sees_all_of_itself_and_nothing_of_the_answer() -> None:
    backbone = make(local_heads=2)
    x, at, prefix = streams(1, 10), positions(10), torch.tensor([6])
    before = backbone(x, at, prefix)
    for place in range(10):
        changed = x.clone()
        changed[0, place] *= -1
        seen_by = differs(backbone(changed, at, prefix), before)
        if place < 6:
            assert all(seen_by)
        else:
            assert seen_by == [False] * place + [True] * (10 - place)


@torch.no_grad()
def test_each_row_has_its_own_prefix() -> None:
    backbone = make()
    x, prefix = streams(2, 9), torch.tensor([3, 7])
    together = backbone(x, positions(9, 9), prefix)
    for row in range(2):
        alone = backbone(x[row : row + 1], positions(9), prefix[row : row + 1])
        assert close(together[row], alone[0])
    assert not close(together, backbone(x, positions(9, 9)))


@torch.no_grad()
@pytest.mark.parametrize("layers", [1, 2])
def test_local_heads_see_only_their_window(layers: int) -> None:
    backbone = make(local_heads=4, num_layers=layers)
    x, at = streams(1, 20), positions(20)
    before = backbone(x, at)
    for place in (0, 9, 19):
        changed = x.clone()
        changed[0, place] *= -1
        near = [abs(place - other) <= WINDOW * layers for other in range(20)]
        assert differs(backbone(changed, at), before) == near


def test_the_first_heads_are_local_and_the_others_are_not() -> None:
    seen = make(local_heads=1).attention_bias(positions(12, 9), positions(12, 9), None) == 0  # (B, nh, T, S)
    place = torch.arange(12)
    near = (place[:, None] - place).abs() <= WINDOW
    assert torch.equal(seen[0, 0], near)
    assert torch.equal(seen[1, 0, :9], (near & (place < 9))[:9])
    assert seen[0, 1:].all() and torch.equal(seen[1, 1:, :9], (place < 9).expand(3, 9, 12))


@torch.no_grad()
def test_positions_matter_by_their_distance_alone(backbone: Backbone) -> None:
    x, at = streams(1, 8), positions(8)
    states = backbone(x, at)
    assert torch.allclose(backbone(x, at + 50), states, atol=1e-4)
    assert not torch.allclose(backbone(x, at * 2), states, atol=1e-2)
    assert not torch.allclose(backbone(x.flip(1), at), states.flip(1), atol=1e-2)


@torch.no_grad()
def test_streams_of_any_length_have_finite_states() -> None:
    states = make(local_heads=2)(streams(1, 600), positions(600))
    assert states.isfinite().all()
    assert torch.allclose(states.mean(-1), torch.zeros(1, 600), atol=1e-5)  # normalised
    assert torch.allclose(states.std(-1, correction=0), torch.ones(1, 600), atol=1e-3)


# --- reading less ---


@torch.no_grad()
@pytest.mark.parametrize("prefix", [None, torch.tensor([4, 6])], ids=["read", "spoken"])
def test_wanted_columns_have_the_states_of_a_full_reading(backbone: Backbone, prefix: Tensor | None) -> None:
    x, at = streams(2, 11), positions(11, 8)
    everything = backbone(x, at, prefix)
    wanted = torch.tensor([[0, 5, 10, 3], [7, 0, 2, 2]])
    expected = torch.stack([everything[row, columns] for row, columns in enumerate(wanted)])
    assert close(backbone(x, at, prefix, wanted), expected)


@torch.no_grad()
def test_reading_on_from_a_cache_is_reading_it_all(backbone: Backbone) -> None:
    x, prefix = streams(3, 14), torch.tensor([5, 9, 2])
    full = [backbone(x[row : row + 1], positions(14), prefix[row : row + 1])[0] for row in range(3)]
    cache = Cache()
    column = torch.arange(9)
    first = backbone(x[:, :9], torch.where(column < prefix[:, None], column, -1), prefix, cache=cache)
    for row, length in enumerate(prefix.tolist()):
        assert close(first[row, :length], full[row][:length])
    for step in range(5):
        at = (prefix + step)[:, None]
        state = backbone(x[torch.arange(3), at[:, 0]][:, None], at, prefix, cache=cache)
        assert close(state[:, 0], torch.stack([full[row][at[row, 0]] for row in range(3)]))


# --- dropout ---


def test_dropout_keeps_the_mean_and_drops_its_share() -> None:
    torch.manual_seed(0)
    x = torch.ones(999, 1001)
    for rate in (0.1, 0.5, 0.9):
        dropped = dropout(x, rate)
        assert dropped.mean().item() == pytest.approx(1, abs=0.02)
        assert (dropped == 0).float().mean().item() == pytest.approx(rate, abs=0.005)
        assert len(dropped.unique()) == 2 and dropped.shape == x.shape
    assert torch.equal(dropout(x, 0.0), x)
    assert not torch.equal(dropout(x, 0.5), dropout(x, 0.5))
    neighbours = dropout(x, 0.5)
    assert (neighbours[:, 1:] * neighbours[:, :-1]).mean().item() == pytest.approx(1, abs=0.02)  # independent


def test_dropout_is_off_outside_training() -> None:
    backbone, x = make(dropout=0.3), streams(1, 6)
    plain = make(dropout=0.0)
    assert torch.equal(backbone(x, positions(6)), plain(x, positions(6)))
    for either in (backbone, plain):
        either.train()
    assert not torch.equal(backbone(x, positions(6)), backbone(x, positions(6)))
    assert torch.equal(plain(x, positions(6)), plain(x, positions(6)))


# --- speaking ---


def talkative(seed: int) -> TokenOnly:
    """An untrained model whose characters vary, and which sometimes ends by itself."""
    torch.manual_seed(seed)
    sizes = {"hidden_dim": WIDTH, "num_layers": 2, "num_heads": 4, "mlp_dim": 64, "local_heads": 1}
    model = TokenOnly(sizes).eval()
    with torch.no_grad():
        model.backbone.embedding.weight.normal_()
        model.backbone.embedding.weight[END] *= 4
    return model


@torch.no_grad()
def spoken_slowly(backbone: Backbone, tokens: list[int], most: int) -> list[int]:
    """Greedy answer by reading everything again for each character."""
    prefix, said = torch.tensor([len(tokens)]), list[int]()
    while len(said) < most:
        read = torch.tensor([tokens + said])
        hidden = backbone(backbone.embedding(read), positions(read.shape[1]), prefix)
        said.append(int(character_logits(backbone, hidden[0, -1]).argmax()))
        if said[-1] == END:
            break
    return said


def test_speaking_is_reading_it_all_again_for_each_character(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speaker, "LONGEST_ANSWER", 9)
    questions = [[START, *range(10, 10 + length), ANSWER] for length in (3, 14, 0, 7, 1, 9)]
    ended = []
    for seed in range(4):
        backbone = talkative(seed).backbone
        tokens, lengths = pad([np.array(question) for question in questions])
        for question, answer in zip(questions, speak(backbone, backbone.embedding(tokens), lengths), strict=True):
            said = spoken_slowly(backbone, question, 9)
            letters = [token for token in said if token != END]
            assert answer.text == "".join(chr(token + 26) if token >= 6 else "?" for token in letters)
            assert answer.ended == (said[-1] == END) and answer.source == "characters"
            ended.append(answer.ended)
    assert len(set(ended)) == 2  # both kinds were seen


def test_token_only_answers_its_question_with_a_start_and_an_answer_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speaker, "LONGEST_ANSWER", 9)
    model, texts = talkative(1), ["12 + 7", "", "What is 2 × 3?"]
    for answer, characters in zip(model.answer(texts), ("12+7", "", "What is 2*3?"), strict=True):
        question = [START, *(ord(character) - 26 for character in characters), ANSWER]
        said = spoken_slowly(model.backbone, question, 9)
        assert answer.text == "".join(chr(token + 26) if token >= 6 else "?" for token in said if token != END)


def test_the_speaking_loss_is_the_mean_over_answer_characters_and_the_end() -> None:
    backbone = talkative(0).backbone
    pairs = [("12 + 7", "19"), ("How much is 3*4?", "-12345"), ("", "1"), ("1/2", "")]
    rows = [np.concatenate([question_tokens(text), answer_tokens(answer)]) for text, answer in pairs]
    prefix = torch.tensor([len(row) - len(answer) - 1 for row, (_, answer) in zip(rows, pairs, strict=True)])
    tokens, lengths = pad(rows)
    losses = []
    for row, start in zip(rows, prefix.tolist(), strict=True):
        read = torch.from_numpy(row)[None]
        hidden = backbone(backbone.embedding(read), positions(len(row)), torch.tensor([start]))
        logits = character_logits(backbone, hidden[0])
        losses += [F.cross_entropy(logits[at - 1], read[0, at]) for at in range(start, len(row))]
    loss = speaking_loss(backbone, backbone.embedding(tokens), tokens, prefix, lengths)
    assert len(losses) == sum(len(answer) + 1 for _, answer in pairs)
    assert loss.item() == pytest.approx(torch.stack(losses).mean().item(), rel=1e-4)
