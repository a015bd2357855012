"""The rivals of token-only: what they share with it, and that each can be trained, kept and asked."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tiny import SIZES, spec_of, write_data

from fluxem.integration.sample_format import Sample
from fluxem.integration.segmenter import spans
from fluxem.models.kinds import kind_of
from fluxem.models.load import load_model
from fluxem.models.repeatable import repeatable
from fluxem.models.token_only import TokenOnly
from fluxem.pipeline.rows import ROWS
from fluxem.training import token_only
from fluxem.training.loop import Optimiser, prepare

every_variant = pytest.mark.parametrize("variant", [name for name, row in ROWS.items() if row.family == "token_only"])
#: At the sizes of the experiments.
FULL: dict[str, Any] = {"hidden_dim": 128, "num_layers": 2, "num_heads": 4, "mlp_dim": 568, "dropout": 0.1}
PAIRS = [("12 + 7", "19"), ("3 - 5", "-2"), ("hello", "yes"), ("What is 4 * 30?", "120"), ("1/2 + 1/4", "3/4")]
SAMPLES = [Sample(text, target, tuple(spans(text))) for text, target in PAIRS]


def train(variant: str, data: Path, out: Path) -> dict[str, bytes]:
    """The files of a run of a row that has another name than its variant."""
    spec = spec_of("token_only") | {"model": "a_row", "variant": variant, "seed": 3}
    token_only.train(spec, data, out, "cpu")
    return {file.name: file.read_bytes() for file in out.iterdir()}


def by_heart(variant: str) -> TokenOnly:
    """A model that has learned `SAMPLES`."""
    prepare(0)
    model = kind_of(variant)(SIZES | {"dropout": 0.0})
    model.fit(SAMPLES)
    rows, optimiser = model.train().read(SAMPLES), Optimiser(model, 0.01)
    for step in range(250):
        optimiser.step(model.loss(rows.take(np.arange(len(rows)), "cpu")), step / 250)
    return model.eval()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_data(tmp_path_factory.mktemp("data"))


@every_variant
def test_a_training_is_reproducible_and_read_back_by_its_variant(variant: str, data: Path, tmp_path: Path) -> None:
    files = train(variant, data, tmp_path / "once")
    torch.manual_seed(99)
    assert train(variant, data, tmp_path / "again") == files
    model = load_model(tmp_path / "once")
    assert type(model) is kind_of(variant)
    assert json.loads(files["run.json"])["parameters"] == sum(value.numel() for value in model.parameters())
    losses = [float(line.split(",")[2]) for line in files["history.csv"].decode().splitlines()[1:]]
    assert losses[-1] < 0.95 * losses[0]


@every_variant
def test_every_model_learns_a_few_answers_by_heart(variant: str) -> None:
    """Numbers, signs, fractions and words, of questions with several numbers or none; the same in any batch."""
    with repeatable():
        model = by_heart(variant)
        texts, targets = zip(*PAIRS, strict=True)
        answers = model.answer(texts)
        assert tuple(answer.text for answer in answers) == targets
        assert all(answer.ended and answer.source == "characters" for answer in answers)
        assert [model.answer([text])[0] for text in texts] == answers


@every_variant
def test_parameters_are_within_a_twentieth_of_token_only(variant: str) -> None:
    count, plain = (sum(p.numel() for p in kind_of(name)(FULL).parameters()) for name in (variant, "token_only"))
    assert plain <= count <= 1.05 * plain


@every_variant
def test_the_validation_loss_does_not_hang_on_chance(variant: str) -> None:
    torch.manual_seed(0)
    model = kind_of(variant)(SIZES)
    rows = model.read(SAMPLES)
    losses = [token_only.validation_loss(model, rows, "cpu") for _ in range(3)]
    assert losses[0] == losses[1] == losses[2] and np.isfinite(losses[0])


@every_variant
def test_no_question_at_all_and_an_empty_one(variant: str) -> None:
    model = kind_of(variant)(SIZES).eval()
    assert len(model.answer([""])) == 1
