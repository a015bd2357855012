"""The models that `fluxem.training.hybrid` trains, by the name of their variant."""

from __future__ import annotations

from fluxem.models.hybrid import Hybrid
from fluxem.models.hybrid_blind import HybridBlind
from fluxem.models.hybrid_float import HybridFloat
from fluxem.models.hybrid_text import HybridText
from fluxem.models.learned_projection import LearnedProjection
from fluxem.models.oracle import Oracle
from fluxem.models.random_router import RandomRouter

HYBRIDS: dict[str, type[Hybrid]] = {
    "hybrid": Hybrid,
    "hybrid_blind": HybridBlind,
    "hybrid_float": HybridFloat,
    "hybrid_supervised": Hybrid,  # differs in training alone
    "oracle": Oracle,
    "random_router": RandomRouter,
}
#: Those that speak, and are trained to.
SPEAKING_HYBRIDS: dict[str, type[HybridText]] = {
    "hybrid_text": HybridText,
    "learned_projection": LearnedProjection,
}
