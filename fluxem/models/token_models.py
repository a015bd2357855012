"""The models that `fluxem.training.token_only` trains, by the name of their variant."""

from __future__ import annotations

from fluxem.models.fone import FoNE
from fluxem.models.token_only import TokenOnly
from fluxem.models.token_only_strong import TokenOnlyStrong
from fluxem.models.xval import XVal

TOKEN_MODELS: dict[str, type[TokenOnly]] = {
    "token_only": TokenOnly,
    "token_only_strong": TokenOnlyStrong,
    "fone": FoNE,
    "xval": XVal,
}
