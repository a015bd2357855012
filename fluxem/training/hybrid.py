"""Training the hybrid: the router from answers only, the character head on what is left to characters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from fluxem.integration.sample_format import Sample
from fluxem.integration.stream import Streams
from fluxem.models.device import move
from fluxem.models.hybrid import Hybrid
from fluxem.models.repeatable import repeatable
from fluxem.training.loop import Epoch, Optimiser, Recorder, prepare, read_training
from fluxem.training.pool import Pool, step_loss
from fluxem.training.reachability import Supervision


class Fallback:
    """Questions for the character head: those without a derivation, and a share of the others without their spans.

    So the model learns to speak where the segmenter finds nothing, as token-only does.
    """

    def __init__(self, samples: Sequence[Sample], streams: Streams, derivable: np.ndarray, share: float) -> None:
        self.samples, self.mixed, self.derivable, self.share = samples, streams, derivable, share
        self.plain = Streams.from_texts([sample.text for sample in samples], [[]] * len(samples))
        self.waiting: list[int] = []

    def add(self, finished: np.ndarray, rng: np.random.Generator) -> None:
        """Take what is to be spoken of the questions that the pool has finished."""
        self.waiting += finished[~self.derivable[finished] | (rng.random(len(finished)) < self.share)].tolist()

    def batch(self, size: int) -> tuple[Streams, list[str]] | None:
        """Streams and their answers when enough are waiting."""
        if len(self.waiting) < size:
            return None
        rows, self.waiting = np.array(self.waiting[:size]), self.waiting[size:]
        mixed, plain = rows[~self.derivable[rows]], rows[self.derivable[rows]]
        order = np.concatenate([mixed, plain])
        streams = self.plain.take(order)
        if len(mixed):
            streams = streams.put(np.arange(len(mixed)), self.mixed.take(mixed))
        return streams, [self.samples[row].target_text for row in order]


def epochs(rows: int, rng: np.random.Generator) -> Iterator[int]:
    """Row numbers without end, every row once an epoch."""
    while True:
        yield from rng.permutation(rows).tolist()


def exact_match(model: Hybrid, samples: Sequence[Sample]) -> float:
    """Share of samples that the model answers exactly, by real inference."""
    model.eval()
    answers = model.answer([sample.text for sample in samples], [sample.spans for sample in samples])
    model.train()
    right = [answer.text == sample.target_text for answer, sample in zip(answers, samples, strict=True)]
    return sum(right) / len(samples)


class Session:
    """A training set in training: the questions in flight and those that wait to be spoken.

    Args:
        samples: the training set.
        settings: the training section of the configuration.
        rng: draws the order, the rows and what is spoken.
    """

    def __init__(self, samples: Sequence[Sample], settings: Mapping[str, Any], rng: np.random.Generator) -> None:
        streams = Streams.from_texts([sample.text for sample in samples], [sample.spans for sample in samples])
        answers = [sample.target_text for sample in samples]
        supervision = Supervision(streams, answers)
        self.rng, self.size, self.most_packed = rng, settings["batch_size"], settings["most_packed"]
        self.fallback = Fallback(samples, streams, supervision.derivable, settings["fallback_share"])
        self.pool = Pool(streams, answers, supervision, epochs(len(samples), rng), self.size)

    def step(self, model: Hybrid, optimiser: Optimiser, progress: float) -> tuple[float, int]:
        """One step; the routing loss, and how many questions it finished."""
        loss, chosen = step_loss(model, self.pool, self.rng, self.most_packed)
        routing = loss.item()
        spoken = self.fallback.batch(self.size)
        if spoken is not None:
            loss = loss + model.speaking_loss(*spoken)
        optimiser.step(loss, progress)
        done = self.pool.move(chosen)
        self.fallback.add(done, self.rng)
        return routing, len(done)


@repeatable()
def train(spec: dict[str, Any], data: Path, out: Path, device: str) -> None:
    """Train the hybrid as `spec` says on the data of a folder; write a run folder (see `Recorder.write`).

    The weights kept are those of the highest exact match on validation questions, the latest of equals; training ends
    early when that has not risen for `patience` epochs.
    """
    rng = prepare(spec["seed"])
    settings = spec["training"]
    samples, held_out = read_training(data, settings)
    session = Session(samples, settings, rng)
    model = move(Hybrid(spec["architecture"], settings["value_jitter"]), device).train()
    optimiser = Optimiser(model, settings["learning_rate"])
    recorder = Recorder(model, settings, len(samples))
    finished, total = 0, settings["epochs"] * len(samples)
    for epoch in range(1, settings["epochs"] + 1):
        losses = []
        while finished < epoch * len(samples):
            loss, done = session.step(model, optimiser, finished / total)
            losses.append(loss)
            finished += done
            recorder.advance(done)
        score = exact_match(model, held_out)
        line = Epoch(epoch, optimiser.current_rate, sum(losses) / max(len(losses), 1), None, score)
        if recorder.end_epoch(line, score):
            break
    recorder.write(out, spec)
