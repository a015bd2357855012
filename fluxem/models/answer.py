"""What a model says to a question, and how it came to it."""

from __future__ import annotations

from dataclasses import dataclass, field

#: As in the derivation of a sample: which pair of the tokens that were left, the operation, and whether it was swapped.
Reduction = tuple[int, str, bool]


@dataclass(frozen=True)
class Step:
    """One decision of a router: the stream it saw, what it chose, and the probability it gave that."""

    stream: str
    choice: str
    probability: float


@dataclass
class Answer:
    """An answer.

    Attributes:
        text: what is said.
        source: which part said it: `vectors` (a rendered virtual token), `characters` (spoken one by one), or
            `executor` (a refusal: a division by zero, or a result beyond the exact range).
        ended: whether spoken characters ended by themselves.
        decisions: how many candidates a router has chosen.
        reductions: those that were carried out, in this order.
        steps: these decisions, when asked for.
    """

    text: str = ""
    source: str = "characters"
    ended: bool = True
    decisions: int = 0
    reductions: list[Reduction] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    @property
    def operations(self) -> list[str]:
        """The names of the operations that were carried out, in this order."""
        return [name for _, name, _ in self.reductions]
