"""Training token-only: cross-entropy of the answer's characters and its end, until validation gets no better.

The loss of validation rises long before its exact match stops rising (digits are learned by heart while words are still
understood better), so weights are selected by what they are measured by.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from fluxem.integration.sample_format import Sample
from fluxem.models.answer import Answer
from fluxem.models.device import move
from fluxem.models.repeatable import repeatable
from fluxem.models.speaker import answer_tokens, pad
from fluxem.models.token_only import TokenOnly, question_tokens
from fluxem.training.loop import Epoch, Optimiser, Recorder, exact_match, prepare, read_split

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

    The weights kept are those of the highest exact match on validation questions, of equals those of the lowest loss;
    training ends when neither has got better for `patience` epochs.
    """
    rng = prepare(spec["seed"])
    settings = spec["training"]
    samples, held_out = (read_split(data, split) for split in ("train", "validation"))
    questions, checking = Questions(samples), Questions(held_out)
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
        score, checked = validate(model, held_out), validation_loss(model, checking, device)
        line = Epoch(epoch, optimiser.current_rate, total / len(questions.rows), checked, score)
        if recorder.end_epoch(line, score, -checked):
            break
    recorder.write(out, spec)
