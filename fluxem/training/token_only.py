"""Training token-only: cross-entropy of the answer's characters and its end, until validation gets no better."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from fluxem.integration.sample_format import Sample
from fluxem.models.device import move
from fluxem.models.repeatable import repeatable
from fluxem.models.speaker import answer_tokens, pad
from fluxem.models.token_only import TokenOnly, question_tokens
from fluxem.training.loop import Epoch, Optimiser, Recorder, prepare, read_split

#: Batches are cut from this many batches' worth of shuffled rows, sorted by length.
BUCKET = 8
VALIDATION_BATCH = 256


class Questions:
    """Questions and answers as token rows.

    Attributes:
        rows: (N,) of token ids: question, `ANSWER`, answer, `END`.
        prefix: (N,) length of each question with `ANSWER`.
        lengths: (N,) length of each row.
    """

    def __init__(self, samples: list[Sample]) -> None:
        questions = [question_tokens(sample.text) for sample in samples]
        answers = [answer_tokens(sample.target_text) for sample in samples]
        self.rows = [np.concatenate(pair) for pair in zip(questions, answers, strict=True)]
        self.prefix = np.array([len(question) + 1 for question in questions])
        self.lengths = np.array([len(row) for row in self.rows])

    def batches(self, size: int, rng: np.random.Generator) -> list[np.ndarray]:
        """Row numbers of every batch of an epoch: shuffled, with rows of about the same length together."""
        order = rng.permutation(len(self.rows))
        batches = []
        for start in range(0, len(order), size * BUCKET):
            bucket = order[start : start + size * BUCKET]
            bucket = bucket[np.argsort(self.lengths[bucket], kind="stable")]
            batches += np.split(bucket, range(size, len(bucket), size))
        return [batches[i] for i in rng.permutation(len(batches))]

    def loss(self, model: TokenOnly, chosen: np.ndarray, device: str) -> torch.Tensor:
        """Loss of the chosen rows."""
        tokens, lengths = pad([self.rows[i] for i in chosen])
        return model.loss(tokens.to(device), torch.from_numpy(self.prefix[chosen]).to(device), lengths.to(device))


@torch.inference_mode()
def validation_loss(model: TokenOnly, questions: Questions, device: str) -> float:
    """Mean loss of a character over all questions."""
    model.eval()
    spoken = questions.lengths - questions.prefix
    order = np.argsort(questions.lengths, kind="stable")
    total = 0.0
    for chosen in np.split(order, range(VALIDATION_BATCH, len(order), VALIDATION_BATCH)):
        total += questions.loss(model, chosen, device).item() * float(spoken[chosen].sum())
    model.train()
    return total / float(spoken.sum())


@repeatable()
def train(spec: dict[str, Any], data: Path, out: Path, device: str) -> None:
    """Train token-only as `spec` says on the data of a folder; write a run folder (see `Recorder.write`).

    The weights kept are those of the lowest validation loss; training ends when that has not fallen for `patience`
    epochs.
    """
    rng = prepare(spec["seed"])
    settings = spec["training"]
    questions, held_out = (Questions(read_split(data, split)) for split in ("train", "validation"))
    model = move(TokenOnly(spec["architecture"]), device).train()
    optimiser = Optimiser(model, settings["learning_rate"])
    recorder = Recorder(model, settings, len(questions.rows))
    steps = settings["epochs"] * -(-len(questions.rows) // settings["batch_size"])
    for epoch in range(1, settings["epochs"] + 1):
        total = 0.0
        for chosen in questions.batches(settings["batch_size"], rng):
            loss = questions.loss(model, chosen, device)
            optimiser.step(loss, optimiser.steps / steps)
            total += loss.item() * len(chosen)
            recorder.advance(len(chosen))
        checked = validation_loss(model, held_out, device)
        line = Epoch(epoch, optimiser.current_rate, total / len(questions.rows), checked, None)
        if recorder.end_epoch(line, -checked):
            break
    recorder.write(out, spec)
