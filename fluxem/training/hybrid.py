"""Training the hybrid and its variants: the router from answers only, the character head on what is left to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from fluxem.integration.sample_format import Sample
from fluxem.integration.stream import Streams
from fluxem.models.device import move
from fluxem.models.kinds import kind_of, routes
from fluxem.models.repeatable import repeatable
from fluxem.training import token_only
from fluxem.training.checkpoint import Checkpoint, Draws
from fluxem.training.loop import Epoch, Optimiser, Recorder, exact_match, prepare, read_training
from fluxem.training.pool import Pool, Recipe, Teacher, step_loss
from fluxem.training.reachability import Supervision
from fluxem.training.told import Told

if TYPE_CHECKING:
    from fluxem.models.hybrid import Hybrid


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


class Order:
    """Row numbers without end, every row once an epoch."""

    def __init__(self, rows: int, rng: np.random.Generator) -> None:
        self.rows, self.rng = rows, rng
        self.left: list[int] = []  # of this epoch, the next one last

    def __iter__(self) -> Iterator[int]:
        return self

    def __next__(self) -> int:
        if not self.left:
            self.left = self.rng.permutation(self.rows).tolist()[::-1]
        return self.left.pop()


def validate(model: Hybrid, samples: Sequence[Sample]) -> float:
    """Share of samples that the model answers exactly, by real inference."""
    model.eval()
    answers = model.answer([sample.text for sample in samples], [sample.spans for sample in samples])
    model.train()
    return exact_match(answers, samples)


class Session:
    """A training set in training: the questions in flight and those that wait to be spoken.

    Args:
        samples: the training set.
        settings: the training section of the configuration.
        rng: draws the order, the rows and what is spoken.
        told: learn from the derivations of the samples, not from their answers alone.
    """

    def __init__(
        self, samples: Sequence[Sample], settings: Mapping[str, Any], rng: np.random.Generator, told: bool = False
    ) -> None:
        streams = Streams.from_texts([sample.text for sample in samples], [sample.spans for sample in samples])
        answers = [sample.target_text for sample in samples]
        teacher: Teacher = Told(samples) if told else Supervision(streams, answers)
        self.rng, self.size, self.recipe = rng, settings["batch_size"], Recipe.of(settings)
        self.fallback = Fallback(samples, streams, teacher.derivable, settings["fallback_share"])
        self.order = Order(len(samples), rng)
        self.pool = Pool(streams, answers, teacher, self.order, self.size)
        self.finished = 0  # questions

    def state_dict(self) -> dict[str, Any]:
        """Which questions are in flight, and where each is; which wait to be spoken, and which come next."""
        waiting = {"order": self.order.left, "spoken": self.fallback.waiting}
        return {"pool": self.pool.state_dict(), "finished": self.finished} | waiting

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from there."""
        self.pool.load_state_dict(state_dict["pool"])
        self.order.left, self.fallback.waiting = state_dict["order"], state_dict["spoken"]
        self.finished = state_dict["finished"]

    def step(self, model: Hybrid, optimiser: Optimiser, progress: float) -> tuple[float, int]:
        """One step; the routing loss, and how many questions it finished."""
        loss, chosen = step_loss(model, self.pool, self.rng, self.recipe)
        routing = loss.item()
        spoken = self.fallback.batch(self.size)
        if spoken is not None:
            loss = loss + model.speaking_loss(*spoken)
        optimiser.step(loss, progress)
        done = self.pool.move(chosen)
        self.fallback.add(done, self.rng)
        self.finished += len(done)
        return routing, len(done)


def train(spec: dict[str, Any], data: Path, out: Path, device: str) -> None:
    """Train the variant that `spec` names on the data of a folder; write a run folder (see `Recorder.write`).

    Those that speak are trained as token-only is, those that learn nothing not at all, the others by `learn`.
    """
    variant = spec.get("variant", spec["model"])
    prepare(spec["seed"])
    model = kind_of(variant)(spec["architecture"])
    if not routes(model):
        token_only.train(spec, data, out, device)
    elif model.learned:
        learn(variant, spec, data, out, device)
    else:
        Recorder(model, spec["training"], 0).write(out, spec)


@repeatable()
def learn(variant: str, spec: dict[str, Any], data: Path, out: Path, device: str) -> None:
    """Train a router as `spec` says; write a run folder.

    The weights kept are those of the highest exact match on validation questions, the latest of equals; training ends
    early when that has not risen for `patience` epochs.
    """
    rng = prepare(spec["seed"])
    settings = spec["training"]
    samples, held_out = read_training(data, settings)
    session = Session(samples, settings, rng, told=variant == "hybrid_supervised")
    # floats are for answering, not for selecting
    kind = cast("type[Hybrid]", kind_of("hybrid" if variant == "hybrid_float" else variant))
    model = move(kind(spec["architecture"], settings["value_jitter"]), device).train()
    optimiser = Optimiser(model, settings["learning_rate"])
    recorder = Recorder(model, settings, len(samples))
    draws = Draws(rng, device)
    checkpoint = Checkpoint(
        out, spec, device, model=model, optimiser=optimiser, recorder=recorder, session=session, draws=draws
    )
    checkpoint.restore()
    total = settings["epochs"] * len(samples)
    while epoch := recorder.next_epoch:
        losses = []
        while session.finished < epoch * len(samples):
            loss, done = session.step(model, optimiser, session.finished / total)
            losses.append(loss)
            recorder.advance(done)
        score = validate(model, held_out)
        recorder.end_epoch(Epoch(epoch, optimiser.current_rate, sum(losses) / max(len(losses), 1), None, score), score)
        checkpoint.save()
    recorder.write(out, spec)
    checkpoint.remove()
