"""The layout of a vector: 128 float32. The vector is the value; nothing else travels with it.

A lane is one float with its own meaning. A lane that a domain does not use is 0.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fluxem.errors import InputError

Vectors = NDArray[np.float32]  # (n, DIM)

DIM = 128
TAG = slice(0, 8)  # the domain, as +-1 bits
PHASES = slice(8, 104)  # 48 pairs cos, sin
SIGN = 104  # -1, 0 or 1
LOG = 105  # log10 |x|, 0 for zero
LINEAR = 106  # x itself, clipped to the largest finite float32
ZERO = 107  # 1 for zero
LOG_DENOMINATOR = 108  # log10 of the reduced denominator, 0 for integers
DIMENSION_EXPONENTS = slice(109, 116)  # the 7 SI base dimensions
DISPLAY = slice(116, 128)  # how the value was written

_BITS = 2 ** np.arange(TAG.stop - TAG.start)


def tag_code(tag: int) -> NDArray[np.float32]:
    """The code (8,) of a domain's tag, an integer in 1..255: its bits as +1 and -1, the lowest first."""
    if not 1 <= tag <= 255:
        raise InputError(f"a domain tag is an integer in 1..255, not {tag}")
    return np.where(tag & _BITS, 1, -1).astype(np.float32)


def read_tag(vectors: Vectors) -> NDArray[np.int64]:
    """The tags (n,) of vectors (n, 128); 0 where the first 8 floats are no tag code (an empty row, say)."""
    codes = vectors[:, TAG]
    valid = (np.abs(np.abs(codes) - 1) < 0.5).all(axis=1)
    return np.where(valid, (codes > 0) @ _BITS, 0)


def as_vectors(vectors: Any) -> Vectors:
    """Contiguous float32 (n, 128) of a batch of vectors; InputError for another shape, NaN or infinity."""
    try:
        batch = np.ascontiguousarray(vectors, dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise InputError(f"not a batch of vectors: {error}") from None
    if batch.ndim != 2 or batch.shape[1] != DIM:
        raise InputError(f"a batch of vectors has shape (n, {DIM}), not {np.shape(vectors)}")
    finite = np.isfinite(batch).all(axis=1)
    if not finite.all():
        raise InputError(f"row {int(np.argmin(finite))}: a vector holds finite numbers only, not NaN or infinity")
    return batch
