"""What a router may choose between: every binary operation on two adjacent virtual tokens, in either operand order."""

from __future__ import annotations

import numpy as np

from fluxem import algebra, registry

#: (operation index, swapped): swapped takes the right token as the first operand. Commutative operations come once.
CHOICES: tuple[tuple[int, bool], ...] = tuple(
    (index, swapped)
    for index, operation in enumerate(registry.OPERATIONS)
    for swapped in (False, True)
    if len(operation.operands) == 2 and not (swapped and operation.commutative)
)
_OPERATION = np.array([index for index, _ in CHOICES], np.int64)
_SWAPPED = np.array([swapped for _, swapped in CHOICES], bool)
_DOMAIN_INDEX = {name: index for index, name in enumerate(registry.DOMAINS)}

#: (C,) domain index of what each choice makes.
RESULT_TYPE = np.array([_DOMAIN_INDEX[registry.OPERATIONS[index].result] for index, _ in CHOICES], np.int64)


def _fits() -> np.ndarray:
    fits = np.zeros((len(_DOMAIN_INDEX), len(_DOMAIN_INDEX), len(CHOICES)), bool)
    for column, (index, swapped) in enumerate(CHOICES):
        first, second = (_DOMAIN_INDEX[name] for name in registry.OPERATIONS[index].operands)
        fits[(second, first, column) if swapped else (first, second, column)] = True
    return fits


#: (D, D, C) whether a choice fits the domains of the left and the right token.
FITS = _fits()


def execute_choices(choice: np.ndarray, left: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Apply choices (n,) to the vectors left and right of each other, (n, 128) each: results (n, 128) and ok (n,)."""
    swapped = _SWAPPED[choice][:, None]
    return algebra.execute(_OPERATION[choice], np.where(swapped, right, left), np.where(swapped, left, right))
