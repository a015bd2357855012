"""What domains share whose payload is plain lanes: one float for each small integer or flag."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fluxem import space
from fluxem.domains.base import Domain
from fluxem.domains.number import NUMBER
from fluxem.errors import InputError
from fluxem.space import Vectors

_NOISE = 1e-3  # a lane may be this far off: that of float arithmetic on small integers, and no more
_REACH = 2**40


def shown(value: Any) -> str:
    """A value of some other type in a message."""
    kind = type(value).__name__
    try:
        return f"{kind} {value!r:.40}"
    except ValueError:  # Python writes no integer of more than 4,300 digits
        return kind


def blank(domain: Domain, count: int) -> Vectors:
    """(count, 128) float32 vectors with the tag of a domain and nothing else."""
    vectors = np.zeros((count, space.DIM), np.float32)
    vectors[:, space.TAG] = space.tag_code(domain.tag)
    return vectors


def own(domain: Domain, vectors: Any) -> Vectors:
    """A batch (n, 128) float32 of vectors with the tag of a domain; InputError when a row has another."""
    batch = space.as_vectors(vectors)
    foreign = space.read_tag(batch) != domain.tag
    if foreign.any():
        raise InputError(f"row {int(np.argmax(foreign))}: not a vector of the domain {domain.name}")
    return batch


def require(domain: Domain, possible: NDArray[np.bool_]) -> None:
    """InputError naming the first row (n,) that cannot be a value of the domain."""
    if not possible.all():
        raise InputError(f"row {int(np.argmin(possible))}: no {domain.name} has these lanes")


def require_canonical(domain: Domain, vectors: Vectors, values: Sequence[Any]) -> None:
    """InputError when a row is not, up to float noise, the vector of the value that was read from it."""
    require_same(domain, vectors, domain.encode(values))


def require_same(domain: Domain, vectors: Vectors, canonical: Vectors) -> None:
    """InputError when a row is not, up to float noise, the canonical vector (n, 128) of what was read from it."""
    require(domain, (np.abs(vectors - canonical) <= _NOISE).all(axis=1))


def whole_numbers(vectors: Vectors) -> tuple[list[int], NDArray[np.bool_]]:
    """The n numbers of number vectors (n, 128), and which of them are whole (n,); 0 in place of the others."""
    values = NUMBER.decode(vectors)
    whole = np.array([isinstance(value, int) for value in values], bool)
    return [value if isinstance(value, int) else 0 for value in values], whole


def bounded(numbers: Sequence[int]) -> NDArray[np.int64]:
    """Integers (n,), those beyond 2^40 brought down to it: no domain of lanes can be moved so far."""
    return np.array([min(max(number, -_REACH), _REACH) for number in numbers], np.int64)
