"""Numbers as one token each, read and said: what FoNE and xVal share.

In a question each integer that a model can hold is one `VIRTUAL` token; other spans stay characters. An answer that is
such an integer is one `VIRTUAL` token too: the character head says that a number comes, as it would say a character,
and a head of its own reads the number from the same hidden state, the last of the question. Any other answer is spoken
in characters, as token-only does. So a question may have several numbers or none, an answer is one number or a text.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from fluxem.domains.base import Span
from fluxem.integration.sample_format import Sample
from fluxem.integration.segmenter import spans as find_spans
from fluxem.integration.stream import ANSWER, START, VIRTUAL, stream_tokens
from fluxem.models.answer import Answer
from fluxem.models.rows import Rows, rows_of
from fluxem.models.speaker import answer_states, answer_tokens, character_logits, pad, speak
from fluxem.models.token_only import TokenOnly

#: An integer as answers write it.
_INTEGER = re.compile("0|-?[1-9][0-9]{0,299}")


@dataclass(frozen=True)
class NumberRows(Rows):
    """Rows with at most K numbers in a question. What F values say of a number, a model's `features` decides.

    Attributes:
        numbers: (N, K, F) of the question, zero after the last.
        count: (N,) how many these are.
        target: (N, F) of the answer, zero where it is no number.
        is_number: (N,) whether the answer is one.
    """

    numbers: Tensor
    count: Tensor
    target: Tensor
    is_number: Tensor


class NumberTokens(TokenOnly):
    """Token-only, but for numbers. A subclass says how a number enters the network and is read from it."""

    @abstractmethod
    def holds(self, value: int) -> bool:
        """Whether an integer can be one token."""

    @abstractmethod
    def features(self, values: Sequence[int]) -> Tensor:
        """(n, F) what is kept of n integers that it holds."""

    @abstractmethod
    def enter(self, features: Tensor) -> Tensor:
        """(n, F) features of numbers to (n, H) embeddings."""

    @abstractmethod
    def number_loss(self, hidden: Tensor, features: Tensor) -> Tensor:
        """Loss of saying numbers of these features (n, F) from hidden states (n, H), n above 0."""

    @abstractmethod
    def say(self, hidden: Tensor) -> list[int]:
        """The numbers that hidden states (n, H) say."""

    def question(self, text: str, spans: Sequence[Span]) -> tuple[np.ndarray, list[int]]:
        """A question as this model reads it, and the numbers of its `VIRTUAL` tokens."""
        held = [(span, span.value) for span in spans if span.domain == "number" and isinstance(span.value, int)]
        held = [(span, value) for span, value in held if self.holds(value)]
        tokens = np.concatenate([[START], stream_tokens(text, [span for span, _ in held])]).astype(np.int64)
        return tokens, [value for _, value in held]

    def read(self, samples: Sequence[Sample]) -> NumberRows:
        """Samples as this model learns them."""
        questions = [self.question(sample.text, sample.spans) for sample in samples]
        targets = [self._number(sample.target_text) for sample in samples]
        spoken = [
            answer_tokens(sample.target_text) if target is None else np.array([ANSWER, VIRTUAL], np.int64)
            for sample, target in zip(samples, targets, strict=True)
        ]
        rows = rows_of([tokens for tokens, _ in questions], spoken)
        numbers, count = self._table([values for _, values in questions])
        target = self.features([target or 0 for target in targets])
        is_number = torch.tensor([target is not None for target in targets])
        return NumberRows(rows.tokens, rows.prefix, rows.lengths, numbers, count, target, is_number)

    def _number(self, text: str) -> int | None:
        """The integer that a text is, if this model holds it."""
        value = int(text) if _INTEGER.fullmatch(text) else None
        return value if value is not None and self.holds(value) else None

    def _table(self, values: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
        """Features (N, K, F) of the numbers of N questions, and how many each has (N,)."""
        count = torch.tensor([len(each) for each in values])
        used = torch.arange(int(count.max())) < count[:, None]
        flat = self.features([value for each in values for value in each])
        table = flat.new_zeros(*used.shape, flat.shape[1])
        table[used] = flat
        return table, count

    def embed(self, tokens: Tensor, prefix: Tensor, numbers: Tensor, count: Tensor) -> Tensor:
        """(B, T, H) embeddings of rows (B, T): characters by the table, numbers before `prefix` (B,) by `enter`."""
        x = self.backbone.embedding(tokens)
        here = (tokens == VIRTUAL) & (torch.arange(tokens.shape[1], device=tokens.device) < prefix[:, None])
        used = torch.arange(numbers.shape[1], device=tokens.device) < count[:, None]
        return x.masked_scatter(here[:, :, None], self.enter(numbers[used]))

    def loss(self, rows: Rows) -> Tensor:
        """Mean loss of a token of the answers, and that of the numbers among them."""
        assert isinstance(rows, NumberRows)
        x = self.embed(rows.tokens, rows.prefix, rows.numbers, rows.count)
        hidden, said, spoken = answer_states(self.backbone, x, rows.tokens, rows.prefix, rows.lengths)
        loss = F.cross_entropy(character_logits(self.backbone, hidden[spoken]), said[spoken])
        if not rows.is_number.any():
            return loss
        return loss + self.number_loss(hidden[rows.is_number, 0], rows.target[rows.is_number])

    @torch.inference_mode()
    def answer(self, texts: Sequence[str]) -> list[Answer]:
        """Answers, one for each text: the number that is said, or characters, greedily."""
        questions = [self.question(text, find_spans(text)) for text in texts]
        device = self.backbone.embedding.weight.device
        tokens, lengths = (each.to(device) for each in pad([np.append(tokens, ANSWER) for tokens, _ in questions]))
        numbers, count = (each.to(device) for each in self._table([values for _, values in questions]))
        x = self.embed(tokens, lengths, numbers, count)
        column = torch.arange(tokens.shape[1], device=device)
        positions = torch.where(column < lengths[:, None], column, -1)
        hidden = self.backbone(x, positions, lengths, (lengths - 1)[:, None])[:, 0]
        is_number = character_logits(self.backbone, hidden).argmax(-1) == VIRTUAL
        said = iter(self.say(hidden[is_number]))
        spoken = iter(speak(self.backbone, x[~is_number], lengths[~is_number]) if not is_number.all() else ())
        return [Answer(str(next(said))) if number else next(spoken) for number in is_number.tolist()]
