"""The hybrid's variants: what a run of each holds, what each sees, and what those say that learn nothing."""

import csv
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from mixed import streams_from
from safetensors.torch import load_file
from tiny import ARCHITECTURE, Trained, spec_of

from fluxem.errors import InputError
from fluxem.integration.sample_format import Sample, read_samples
from fluxem.integration.segmenter import spans
from fluxem.models import speaker
from fluxem.models.hybrid import Hybrid
from fluxem.models.hybrid_blind import HybridBlind
from fluxem.models.hybrid_text import HybridText
from fluxem.models.inference import answer_all, answer_samples
from fluxem.models.kinds import kind_of
from fluxem.models.learned_projection import PLACES, LearnedProjection
from fluxem.models.load import load_model
from fluxem.models.oracle import Oracle
from fluxem.models.packing import SPEAK, allowed_candidates, pack
from fluxem.models.random_router import RandomRouter
from fluxem.pipeline.rows import ROWS
from fluxem.training import hybrid

FULL = {
    **{"hidden_dim": 128, "num_layers": 2, "num_heads": 4, "mlp_dim": 512, "dropout": 0.1},
    **{"local_heads": 2, "window": 6, "router_dim": 64},
}
VARIANTS = [name for name, row in ROWS.items() if row.family == "hybrid" and name != "hybrid"]
UNLEARNED = ["oracle", "random_router"]
every_variant = pytest.mark.parametrize("variant", VARIANTS)


def spec(variant: str, seed: int = 0, **training: Any) -> dict[str, Any]:
    return spec_of("hybrid", seed, epochs=1, **training) | {"model": f"some_{variant}", "variant": variant}


def train(variant: str, data: Path, out: Path, seed: int = 0) -> Path:
    hybrid.train(spec(variant, seed), data, out, "cpu")
    return out


@pytest.fixture(scope="module")
def runs(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder of each variant, after one epoch."""
    folder = tmp_path_factory.mktemp("variants")
    for variant in VARIANTS:
        train(variant, trained.data, folder / variant)
    return folder


@pytest.fixture
def short_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speaker, "LONGEST_ANSWER", 8)  # an untrained model seldom ends by itself


def network(kind: type[Any], seed: int = 0) -> Any:
    torch.manual_seed(seed)
    return kind(ARCHITECTURE["hybrid"]).eval()


# --- runs ---


@every_variant
def test_a_run_is_complete_and_read_back_as_what_it_is(runs: Path, variant: str) -> None:
    folder = runs / variant
    assert {file.name for file in folder.iterdir()} == {"history.csv", "model.safetensors", "run.json"}
    record = json.loads((folder / "run.json").read_text())
    model = load_model(folder)
    assert type(model) is kind_of(variant) and not model.training
    assert record["parameters"] == sum(weight.numel() for weight in model.parameters())
    epochs = 0 if variant in UNLEARNED else 1
    assert (record["epochs"], record["best_epoch"]) == (epochs, epochs)
    with (folder / "history.csv").open(newline="") as file:
        assert len(list(csv.DictReader(file))) == epochs


@every_variant
def test_a_run_hangs_on_its_seed_alone(runs: Path, trained: Trained, variant: str, tmp_path: Path) -> None:
    torch.manual_seed(99)
    again, other = train(variant, trained.data, tmp_path / "a"), train(variant, trained.data, tmp_path / "b", 1)
    weights = [(folder / "model.safetensors").read_bytes() for folder in (runs / variant, again, other)]
    assert weights[0] == weights[1] != weights[2]


@every_variant
def test_variants_are_of_the_size_of_the_hybrid(variant: str) -> None:
    count, usual = (sum(w.numel() for w in kind_of(name)(FULL).parameters()) for name in (variant, "hybrid"))
    assert abs(count / usual - 1) < 0.05


@every_variant
def test_answers_are_the_same_in_any_batch(
    runs: Path, trained: Trained, variant: str, short_answers: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    samples = read_samples(trained.data / "test_ood_length.jsonl")
    model = load_model(runs / variant)
    alone = [answer_samples(model, [sample])[0] for sample in samples]
    monkeypatch.setattr("fluxem.models.inference.BATCH", 5)
    assert answer_samples(model, samples) == alone
    if variant != "oracle":
        assert answer_all(model, [sample.text for sample in samples]) == alone


def test_the_float_variant_is_trained_as_the_hybrid_is(runs: Path, trained: Trained, tmp_path: Path) -> None:
    hybrid.train(spec("hybrid"), trained.data, tmp_path, "cpu")
    for name in ("model.safetensors", "history.csv"):
        assert (tmp_path / name).read_bytes() == (runs / "hybrid_float" / name).read_bytes()


# --- blind ---


def test_a_blind_router_sees_no_values(short_answers: None) -> None:
    questions = [streams_from("12 + 34 * 5"), streams_from("99 + 7 * 123456")]
    blind, seeing = network(HybridBlind), network(Hybrid)
    assert (blind.route(questions[0]) == blind.route(questions[1])).all()
    assert not np.allclose(seeing.route(questions[0]), seeing.route(questions[1]))
    assert not np.allclose(blind.route(questions[0]), blind.route(streams_from("12 - 34 * 5")))


# --- text ---


def sample(text: str, target: str) -> Sample:
    return Sample(text, target, tuple(spans(text)))


SAMPLES = [sample("12 + 7", "19"), sample("hello", "olleh"), sample("What is (1 + 2) * 3?", "-9"), sample("5 m", "5")]
speaking = pytest.mark.parametrize("kind", [HybridText, LearnedProjection])


@speaking
def test_the_loss_of_a_batch_is_that_of_its_rows(kind: type[HybridText]) -> None:
    model = network(kind)
    each = [model.loss(model.read([one])).item() for one in SAMPLES]
    together = model.loss(model.read(SAMPLES)).item()
    assert together == pytest.approx(np.average(each, weights=[len(one.target_text) + 1 for one in SAMPLES]), rel=1e-4)
    some = model.read(SAMPLES).take(np.array([2, 0]), "cpu")
    assert model.loss(some).item() == pytest.approx(model.loss(model.read([SAMPLES[2], SAMPLES[0]])).item(), rel=1e-5)


@speaking
def test_what_is_spoken_hangs_on_the_numbers(kind: type[HybridText]) -> None:
    model = network(kind)
    losses = [model.loss(model.read([sample(text, "19")])) for text in ("12 + 7", "13 + 7", "12 + 700")]
    assert len({round(loss.item(), 6) for loss in losses}) == 3
    losses[0].backward()
    for name, weight in model.named_parameters():
        assert weight.grad is not None and weight.grad.abs().sum() > 0, name


@speaking
def test_a_few_questions_can_be_learned_by_heart(kind: type[HybridText]) -> None:
    torch.manual_seed(0)
    model = kind(ARCHITECTURE["hybrid"]).train()
    samples = [sample(f"{a} + {b}", str(a + b)) for a in range(4) for b in (5, 60, 700)]
    rows, adam = model.read(samples), torch.optim.Adam(model.parameters(), 0.005)
    for _ in range(300):
        adam.zero_grad()
        model.loss(rows).backward()
        adam.step()
    answers = model.eval().answer([one.text for one in samples])
    assert sum(answer.text == one.target_text for answer, one in zip(answers, samples, strict=True)) >= 11
    assert {(answer.source, answer.decisions) for answer in answers} == {("characters", 0)}


def test_a_learned_number_is_its_characters_and_their_places() -> None:
    model = network(LearnedProjection)
    vectors = torch.from_numpy(model.vectors_of(streams_from("7 + 70 - 7 + -7.5 - 1/3")))[0]
    read = model.read_values(vectors, torch.full((5,), 12)).detach().numpy()
    assert (read[0] == read[2]).all() and len({row.tobytes() for row in read}) == 4
    long = "123456789" * 4
    ends = model.vectors_of(streams_from(f"{long} + 9{long[-PLACES:]}"))[0]
    assert (ends[0] == ends[1]).all()


def test_a_learned_projection_sees_nothing_of_other_domains() -> None:
    model = network(LearnedProjection)
    assert not model.vectors_of(streams_from("5 m + 7 kg")).any()


# --- not learned ---


def test_the_oracle_is_right(runs: Path, trained: Trained) -> None:
    oracle = load_model(runs / "oracle")
    for split in ("validation", "test_ood_combined"):
        samples = read_samples(trained.data / f"{split}.jsonl")
        for one, answer in zip(samples, answer_samples(oracle, samples), strict=True):
            assert (answer.text, answer.source) == (one.target_text, "vectors")
            assert answer.decisions == one.metadata["operations"] + 1 == len(answer.operations) + 1


def test_the_oracle_needs_a_derivation(trained: Trained) -> None:
    oracle, one = network(Oracle), read_samples(trained.data / "test_ood_length.jsonl")[0]
    with pytest.raises(InputError, match="the oracle has learned nothing"):
        oracle.answer([one.text])
    steps = one.metadata["derivation"]
    for wrong in (None, "add", [], steps[1:], [[99, "add", False], *steps[1:]], [[0, "pow", False], *steps[1:]]):
        with pytest.raises(InputError, match=rf"^sample {one.id}: metadata.derivation is missing or does not"):
            answer_samples(oracle, [replace(one, metadata={"derivation": wrong})])
    with pytest.raises(InputError, match="the text does not read as its spans"):
        answer_samples(oracle, [replace(one, text=one.text + " + 3")])


def test_a_random_router_chooses_evenly_and_speaks_only_without_a_value(short_answers: None) -> None:
    router = network(RandomRouter)
    texts = [f"{number} + 2 * 3" for number in range(3000)]
    streams = streams_from(*texts)
    chosen = Counter(router.choose(router.route(streams), streams).tolist())
    may = np.flatnonzero(allowed_candidates(streams)[0])
    assert set(chosen) == set(may) - {SPEAK}
    expected = len(texts) / len(chosen)
    assert all(abs(count - expected) < 5 * expected**0.5 for count in chosen.values())
    assert [answer.source for answer in router.answer(["hello", "7"])] == ["characters", "vectors"]


def test_a_random_router_is_given_by_its_seed(runs: Path) -> None:
    texts = [f"{number} + 2 * 3 - 4" for number in range(40)]
    first, other = network(RandomRouter).answer(texts), network(RandomRouter, 1).answer(texts)
    assert first == network(RandomRouter).answer(texts) != other
    kept = load_file(runs / "random_router" / "model.safetensors")["seed"]
    assert load_model(runs / "random_router").seed == kept


# --- brackets ---


def test_free_brackets_make_no_pair_wait(short_answers: None) -> None:
    streams = streams_from("2 * (3 + 4) - 5")
    waiting, free = (allowed_candidates(streams, wait).reshape(-1)[2:].reshape(3, -1).any(1) for wait in (True, False))
    assert waiting.tolist() == [False, True, False] and free.tolist() == [True, True, True]
    for brackets, wait in (({}, True), ({"brackets": "wait"}, True), ({"brackets": "free"}, False)):
        model = Hybrid(ARCHITECTURE["hybrid"] | brackets)
        expected = pack(streams, np.array([0]), wait)
        assert torch.equal(model.pack(streams, np.array([0])).allowed, expected.allowed)
        assert (np.isfinite(model.route(streams)) == expected.allowed.numpy()).all()


@pytest.mark.parametrize(
    "architecture, training",
    [({"brackets": "free"}, {}), ({}, {"negatives": "state"}), ({}, {"follow": "any"}), ({"local_heads": 0}, {})],
    ids=str,
)
def test_every_switch_trains_another_model(
    trained: Trained, architecture: dict[str, Any], training: dict[str, Any], tmp_path: Path
) -> None:
    usual, changed = (spec_of("hybrid", epochs=1, parentheses=1.0, **more) for more in ({}, training))
    changed["architecture"] = changed["architecture"] | architecture
    said = spec_of("hybrid", epochs=1, parentheses=1.0, negatives="batch", follow="own")
    said["architecture"] = said["architecture"] | {"brackets": "wait"}
    weights = []
    for name, one in {"usual": usual, "said": said, "changed": changed}.items():
        hybrid.train(one, trained.data, tmp_path / name, "cpu")
        weights.append((tmp_path / name / "model.safetensors").read_bytes())
    assert weights[0] == weights[1] != weights[2]
