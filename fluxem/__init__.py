"""fluxem: structured objects in a text become exact vectors, and a network learns what to compute with them.

`spans`, `encode`, `decode`, `render`, `apply` and `domains` are loaded on first use: who needs a part of the package
does not import the rest.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fluxem import domains
    from fluxem.algebra import apply, decode, encode, render
    from fluxem.integration.segmenter import spans

__all__ = ["apply", "decode", "domains", "encode", "render", "spans"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'fluxem' has no attribute {name!r}")
    if name == "domains":
        return import_module("fluxem.domains")
    return getattr(import_module("fluxem.integration.segmenter" if name == "spans" else "fluxem.algebra"), name)
