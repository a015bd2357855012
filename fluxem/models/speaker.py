"""Answering in characters, the way all models share: a loss to learn it and greedy decoding to do it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from fluxem.integration.stream import ANSWER, END, PAD, characters_to_tokens, tokens_to_characters
from fluxem.models.answer import Answer
from fluxem.models.backbone import Backbone, Cache, pick

#: An answer that has not ended by itself after this many characters is cut and counts as it stands.
LONGEST_ANSWER = 128


def pad(rows: Sequence[np.ndarray]) -> tuple[Tensor, Tensor]:
    """Rows of token ids as (B, T) int64 with `PAD` on the right, and their lengths (B,)."""
    lengths = np.array([len(row) for row in rows], np.int64)
    tokens = np.full((len(rows), int(lengths.max(initial=0))), PAD, np.int64)
    tokens[np.arange(tokens.shape[1]) < lengths[:, None]] = np.concatenate(rows)
    return torch.from_numpy(tokens), torch.from_numpy(lengths)


def answer_tokens(text: str) -> np.ndarray:
    """An answer as it is spoken: `ANSWER`, its characters, `END`."""
    return np.concatenate([[ANSWER], characters_to_tokens(text), [END]]).astype(np.int64)


def character_logits(backbone: Backbone, hidden: Tensor) -> Tensor:
    """(..., H) hidden states to (..., vocabulary) logits; the embedding is tied to the output."""
    return F.linear(hidden, backbone.embedding.weight)


def answer_states(
    backbone: Backbone, x: Tensor, tokens: Tensor, prefix: Tensor, lengths: Tensor, positions: Tensor | None = None
) -> tuple[Tensor, Tensor, Tensor]:
    """What a network knows before it says each token of an answer of at most Q tokens.

    Args:
        x: (B, T, H) embeddings of the tokens.
        tokens: (B, T) question, `ANSWER`, answer, `END`, padding.
        prefix: (B,) length of the question, `ANSWER` included.
        lengths: (B,) length of all.
        positions: (B, T) of the tokens, rising from left to right; by default their columns.

    Returns:
        Hidden states (B, Q, H), the tokens said from them (B, Q), and which of these belong to the answer (B, Q).
    """
    column = torch.arange(tokens.shape[1] - 1, device=tokens.device)
    at = column if positions is None else positions[:, :-1]
    answer_at = prefix if positions is None else pick(positions, prefix[:, None])[:, 0]
    most = int((lengths - prefix).max())  # answer characters
    wanted = (prefix[:, None] - 1 + torch.arange(most, device=tokens.device)).clamp(max=tokens.shape[1] - 2)  # (B, Q)
    hidden = backbone(x[:, :-1], torch.where(column < (lengths - 1)[:, None], at, -1), answer_at, wanted)
    spoken = torch.arange(most, device=tokens.device) < (lengths - prefix)[:, None]
    return hidden, pick(tokens[:, 1:], wanted), spoken


def speaking_loss(
    backbone: Backbone, x: Tensor, tokens: Tensor, prefix: Tensor, lengths: Tensor, positions: Tensor | None = None
) -> Tensor:
    """Cross-entropy of the answer characters and the end, mean over them; see `answer_states` for what it takes."""
    hidden, said, spoken = answer_states(backbone, x, tokens, prefix, lengths, positions)
    return F.cross_entropy(character_logits(backbone, hidden[spoken]), said[spoken])


@torch.inference_mode()
def speak(
    backbone: Backbone, x: Tensor, lengths: Tensor, embed: Callable[[Tensor], Tensor] | None = None
) -> list[Answer]:
    """Greedy answers to B questions, each until it ends by itself or `LONGEST_ANSWER`.

    Args:
        x: (B, T, H) embeddings of the questions, each ending in `ANSWER`.
        lengths: (B,) their lengths.
        embed: (B,) tokens to (B, H) embeddings, called with each character once it is said; by default the table's.
    """
    embed = embed or backbone.embedding
    B, T = x.shape[:2]
    column = torch.arange(T, device=x.device)
    positions = torch.where(column < lengths[:, None], column, -1)
    cache = Cache()
    hidden = backbone(x, positions, lengths, (lengths - 1)[:, None], cache)[:, 0]
    said = np.full((B, LONGEST_ANSWER), END, np.int64)
    going = torch.ones(B, dtype=torch.bool, device=x.device)
    for step in range(LONGEST_ANSWER):
        token = torch.where(going, character_logits(backbone, hidden).argmax(-1), END)
        said[:, step] = token.cpu().numpy()
        going &= token != END
        if not going.any():
            break
        at = (lengths + step)[:, None]
        hidden = backbone(embed(token)[:, None], at, lengths, cache=cache)[:, 0]
    ended = (said == END).any(1)
    ends = np.where(ended, (said == END).argmax(1), LONGEST_ANSWER).tolist()
    texts = [tokens_to_characters(row[:end]) for row, end in zip(said, ends, strict=True)]
    return [Answer(text, ended=bool(by_itself)) for text, by_itself in zip(texts, ended, strict=True)]
