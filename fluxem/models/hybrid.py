"""Hybrid: the same backbone reads a mixed stream; a router says which reduction comes next, the executor does it.

The network learns *what* to compute; the vectors compute it. With no span in the text, or when the router says so, it
speaks characters, exactly as token-only does.

A variant overrides one method: `read_values`, `route`, `choose`, `execute` or `render`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from fluxem import algebra, registry, space
from fluxem.domains.base import Span
from fluxem.integration.reductions import CHOICES, RESULT_TYPE, execute_choices
from fluxem.integration.segmenter import spans as find_spans
from fluxem.integration.stream import ANSWER, VOCABULARY_SIZE, Streams
from fluxem.models.answer import Answer, Step
from fluxem.models.backbone import Backbone, BackboneConfig
from fluxem.models.packing import ANSWER_NOW, REDUCE, SPEAK, Packed, pack
from fluxem.models.speaker import answer_tokens, pad, speak, speaking_loss

#: From streams, and which of the questions each is of, to the scores (B, candidates) of their candidates.
Route = Callable[[Streams, np.ndarray], np.ndarray]
#: What `execute_choices` is.
Execute = Callable[[np.ndarray, np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
#: What the hybrid says where the executor refuses: a division by zero, or a result beyond the exact range.
REFUSED = "undefined"

#: Streams share a pass until so many pairs of positions see each other: attention over more leaves a core's caches.
MOST_SEEN = 2**20

#: How far a network looks into a vector, and (D, SEEN.stop) which of these lanes it reads for each domain. Other lanes,
#: such as the linear and log lanes of a number, would give a value away as one never seen in training.
SEEN = slice(0, max(domain.network_lanes.stop for domain in registry.DOMAINS.values()))
READ = np.zeros((len(registry.DOMAINS), SEEN.stop), np.float32)
for _row, _domain in zip(READ, registry.DOMAINS.values(), strict=True):
    _row[_domain.network_lanes] = 1


class Hybrid(nn.Module):
    """Backbone, projection of vectors, router and tied character head.

    Args:
        architecture: the model section of the configuration. With `brackets: free`, pairs need not wait for brackets;
            by default they do.
        value_jitter: in training, the share of virtual tokens that are read with random phases.
    """

    #: Whether training changes anything.
    learned: ClassVar[bool] = True
    read: Tensor

    def __init__(self, architecture: Mapping[str, Any], value_jitter: float = 0.0) -> None:
        super().__init__()
        H, router_dim = architecture["hidden_dim"], architecture["router_dim"]
        self.value_jitter = value_jitter
        self.brackets_wait = architecture.get("brackets", "wait") == "wait"
        self.register_buffer("read", torch.from_numpy(READ), persistent=False)
        self.backbone = Backbone(BackboneConfig.of(architecture, VOCABULARY_SIZE))
        self.project = nn.Linear(SEEN.stop, H)
        self.type_embedding = nn.Embedding(len(registry.DOMAINS), H)
        self.left = nn.Linear(H, router_dim)
        self.right = nn.Linear(H, router_dim, bias=False)
        self.reduction = nn.Linear(router_dim, len(CHOICES))
        self.stop = nn.Linear(2 * H, 2)
        nn.init.normal_(self.type_embedding.weight, std=0.02)

    @property
    def device(self) -> torch.device:
        """Where the network runs."""
        return self.stop.weight.device

    def pack(self, streams: Streams, row: np.ndarray) -> Packed:
        """Streams laid out in rows, on the network's device, with what it may choose; see `fluxem.models.packing`."""
        return pack(streams, row, self.brackets_wait).to(self.device)

    def read_values(self, vectors: Tensor, types: Tensor) -> Tensor:
        """(V, H) what enters the network for virtual tokens of these vectors (V, 128) and domain indices (V,)."""
        seen = vectors[:, SEEN]
        if self.training and self.value_jitter:
            jittered = torch.rand(len(seen), 1, device=seen.device) < self.value_jitter
            seen = torch.where(jittered, turn_phases(seen), seen)
        return self.project(seen * self.read[types]) + self.type_embedding(types)

    def embed(self, tokens: Tensor, virtual: Tensor, vectors: Tensor, types: Tensor) -> Tensor:
        """(S, T, H) embeddings: characters from the table, virtual tokens from their vectors besides.

        Args:
            tokens: (S, T) int64.
            virtual: (V,) flat positions of the virtual tokens in (S, T).
            vectors: (V, 128) float32.
            types: (V,) domain indices.
        """
        x = self.backbone.embedding(tokens)
        return x.view(-1, x.shape[-1]).index_add(0, virtual, self.read_values(vectors, types)).view_as(x)

    def forward(self, packed: Packed) -> Tensor:
        """(B, 2 + pairs * choices) router scores of every candidate of each question, -inf where not allowed."""
        x = self.embed(packed.tokens, packed.virtual, packed.vectors, packed.types)
        hidden = self.backbone(x, packed.positions, wanted=packed.wanted).flatten(0, 1)  # (S * Q, H)
        virtual = hidden[packed.virtual_read]  # (V, H)
        pair = F.gelu(self.left(virtual[packed.left]) + self.right(virtual[packed.left + 1]))  # (P, R)
        B, candidates = packed.allowed.shape
        scores = hidden.new_zeros(B * (candidates - REDUCE) // len(CHOICES), len(CHOICES))
        scores = scores.index_copy(0, packed.cell, self.reduction(pair))
        last = torch.cat([virtual, hidden.new_zeros(1, hidden.shape[-1])])[packed.last]  # zero where there is none
        stop = self.stop(torch.cat([hidden[packed.start_read], last], dim=-1))  # (B, 2)
        every = torch.cat([stop, scores.view(B, candidates - REDUCE)], dim=1)
        return every.masked_fill(~packed.allowed, -torch.inf)

    def speaking_loss(self, streams: Streams, answers: Sequence[str]) -> Tensor:
        """Loss of answers spoken after mixed streams, one to a row; see `fluxem.models.speaker.speaking_loss`."""
        x, tokens, prefix, lengths = self._append(streams, [answer_tokens(text) for text in answers])
        return speaking_loss(self.backbone, x, tokens, prefix + 1, lengths)

    def speak(self, streams: Streams) -> list[Answer]:
        """Answers in characters to mixed streams, greedily."""
        x, _, _, lengths = self._append(streams, [np.array([ANSWER])] * len(streams))
        return speak(self.backbone, x, lengths)

    def _append(self, streams: Streams, rows: Sequence[np.ndarray]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Embeddings (B, T, H) and tokens (B, T) of streams with more tokens at the end; lengths before and after."""
        packed = self.pack(streams, np.arange(len(streams)))
        B, T = packed.tokens.shape
        extra, count = (tensor.to(self.device) for tensor in pad(rows))
        tokens = F.pad(packed.tokens, (0, extra.shape[1]))
        at = packed.lengths[:, None] + torch.arange(extra.shape[1], device=self.device)
        tokens.scatter_(1, at, extra)
        virtual = packed.virtual + packed.virtual // T * extra.shape[1]
        return (
            self.embed(tokens, virtual, packed.vectors, packed.types),
            tokens,
            packed.lengths,
            packed.lengths + count,
        )

    @torch.inference_mode()
    def route(self, streams: Streams) -> np.ndarray:
        """(B, candidates) log-probabilities, each question in a row of its own."""
        scores = np.full(
            (len(streams), REDUCE + max(streams.types.shape[1] - 1, 0) * len(CHOICES)), -np.inf, np.float32
        )
        lengths = streams.lengths + 1
        order = np.argsort(-lengths, kind="stable")
        while len(order):
            rows, order = np.split(order, [max(1, MOST_SEEN // int(lengths[order[0]]) ** 2)])
            found = torch.log_softmax(self(self.pack(streams.take(rows), np.arange(len(rows)))), dim=1)
            scores[rows, : found.shape[1]] = found.cpu().numpy()
        return scores

    def choose(self, scores: np.ndarray, streams: Streams) -> np.ndarray:
        """(B,) the candidate that each stream goes on with, of scores (B, candidates)."""
        return scores.argmax(1)

    def execute(self, choice: np.ndarray, left: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What `execute_choices` says, by the executor of this model."""
        return execute_choices(choice, left, right)

    def render(self, vectors: np.ndarray) -> list[str]:
        """The texts of vectors (n, 128) as answers."""
        return algebra.answer_batch(vectors)

    def answer(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]] | None = None, *, trace: bool = False
    ) -> list[Answer]:
        """Read, reduce until the router answers, render: one `Answer` for each text.

        Args:
            texts: the questions.
            spans: their spans; found by the segmenter when not given.
            trace: keep every `Step`, with its stream as text.
        """
        return self.derive(texts, spans, lambda streams, _: self.route(streams), trace=trace)

    @torch.inference_mode()
    def derive(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]] | None, route: Route, *, trace: bool = False
    ) -> list[Answer]:
        """What `answer` says, by a route."""
        found = [find_spans(text) for text in texts] if spans is None else spans
        streams = Streams.from_texts(texts, found)
        answers = [Answer() for _ in texts]
        active = np.arange(len(texts))  # which text each stream is of
        while len(active):
            scores = route(streams, active)
            best = self.choose(scores, streams)
            for row, candidate in enumerate(best.tolist()):
                answers[active[row]].decisions += 1
                if trace:
                    step = Step(
                        streams.text(row),
                        describe(streams, row, candidate),
                        float(np.exp(scores[row, candidate])),
                    )
                    answers[active[row]].steps.append(step)
            answered, spoken = np.flatnonzero(best == ANSWER_NOW), np.flatnonzero(best == SPEAK)
            rendered = self.render(streams.last_vectors()[answered])
            for row, text in zip(answered.tolist(), rendered, strict=True):
                answers[active[row]].text, answers[active[row]].source = text, "vectors"
            if len(spoken):
                for row, said in zip(spoken.tolist(), self.speak(streams.take(spoken)), strict=True):
                    answers[active[row]].text, answers[active[row]].ended = said.text, said.ended
            going = np.flatnonzero(best >= REDUCE)
            streams, ok = advance(streams.take(going), best[going], self.execute)
            for row in going[ok].tolist():
                pair, choice = divmod(int(best[row]) - REDUCE, len(CHOICES))
                operation, swapped = CHOICES[choice]
                answers[active[row]].reductions.append((pair, registry.OPERATIONS[operation].name, swapped))
            for row in going[~ok].tolist():
                answers[active[row]].text, answers[active[row]].source = REFUSED, "executor"
            active, streams = active[going[ok]], streams.take(np.flatnonzero(ok))
        return answers


def turn_phases(seen: Tensor) -> Tensor:
    """Turn the phases of vectors (V, SEEN) by random angles, a different one for each prime.

    Addition is a rotation, so this is the vector of the number plus a random one: what a router learns from it cannot
    hang on the numbers of the training range.
    """
    phases = seen[:, space.PHASES].unflatten(1, (-1, 2))  # (V, 48, 2)
    angle = torch.rand(phases.shape[:2], device=seen.device) * (2 * torch.pi)
    cos, sin = angle.cos(), angle.sin()
    turned = [phases[..., 0] * cos - phases[..., 1] * sin, phases[..., 0] * sin + phases[..., 1] * cos]
    return torch.cat([seen[:, space.TAG], torch.stack(turned, dim=-1).flatten(1)], dim=1)


def describe(streams: Streams, row: int, candidate: int) -> str:
    """A candidate of a state as a person reads it: `multiply(34, 5)`, `answer` or `speak`."""
    if candidate in (ANSWER_NOW, SPEAK):
        return "answer" if candidate == ANSWER_NOW else "speak"
    pair, choice = divmod(candidate - REDUCE, len(CHOICES))
    operation, swapped = CHOICES[choice]
    operands = algebra.render_batch(streams.vectors[row, pair : pair + 2])
    return f"{registry.OPERATIONS[operation].name}({', '.join(reversed(operands) if swapped else operands)})"


def advance(streams: Streams, candidates: np.ndarray, execute: Execute = execute_choices) -> tuple[Streams, np.ndarray]:
    """Carry out a reduction in every stream.

    Args:
        streams: B streams.
        candidates: (B,) chosen columns, all reductions.
        execute: the executor.

    Returns:
        The shorter streams, and (B,) whether the executor could do it; a stream of which it could not is meaningless.
    """
    pair, choice = np.divmod(candidates - REDUCE, len(CHOICES))
    rows = np.arange(len(streams))
    if not len(rows):
        return streams, np.ones(0, bool)
    results, ok = execute(choice, streams.vectors[rows, pair], streams.vectors[rows, pair + 1])
    return streams.reduce(pair, results, RESULT_TYPE[choice]), ok
