"""Training token-only and its rivals: the loss of the answer, until validation gets no better.

The loss of validation rises long before its exact match stops rising (digits are learned by heart while words are still
understood better), so weights are selected by what they are measured by.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch

from fluxem.integration.sample_format import Sample
from fluxem.models.answer import Answer
from fluxem.models.device import move
from fluxem.models.kinds import kind_of
from fluxem.models.repeatable import repeatable
from fluxem.models.rows import Rows
from fluxem.training.checkpoint import Checkpoint, Draws
from fluxem.training.loop import Epoch, Optimiser, Recorder, exact_match, prepare, read_training

if TYPE_CHECKING:
    from fluxem.models.token_only import TokenOnly

#: Batches are cut from this many batches' worth of shuffled rows, sorted by length.
BUCKET = 8
VALIDATION_BATCH = 256


def batches(lengths: np.ndarray, size: int, rng: np.random.Generator) -> list[np.ndarray]:
    """Row numbers of every batch of an epoch: shuffled, with rows of about the same length together."""
    order = rng.permutation(len(lengths))
    cut = []
    for start in range(0, len(order), size * BUCKET):
        bucket = order[start : start + size * BUCKET]
        bucket = bucket[np.argsort(lengths[bucket], kind="stable")]
        cut += np.split(bucket, range(size, len(bucket), size))
    return [cut[i] for i in rng.permutation(len(cut))]


@torch.inference_mode()
def validate(model: TokenOnly, samples: Sequence[Sample]) -> float:
    """Share of samples that the model answers exactly, by real inference."""
    model.eval()
    order = sorted(range(len(samples)), key=lambda row: len(samples[row].text))
    asked = [samples[row] for row in order]
    answers: list[Answer] = []
    for start in range(0, len(asked), VALIDATION_BATCH):
        answers += model.answer([sample.text for sample in asked[start : start + VALIDATION_BATCH]])
    model.train()
    return exact_match(answers, asked)


@torch.inference_mode()
def validation_loss(model: TokenOnly, rows: Rows, device: str) -> float:
    """Mean loss of a token of the answers over all rows."""
    model.eval()
    said = rows.said.numpy()
    order = np.argsort(rows.lengths.numpy(), kind="stable")
    total = 0.0
    for chosen in np.split(order, range(VALIDATION_BATCH, len(order), VALIDATION_BATCH)):
        total += model.loss(rows.take(chosen, device)).item() * float(said[chosen].sum())
    model.train()
    return total / float(said.sum())


@repeatable()
def train(spec: dict[str, Any], data: Path, out: Path, device: str) -> None:
    """Train the variant that `spec` names on the data of a folder; write a run folder (see `Recorder.write`).

    The weights kept are those of the highest exact match on validation questions, of equals those of the lowest loss;
    training ends when neither has got better for `patience` epochs.
    """
    rng = prepare(spec["seed"])
    settings = spec["training"]
    samples, held_out = read_training(data, settings)
    model = cast("type[TokenOnly]", kind_of(spec.get("variant", spec["model"])))(spec["architecture"])
    model.fit(samples)
    model = move(model, device).train()
    rows, checked_rows = model.read(model.vary(samples, rng)), model.read(held_out)
    lengths = rows.lengths.numpy()
    optimiser = Optimiser(model, settings["learning_rate"])
    recorder = Recorder(model, settings, len(rows))
    steps = settings["epochs"] * -(-len(rows) // settings["batch_size"])
    draws = Draws(rng, device)
    checkpoint = Checkpoint(out, spec, device, model=model, optimiser=optimiser, recorder=recorder, draws=draws)
    checkpoint.restore()
    while epoch := recorder.next_epoch:
        total = 0.0
        for chosen in batches(lengths, settings["batch_size"], rng):
            loss = model.loss(rows.take(chosen, device))
            optimiser.step(loss, optimiser.steps / steps)
            total += loss.item() * len(chosen)
            recorder.advance(len(chosen))
        score, checked = validate(model, held_out), validation_loss(model, checked_rows, device)
        recorder.end_epoch(Epoch(epoch, optimiser.current_rate, total / len(rows), checked, score), score, -checked)
        checkpoint.save()
    recorder.write(out, spec)
    checkpoint.remove()
