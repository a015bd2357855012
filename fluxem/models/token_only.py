"""Token-only: a character transformer that reads a question and writes the answer, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from fluxem.integration.sample_format import Sample
from fluxem.integration.stream import ANSWER, START, VOCABULARY_SIZE, text_tokens
from fluxem.models.answer import Answer
from fluxem.models.backbone import Backbone, BackboneConfig
from fluxem.models.rows import Rows, rows_of
from fluxem.models.speaker import answer_tokens, pad, speak, speaking_loss


def question_tokens(text: str) -> np.ndarray:
    """A question as token-only reads it: `START`, its characters."""
    return np.concatenate([[START], text_tokens(text)]).astype(np.int64)


class TokenOnly(nn.Module):
    """The backbone with its tied character head. `architecture`: the model section of the configuration."""

    def __init__(self, architecture: Mapping[str, Any]) -> None:
        super().__init__()
        self.backbone = Backbone(BackboneConfig.of(architecture, VOCABULARY_SIZE))

    def fit(self, samples: Sequence[Sample]) -> None:
        """Take from the training samples what no gradient teaches; characters need nothing."""

    def vary(self, samples: Sequence[Sample], rng: np.random.Generator) -> Sequence[Sample]:
        """Training samples in other words of the same meaning; here as they are, and nothing is drawn."""
        return samples

    def read(self, samples: Sequence[Sample]) -> Rows:
        """Samples as this model learns them."""
        questions = [question_tokens(sample.text) for sample in samples]
        return rows_of(questions, [answer_tokens(sample.target_text) for sample in samples])

    def loss(self, rows: Rows) -> Tensor:
        """Loss of answers spoken after their questions; see `speaking_loss`."""
        x = self.backbone.embedding(rows.tokens)
        return speaking_loss(self.backbone, x, rows.tokens, rows.prefix, rows.lengths)

    @torch.inference_mode()
    def answer(self, texts: Sequence[str]) -> list[Answer]:
        """Greedy answers, one for each text."""
        tokens, lengths = pad([np.append(question_tokens(text), ANSWER) for text in texts])
        device = self.backbone.embedding.weight.device
        return speak(self.backbone, self.backbone.embedding(tokens.to(device)), lengths.to(device))
