"""One module per domain: how its values are found, encoded, decoded and rendered, and their operations.

The package is also the function `fluxem.domains()`, which lists what is registered (`fluxem.registry.domains`).
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any


class _Listing(ModuleType):
    def __call__(self) -> Any:
        return import_module("fluxem.registry").domains()  # only now: the registry imports every domain


# Once a domain is imported, `fluxem.domains` is this module, so the module itself has to be callable.
sys.modules[__name__].__class__ = _Listing
