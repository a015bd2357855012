"""The class of every row's model, and what a model can do.

A class is imported where it is asked for, not above, so that a row depends on no other row's code; for the same reason
what a model can do is asked of the model, not of its class.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeGuard

if TYPE_CHECKING:
    from fluxem.models.hybrid import Hybrid
    from fluxem.models.oracle import Oracle
    from fluxem.models.token_only import TokenOnly

    Model = TokenOnly | Hybrid


def kind_of(row: str) -> type[TokenOnly] | type[Hybrid]:
    """The class of a row's model; LookupError for a row that is none."""
    match row:
        case "token_only":
            from fluxem.models.token_only import TokenOnly

            return TokenOnly
        case "token_only_strong":
            from fluxem.models.token_only_strong import TokenOnlyStrong

            return TokenOnlyStrong
        case "fone":
            from fluxem.models.fone import FoNE

            return FoNE
        case "xval":
            from fluxem.models.xval import XVal

            return XVal
        case "hybrid" | "hybrid_supervised":  # the latter differs in training alone
            from fluxem.models.hybrid import Hybrid

            return Hybrid
        case "hybrid_blind":
            from fluxem.models.hybrid_blind import HybridBlind

            return HybridBlind
        case "hybrid_text":
            from fluxem.models.hybrid_text import HybridText

            return HybridText
        case "learned_projection":
            from fluxem.models.learned_projection import LearnedProjection

            return LearnedProjection
        case "hybrid_float":
            from fluxem.models.hybrid_float import HybridFloat

            return HybridFloat
        case "oracle":
            from fluxem.models.oracle import Oracle

            return Oracle
        case "random_router":
            from fluxem.models.random_router import RandomRouter

            return RandomRouter
        case _:
            raise LookupError(row)


def routes(model: Model) -> TypeGuard[Hybrid]:
    """Whether a model has a router; those that have none speak every answer."""
    return hasattr(model, "route")


def reads_derivations(model: Model) -> TypeGuard[Oracle]:
    """Whether a model answers samples with their derivations in place of texts."""
    return hasattr(model, "answer_samples")
