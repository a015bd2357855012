"""Token-only at its best: what is known to help a character transformer to calculate, in one model.

- *Reversed numbers*: every run of digits, in question and answer, is read and written least significant digit first,
  so that a carry is known before the digit that needs it (Lee et al. 2023, https://arxiv.org/abs/2307.03381). A sign
  stays in front of its digits: which of two numbers is larger is decided first, then each digit knows it.
- *Abacus*: a digit's index in its number is embedded too, so that digits of equal weight find each other. In training
  all indices of a row start at a random offset: the embeddings of longer numbers than those in training get trained
  (McLeish et al. 2024, https://arxiv.org/abs/2405.17399).
- *Randomised positions*: in training the positions of a row are a random, sorted subset of a longer range, so that
  those of longer rows have been seen (Ruoss et al. 2023, https://arxiv.org/abs/2305.16843).
- *Zeros in front*: in half of the training rows all numbers, the answer too, are padded with zeros to one length, up to
  some digits longer than the longest. Without these every fourth digit of a sum of three-digit numbers is a carry, and
  a model learns that in place of adding. Zeros in front of an answer are dropped.

The backbone, its size and what is learned from are those of token-only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from fluxem.integration.sample_format import Sample
from fluxem.integration.stream import ANSWER, characters_to_tokens
from fluxem.models.answer import Answer
from fluxem.models.rows import Rows, rows_of
from fluxem.models.speaker import answer_tokens, pad, speak, speaking_loss
from fluxem.models.token_only import TokenOnly, question_tokens

#: Indices that have an embedding of their own; digits further left in their number share the last.
LONGEST_NUMBER = 64
#: The first digit of a number has an index from 0 to this in training, 0 in use.
LARGEST_OFFSET = 24
#: Positions that rows of training are spread over, if they are shorter.
POSITIONS = 128
#: Of the training rows this share is padded with zeros, by up to so many more digits than its longest number has.
PADDED, MOST_ZEROS = 0.5, 4

_ZERO, _NINE = characters_to_tokens("09").tolist()


def reverse_numbers(text: str) -> str:
    """The text with every run of digits turned round; turned twice, it is as it was."""
    return re.sub("[0-9]+", lambda digits: digits[0][::-1], text)


def pad_numbers(text: str, digits: int) -> str:
    """The text with every run of digits filled up with zeros in front."""
    return re.sub("[0-9]+", lambda run: run[0].zfill(digits), text)


def drop_zeros(text: str) -> str:
    """The text without zeros in front of whole numbers."""
    return re.sub(r"(?<![0-9.])0+(?=[0-9])", "", text)


def is_digit(tokens: Tensor) -> Tensor:
    """Whether tokens are digits, in the shape of the tokens."""
    return (tokens >= _ZERO) & (tokens <= _NINE)


def digit_index(tokens: Tensor) -> Tensor:
    """(B, T) place of each digit in its run of digits, from 1 on; 0 for what is no digit."""
    column = torch.arange(tokens.shape[1], device=tokens.device)
    before = torch.where(is_digit(tokens), -1, column).cummax(dim=1).values  # the last column that holds no digit
    return column - before


def spread_positions(shape: tuple[int, int], longest: int, device: torch.device) -> Tensor:
    """(B, T) sorted random positions of each row below a random bound: from T, as in use, to `longest`."""
    B, T = shape
    longest = max(longest, T)
    bound = torch.randint(T, longest + 1, (B, 1), device=device)
    beyond = torch.arange(longest, device=device) >= bound
    return (torch.rand(B, longest, device=device) + beyond).argsort(dim=1)[:, :T].sort(dim=1).values


class TokenOnlyStrong(TokenOnly):
    """Token-only with reversed numbers, digit indices and randomised positions."""

    def __init__(self, architecture: Mapping[str, Any]) -> None:
        super().__init__(architecture)
        self.place = nn.Embedding(1 + LONGEST_NUMBER, architecture["hidden_dim"], padding_idx=0)
        nn.init.normal_(self.place.weight[1:], std=0.02)

    def vary(self, samples: Sequence[Sample], rng: np.random.Generator) -> Sequence[Sample]:
        """Some samples with zeros in front of their numbers; those with decimals or groups of digits as they are."""
        zeros = np.where(rng.random(len(samples)) < PADDED, rng.integers(MOST_ZEROS + 1, size=len(samples)), -1)
        varied = []
        for sample, more in zip(samples, zeros.tolist(), strict=True):
            every = f"{sample.text} {sample.target_text}"
            if more >= 0 and not re.search("[0-9][.,][0-9]", every):
                digits = max(map(len, re.findall("[0-9]+", every)), default=0) + more
                text, target = (pad_numbers(each, digits) for each in (sample.text, sample.target_text))
                sample = replace(sample, text=text, target_text=target, spans=())
            varied.append(sample)
        return varied

    def read(self, samples: Sequence[Sample]) -> Rows:
        """Samples with reversed numbers."""
        questions = [question_tokens(reverse_numbers(sample.text)) for sample in samples]
        return rows_of(questions, [answer_tokens(reverse_numbers(sample.target_text)) for sample in samples])

    def embed(self, tokens: Tensor, index: Tensor) -> Tensor:
        """Embeddings (..., H) of tokens and of the indices of those that are digits."""
        return self.backbone.embedding(tokens) + self.place(index.clamp(max=LONGEST_NUMBER))

    def loss(self, rows: Rows) -> Tensor:
        """Loss of reversed answers; in training with random offsets and positions."""
        index, positions = digit_index(rows.tokens), None
        if self.training:
            offset = torch.randint(LARGEST_OFFSET + 1, (len(rows), 1), device=index.device)
            index = torch.where(index > 0, index + offset, 0)
            positions = spread_positions((len(rows), rows.tokens.shape[1]), POSITIONS, index.device)
        x = self.embed(rows.tokens, index)
        return speaking_loss(self.backbone, x, rows.tokens, rows.prefix, rows.lengths, positions)

    @torch.inference_mode()
    def answer(self, texts: Sequence[str]) -> list[Answer]:
        """Greedy answers, one for each text, turned round, without zeros in front."""
        tokens, lengths = pad([np.append(question_tokens(reverse_numbers(text)), ANSWER) for text in texts])
        tokens, lengths = (each.to(self.place.weight.device) for each in (tokens, lengths))
        run = torch.zeros_like(lengths)  # of digits, at the end of what was said

        def embed(token: Tensor) -> Tensor:
            run.copy_(torch.where(is_digit(token), run + 1, 0))
            return self.embed(token, run)

        spoken = speak(self.backbone, self.embed(tokens, digit_index(tokens)), lengths, embed)
        return [replace(answer, text=drop_zeros(reverse_numbers(answer.text))) for answer in spoken]
