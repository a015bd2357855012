"""Training: what a run folder holds, that it is reproducible, that it learns, and which weights are kept."""

import csv
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from mixed import items_of, streams_from
from safetensors.torch import load_file
from tiny import ARCHITECTURE, TRAIN, Trained, spec_of, train, write_data
from torch import nn

from fluxem import algebra
from fluxem.errors import InputError
from fluxem.integration.sample_format import Sample, read_samples
from fluxem.integration.segmenter import spans
from fluxem.integration.stream import ANSWER
from fluxem.models.hybrid import Hybrid
from fluxem.models.load import load_model
from fluxem.models.token_only import TokenOnly
from fluxem.models.weights import write_weights
from fluxem.pipeline.files import write_json
from fluxem.training import hybrid, token_only
from fluxem.training.hybrid import Fallback, Order, Session
from fluxem.training.loop import Epoch, Optimiser, Recorder, prepare
from fluxem.training.reachability import number_vectors
from fluxem.training.token_only import batches, validate, validation_loss

FILES = {"history.csv", "model.safetensors", "run.json"}
both_models = pytest.mark.parametrize("model", list(TRAIN))


def history(run: Path) -> list[dict[str, str]]:
    with (run / "history.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def contents(run: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in run.iterdir()}


def sample(text: str, target: str) -> Sample:
    return Sample(text, target, tuple(spans(text)))


# --- a whole training ---


@both_models
def test_a_run_folder_holds_weights_record_and_history(trained: Trained, model: str) -> None:
    folder = trained.runs / model
    assert set(contents(folder)) == FILES
    lines = history(folder)
    assert list(lines[0]) == ["epoch", "learning_rate", "train_loss", "validation_loss", "validation_exact_match"]
    assert [line["epoch"] for line in lines] == ["1", "2", "3", "4"]
    record = json.loads((folder / "run.json").read_text())
    assert record["spec"] == spec_of(model) and record["epochs"] == 4
    assert record["parameters"] == sum(value.numel() for value in load_model(folder).parameters())


@both_models
def test_the_best_epoch_is_the_last_of_the_best_on_validation(trained: Trained, model: str) -> None:
    lines = history(trained.runs / model)
    scores = [(float(line["validation_exact_match"]), -float(line["validation_loss"] or 0)) for line in lines]
    best = max(epoch for epoch, score in enumerate(scores, 1) if score == max(scores))
    assert json.loads((trained.runs / model / "run.json").read_text())["best_epoch"] == best


@both_models
def test_the_loss_falls(trained: Trained, model: str) -> None:
    losses = [float(line["train_loss"]) for line in history(trained.runs / model)]
    assert losses[-1] < 0.95 * losses[0]


@both_models
def test_the_weights_kept_are_those_of_the_best_epoch(trained: Trained, model: str) -> None:
    """They score on validation what history.csv says of that epoch."""
    folder = trained.runs / model
    network = load_model(folder)
    best = history(folder)[json.loads((folder / "run.json").read_text())["best_epoch"] - 1]
    held_out = read_samples(trained.data / "validation.jsonl")
    score = hybrid.validate(network, held_out) if isinstance(network, Hybrid) else validate(network, held_out)
    assert score == pytest.approx(float(best["validation_exact_match"]))
    if isinstance(network, TokenOnly):
        loss = validation_loss(network, network.read(held_out), "cpu")
        assert loss == pytest.approx(float(best["validation_loss"]), rel=1e-5)


@both_models
def test_a_training_is_reproducible_and_hangs_on_its_seed(trained: Trained, model: str, tmp_path: Path) -> None:
    torch.manual_seed(99)  # the state of the process does not matter
    again = train(model, trained.data, tmp_path / "again")
    assert contents(again) == contents(trained.runs / model)
    other = train(model, trained.data, tmp_path / "other", seed=1)
    assert all(contents(other)[name] != contents(again)[name] for name in FILES)


@both_models
def test_patience_ends_a_training_early(trained: Trained, model: str, tmp_path: Path) -> None:
    run = train(model, trained.data, tmp_path, patience=1, epochs=30, learning_rate=1e-30)  # nothing can rise
    assert len(history(run)) == 2


@both_models
def test_missing_data_are_refused(model: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"train\.jsonl: cannot be read"):
        train(model, tmp_path / "nowhere", tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("kind", [TokenOnly, Hybrid])
def test_a_model_read_back_gives_the_same_answers(kind: type[TokenOnly] | type[Hybrid], tmp_path: Path) -> None:
    torch.manual_seed(5)
    name = {TokenOnly: "token_only", Hybrid: "hybrid"}[kind]
    model = kind(ARCHITECTURE[name]).eval()
    write_weights(tmp_path / "model.safetensors", model.state_dict())
    write_json(tmp_path / "run.json", {"spec": spec_of(name)})
    texts = ["12 + 7 - 5", "What is 3 * (4 - 5)?", "hello", ""]
    assert load_model(tmp_path).answer(texts) == model.answer(texts)


# --- the best weights so far ---


def recorded(scores: list[Any], patience: int | None = None) -> tuple[Recorder, list[bool]]:
    """A recorder that saw these scores, one an epoch; the weight of the network is the number of the epoch."""
    model = nn.Linear(1, 1, bias=False)
    recorder, stops = Recorder(model, {"patience": patience, "epochs": len(scores) + 1}, 1), []
    for epoch, given in enumerate(scores, 1):
        score, *ties = given if isinstance(given, tuple) else (given,)
        nn.init.constant_(model.weight, epoch)
        recorder.end_epoch(Epoch(epoch, 0.1, 1.0, None, score), score, *ties)
        stops.append(recorder.next_epoch is None)
    nn.init.constant_(model.weight, -1)
    return recorder, stops


@pytest.mark.parametrize(
    "scores, best",
    [([0.1, 0.5, 0.3], 2), ([0.5, 0.5, 0.3], 2), ([0.0, 0.0, 0.0], 3), ([-3.0, -1.0, -2.0], 2), ([0.2], 1)],
)
def test_the_highest_score_wins_and_the_latest_of_equals(scores: list[float], best: int) -> None:
    recorder, _ = recorded(scores)
    assert recorder.best_epoch == best and recorder.best == (max(scores),)
    assert recorder.weights["weight"].item() == best


def test_where_scores_are_equal_the_next_part_decides() -> None:
    recorder, _ = recorded([(0.5, -3.0), (0.5, -1.0), (0.5, -2.0), (0.4, 0.0)])
    assert recorder.best_epoch == 2 and recorder.best == (0.5, -1.0)
    _, stops = recorded([(0.0, -3.0), (0.0, -2.0), (0.0, -1.0), (0.0, -1.0)], patience=1)
    assert stops == [False, False, False, True]


def test_the_best_weights_are_written_and_every_epoch(tmp_path: Path) -> None:
    recorded([0.1, 0.5, 0.3])[0].write(tmp_path, {"seed": 7})
    assert load_file(tmp_path / "model.safetensors")["weight"].item() == 2
    record = json.loads((tmp_path / "run.json").read_text())
    assert record == {"spec": {"seed": 7}, "parameters": 1, "epochs": 3, "best_epoch": 2}
    assert [line["validation_exact_match"] for line in history(tmp_path)] == ["0.1", "0.5", "0.3"]
    assert {line["validation_loss"] for line in history(tmp_path)} == {""}


@pytest.mark.parametrize(
    "scores, patience, stops",
    [
        ([0.1, 0.5, 0.5, 0.3], 2, [False, False, False, True]),  # an equal score is no rise
        ([0.1, 0.0, 0.2, 0.1, 0.1], 2, [False, False, False, False, True]),
        ([0.1, 0.1], 1, [False, True]),
        ([0.3, 0.2, 0.1, 0.0], None, [False] * 4),
    ],
)
def test_training_stops_when_the_score_has_not_risen(
    scores: list[float], patience: int | None, stops: list[bool]
) -> None:
    assert recorded(scores, patience)[1] == stops


# --- steps ---


def test_the_learning_rate_warms_up_and_falls_along_a_cosine() -> None:
    layer = nn.Linear(2, 1)
    optimiser, rates = Optimiser(layer, 0.5), []
    for step in range(300):
        optimiser.step(layer(torch.ones(2)).square().sum(), step / 300)
        rates.append(optimiser.current_rate)
    cosine = [0.05 + 0.95 * (1 + math.cos(math.pi * step / 300)) / 2 for step in range(300)]
    assert rates == pytest.approx([0.5 * min(1, (at + 1) / 100) * share for at, share in enumerate(cosine)])
    optimiser.step(layer(torch.ones(2)).sum(), 7.0)
    assert optimiser.current_rate == pytest.approx(0.5 * 0.05)


def test_gradients_are_clipped() -> None:
    layer = nn.Linear(2, 1)
    Optimiser(layer, 0.1).step(layer(torch.ones(2)).sum() * 1e6, 0.0)
    assert math.hypot(*(value for part in layer.parameters() for value in part.grad.flatten().tolist())) < 1.001


def test_batches_of_questions_hold_every_row_once() -> None:
    lengths, rng = np.arange(1, 54), np.random.default_rng(0)
    for size in (1, 8, 60):
        cut = batches(lengths, size, rng)
        assert sorted(np.concatenate(cut).tolist()) == list(range(53))
        assert max(map(len, cut)) <= size and len(cut) == math.ceil(53 / size)


def test_a_batch_holds_the_chosen_rows_and_no_column_beyond_them() -> None:
    samples = [sample("1 + " * length + "1", "7" * length) for length in range(1, 8)]
    model = TokenOnly(ARCHITECTURE["token_only"])
    for chosen in ([2, 0, 4], [6], [1, 1]):
        batch = model.read(samples).take(np.array(chosen), "cpu")
        alone = model.read([samples[index] for index in chosen])
        assert all(torch.equal(getattr(batch, name), getattr(alone, name)) for name in ("tokens", "prefix", "lengths"))


def test_the_validation_loss_is_the_mean_over_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    samples = [sample("1 + " * length + "1", "7" * (9 - length)) for length in range(1, 8)]
    torch.manual_seed(0)
    model = TokenOnly(ARCHITECTURE["token_only"]).train()
    each = [validation_loss(model, model.read([one]), "cpu") for one in samples]
    expected = np.average(each, weights=[len(one.target_text) + 1 for one in samples])
    monkeypatch.setattr(token_only, "VALIDATION_BATCH", 3)
    assert validation_loss(model, model.read(samples), "cpu") == pytest.approx(expected, rel=1e-5)
    assert model.training


def test_rows_come_once_an_epoch_in_another_order() -> None:
    order = Order(10, np.random.default_rng(0))
    drawn = [[next(order) for _ in range(10)] for _ in range(3)]
    assert all(sorted(epoch) == list(range(10)) for epoch in drawn) and drawn[0] != drawn[1] != drawn[2]


def test_targets_are_vectors_only_where_they_are_the_rendering_of_a_number() -> None:
    texts = ["19", "-7", "3.25", "1/3", "019", "+5", "yes", "12 m", "1 2", "2/4", "1e3", "9" * 200]
    vectors = number_vectors(texts)
    for text, vector in zip(texts, vectors, strict=True):
        expected = algebra.encode(text) if text in ("19", "-7", "3.25", "1/3") else np.zeros(128)
        assert (vector == expected).all(), text


# --- what is left to characters ---

SAMPLES = [sample("3 + 4", "7"), sample("3 ? 4", "8"), sample("hello", "5"), sample("9 - 2", "7")]
DERIVABLE = np.array([True, False, False, True])


def fallback(share: float) -> Fallback:
    return Fallback(SAMPLES, streams_from(*(each.text for each in SAMPLES)), DERIVABLE, share)


def fallback_batches(share: float, finished: list[int], size: int) -> Iterator[tuple[list[Any], list[str]]]:
    """The batches after these questions are finished, streams as plain lists."""
    waiting = fallback(share)
    waiting.add(np.array(finished), np.random.default_rng(0))
    while (batch := waiting.batch(size)) is not None:
        yield items_of(batch[0]), batch[1]


def test_questions_without_a_derivation_are_spoken_with_their_values() -> None:
    ((streams, answers),) = fallback_batches(0.0, [0, 1, 2, 3], 2)
    assert streams == [[3, "?", 4], list("hello")] and answers == ["8", "5"]


def test_a_share_of_the_others_is_spoken_without_their_spans() -> None:
    ((streams, answers),) = fallback_batches(1.0, [0, 1, 2, 3], 4)
    assert dict(zip(map(tuple, streams), answers, strict=True)) == {
        (3, "?", 4): "8",
        tuple("hello"): "5",
        tuple("3+4"): "7",
        tuple("9-2"): "7",
    }
    waiting = fallback(0.25)
    waiting.add(np.zeros(4000, np.int64), np.random.default_rng(0))
    assert 900 < len(waiting.waiting) < 1100


def test_batches_wait_until_they_are_full() -> None:
    assert list(fallback_batches(1.0, [0, 3], 3)) == []
    found = [answers for _, answers in fallback_batches(0.0, [1, 1, 2, 1, 2], 2)]
    assert found == [["8", "8"], ["5", "8"]]


def test_a_session_speaks_of_what_it_has_finished(tmp_path: Path) -> None:
    samples = read_samples(write_data(tmp_path) / "train.jsonl")
    settings = spec_of("hybrid", fallback_share=1.0)["training"]
    session = Session(samples, settings, prepare(0))
    model = Hybrid(ARCHITECTURE["hybrid"], 0.5).train()
    optimiser, finished = Optimiser(model, 0.1), 0
    before = model.backbone.embedding.weight[ANSWER].detach().clone()  # read where something is spoken alone
    for _ in range(12):
        loss, done = session.step(model, optimiser, 0.0)
        finished += done
        assert math.isfinite(loss) and 0 <= done <= 8
    assert finished > len(session.fallback.waiting)
    assert (finished - len(session.fallback.waiting)) % 8 == 0  # whole batches were spoken
    assert torch.cosine_similarity(model.backbone.embedding.weight[ANSWER], before, dim=0) < 0.999
