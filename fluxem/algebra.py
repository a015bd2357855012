"""The executor, which applies operations to vectors and nothing but vectors, and their public face."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fluxem.domains.base import Domain, Operation
from fluxem.errors import InputError, ParseError
from fluxem.registry import DOMAINS, OPERATIONS
from fluxem.space import DIM, Vectors, as_vectors, read_tag


def execute(
    operation_index: NDArray[np.integer[Any]], left: Vectors, right: Vectors
) -> tuple[Vectors, NDArray[np.bool_]]:
    """Row i of the result is OPERATIONS[operation_index[i]] of left[i] and right[i].

    Takes (n,) integers and two (n, 128) batches; returns the results (n, 128) and ok (n,). A row that is not
    ok has no result that a vector holds exactly, and is all zero. InputError when a row is no operand of its
    operation, or an index is that of none.
    """
    operation_index = np.asarray(operation_index)
    if not ((operation_index >= 0) & (operation_index < len(OPERATIONS))).all():
        given = f"{operation_index.min()}..{operation_index.max()}"
        raise InputError(f"an operation index is in 0..{len(OPERATIONS) - 1}, not {given}")
    result = np.zeros((len(left), DIM), np.float32)
    ok = np.zeros(len(left), bool)
    for index in np.unique(operation_index):
        rows = operation_index == index
        result[rows], ok[rows] = OPERATIONS[index].function(left[rows], right[rows])
    return result, ok


def encode_batch(values: Sequence[Any] | NDArray[Any], domain: str) -> Vectors:
    """Vectors (n, 128) float32 of n values of one domain; errors as `Domain.encode`."""
    return _domain(domain).encode(values)


def encode(value_or_text: Any, domain: str | None = None) -> NDArray[np.float32]:
    """The vector (128,) float32 of a value, or of the value a text denotes.

    Without a domain, the first registered one that can read it is meant. ParseError, RangeError, or
    InputError for a value of no domain's type.
    """
    candidates = list(DOMAINS.values()) if domain is None else [_domain(domain)]
    if isinstance(value_or_text, str):
        return _encode_text(value_or_text, candidates)
    for candidate in candidates:
        if domain is not None or isinstance(value_or_text, candidate.value_types):
            return candidate.encode([value_or_text])[0]
    raise InputError(f"no domain holds a {type(value_or_text).__name__}; domains: {', '.join(DOMAINS)}")


def decode_batch(vectors: Vectors) -> list[Any]:
    """The values of vectors (n, 128) of any registered domains; InputError when a row is no vector of one."""
    return _per_domain(vectors, lambda domain, rows: domain.decode(rows))


def render_batch(vectors: Vectors) -> list[str]:
    """The canonical texts of vectors (n, 128), of any registered domains; errors as `decode_batch`."""
    return _per_domain(vectors, lambda domain, rows: domain.render(rows))


def decode(vector: Vectors) -> Any:
    """The value of a vector (128,), or a list of those of a batch (n, 128); errors as `decode_batch`."""
    return decode_batch(np.atleast_2d(vector))[0] if np.ndim(vector) == 1 else decode_batch(vector)


def render(vector: Vectors) -> Any:
    """The canonical text of a vector (128,), or a list of those of a batch (n, 128); errors as `decode`."""
    return render_batch(np.atleast_2d(vector))[0] if np.ndim(vector) == 1 else render_batch(vector)


def apply(operation: str, left: Vectors, right: Vectors) -> NDArray[np.float32]:
    """The named operation on two vectors (128,), or row by row on two batches (n, 128), each of one domain.

    RangeError or UndefinedError, with the row, when no vector holds a result exactly or there is none;
    InputError when no operation of that name takes such operands.
    """
    single = np.ndim(left) == 1
    lefts, rights = as_vectors(np.atleast_2d(left)), as_vectors(np.atleast_2d(right))
    if np.shape(left) != np.shape(right):
        raise InputError(f"{operation}: operands of shapes {np.shape(left)} and {np.shape(right)}")
    if not len(lefts):
        return lefts
    chosen = _operation(operation, lefts, rights)
    result, ok = chosen.function(lefts, rights)
    if not ok.all():
        row = int(np.argmin(ok))
        refusal = chosen.refusal(lefts[row : row + 1], rights[row : row + 1])
        raise type(refusal)(f"{operation}: {refusal}" if single else f"{operation}, row {row}: {refusal}")
    return result[0] if single else result


def _domain(name: str) -> Domain:
    if name not in DOMAINS:
        raise InputError(f"no domain is named {name!r}; domains: {', '.join(DOMAINS)}")
    return DOMAINS[name]


def _encode_text(text: str, candidates: list[Domain]) -> NDArray[np.float32]:
    for candidate in candidates[:-1]:
        try:
            return candidate.encode([candidate.parse(text)])[0]
        except ParseError:
            continue
    return candidates[-1].encode([candidates[-1].parse(text)])[0]


def _per_domain(vectors: Vectors, method: Callable[[Domain, Vectors], list[Any]]) -> list[Any]:
    batch = as_vectors(vectors)
    results: list[Any] = [None] * len(batch)
    tags = read_tag(batch)
    for tag in np.unique(tags):
        rows = np.flatnonzero(tags == tag)
        for row, result in zip(rows, method(_tagged(tag, rows[0]), batch[rows]), strict=True):
            results[row] = result
    return results


def _tagged(tag: int, row: int) -> Domain:
    for domain in DOMAINS.values():
        if domain.tag == tag:
            return domain
    raise InputError(f"row {row}: not a vector of a registered domain ({', '.join(DOMAINS)})")


def _operation(name: str, left: Vectors, right: Vectors) -> Operation:
    operands = tuple(_tagged(read_tag(vectors[:1])[0], 0).name for vectors in (left, right))
    for operation in OPERATIONS:
        if (operation.name, operation.operands) == (name, operands):
            return operation
    known = ", ".join(dict.fromkeys(operation.name for operation in OPERATIONS))
    raise InputError(f"no operation {name!r} takes {' and '.join(operands)}; operations: {known}")
