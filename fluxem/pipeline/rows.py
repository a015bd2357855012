"""The rows that an experiment can compare: what each is, how it is trained, and what of it is learned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Family = Literal["token_only", "hybrid"]


@dataclass(frozen=True)
class Row:
    """One row of a table.

    Attributes:
        family: the script that trains it, and the part of a configuration that it inherits.
        label: its name in figures.
        what: what it is, or what of it is learned, in one clause.
        paper: where it was published, if it was.
        learned: whether anything of it is learned.
    """

    family: Family
    label: str
    what: str
    paper: str | None = None
    learned: bool = True

    def describe(self) -> str:
        """`what`, with its paper."""
        return f"{self.what} ({self.paper})" if self.paper else self.what


ROWS: dict[str, Row] = {
    "token_only": Row("token_only", "token-only", "a character transformer; everything it says is learned"),
    "token_only_strong": Row(
        "token_only",
        "token-only strong",
        "as token_only, with numbers written from the last digit to the first, an embedding of each digit's place, and "
        "randomised positions (https://arxiv.org/abs/2305.16843)",
        "https://arxiv.org/abs/2405.17399",
    ),
    "fone": Row(
        "token_only",
        "FoNE",
        "reads each number as one token of Fourier features and answers with the digits of one number",
        "https://arxiv.org/abs/2502.09741",
    ),
    "xval": Row(
        "token_only",
        "xVal",
        "reads each number as one token scaled by its value and answers with the value of one number",
        "https://arxiv.org/abs/2310.02989",
    ),
    "hybrid": Row(
        "hybrid",
        "hybrid",
        "learns which reduction comes next and when to answer; finding numbers, quantities and units, which pairs "
        "brackets make wait, arithmetic on vectors and rendering are code",
    ),
    "hybrid_blind": Row("hybrid", "hybrid blind", "as hybrid, but the router sees only the types of the vectors"),
    "hybrid_text": Row(
        "hybrid", "hybrid text", "reads the mixed stream and answers in characters, without an executor"
    ),
    "learned_projection": Row(
        "hybrid", "learned projection", "as hybrid_text, with a learned encoder of digits in place of the vectors"
    ),
    "hybrid_float": Row(
        "hybrid", "hybrid float", "as hybrid, but the executor computes on float32 lanes in place of exact phases"
    ),
    "hybrid_supervised": Row(
        "hybrid", "hybrid supervised", "as hybrid, but told the right reductions in training, not only the answer"
    ),
    "oracle": Row("hybrid", "oracle", "the executor carries out the derivation of the question", learned=False),
    "random_router": Row("hybrid", "random router", "chooses among the allowed candidates at random", learned=False),
}

NOT_LEARNED = "not learned"
