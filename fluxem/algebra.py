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
    operation, or an index is that of none, or of one that takes a single operand.
    """
    operation_index = np.asarray(operation_index)
    if not ((operation_index >= 0) & (operation_index < len(OPERATIONS))).all():
        given = f"{operation_index.min()}..{operation_index.max()}"
        raise InputError(f"an operation index is in 0..{len(OPERATIONS) - 1}, not {given}")
    result = np.zeros((len(left), DIM), np.float32)
    ok = np.zeros(len(left), bool)
    for index in np.unique(operation_index):
        operation = OPERATIONS[index]
        if len(operation.operands) != 2:
            raise InputError(f"{operation.name} of {', '.join(operation.operands)} does not take two operands")
        rows = operation_index == index
        result[rows], ok[rows] = operation.function(left[rows], right[rows])
    return result, ok


def encode_batch(values: Sequence[Any] | NDArray[Any], domain: str) -> Vectors:
    """Vectors (n, 128) float32 of n values of one domain; errors as `Domain.encode`."""
    return _domain(domain).encode(values)


def encode(value_or_text: Any, domain: str | None = None) -> NDArray[np.float32]:
    """The vector (128,) float32 of a value, or of the value a text denotes.

    Without a domain, a value is of the first registered one that takes its type. A text is what the first
    finds that finds the whole of it; else what the only one reads that can, and ParseError where several can:
    `C4` may be a pitch or four atoms of carbon. RangeError, or InputError for a value of no domain's type.
    """
    if domain is not None:
        meant = _domain(domain)
        value = meant.parse(value_or_text) if isinstance(value_or_text, str) else value_or_text
        return meant.encode([value])[0]
    if isinstance(value_or_text, str):
        meant, value = _read(value_or_text.strip())
        return meant.encode([value])[0]
    for meant in DOMAINS.values():
        if isinstance(value_or_text, meant.value_types):
            return meant.encode([value_or_text])[0]
    raise InputError(f"no domain holds a {type(value_or_text).__name__}; domains: {', '.join(DOMAINS)}")


def decode_batch(vectors: Vectors) -> list[Any]:
    """The values of vectors (n, 128) of any registered domains; InputError when a row is no vector of one."""
    return _per_domain(vectors, lambda domain, rows: domain.decode(rows))


def render_batch(vectors: Vectors) -> list[str]:
    """The canonical texts of vectors (n, 128), of any registered domains; errors as `decode_batch`."""
    return _per_domain(vectors, lambda domain, rows: domain.render(rows))


def answer_batch(vectors: Vectors) -> list[str]:
    """The texts of vectors (n, 128) as answers give them (see `Domain.answer`); errors as `decode_batch`."""
    return _per_domain(vectors, lambda domain, rows: domain.answer(rows))


def decode(vector: Vectors) -> Any:
    """The value of a vector (128,), or a list of those of a batch (n, 128); errors as `decode_batch`."""
    return decode_batch(np.atleast_2d(vector))[0] if np.ndim(vector) == 1 else decode_batch(vector)


def render(vector: Vectors) -> Any:
    """The canonical text of a vector (128,), or a list of those of a batch (n, 128); errors as `decode`."""
    return render_batch(np.atleast_2d(vector))[0] if np.ndim(vector) == 1 else render_batch(vector)


def apply(operation: str, *operands: Vectors) -> NDArray[np.float32]:
    """The named operation on vectors (128,), or row by row on batches (n, 128), each batch of one domain.

    Operations of one name are told apart by the domains of their one or two operands. RangeError or
    UndefinedError, with the row, when no vector holds a result exactly or there is none; InputError when no
    operation of that name takes such operands.
    """
    if not operands or len({np.shape(operand) for operand in operands}) > 1:
        raise InputError(f"{operation}: operands of shapes {' and '.join(str(np.shape(one)) for one in operands)}")
    single = np.ndim(operands[0]) == 1
    batches = [as_vectors(np.atleast_2d(operand)) for operand in operands]
    if not len(batches[0]):
        return batches[0]
    chosen = _operation(operation, batches)
    result, ok = chosen.function(*batches)
    if not ok.all():
        row = int(np.argmin(ok))
        refusal = chosen.refusal(*(batch[row : row + 1] for batch in batches))
        raise type(refusal)(f"{operation}: {refusal}" if single else f"{operation}, row {row}: {refusal}")
    return result[0] if single else result


def _domain(name: str) -> Domain:
    if name not in DOMAINS:
        raise InputError(f"no domain is named {name!r}; domains: {', '.join(DOMAINS)}")
    return DOMAINS[name]


def _read(text: str) -> tuple[Domain, Any]:
    """The domain that is meant by a text, and the value: see `encode`."""
    for domain in DOMAINS.values():
        span = next(domain.find(text), None)
        if span and (span.start, span.end) == (0, len(text)):
            return domain, span.value
    readings: list[tuple[Domain, Any]] = []
    refusal: InputError | None = None
    for domain in DOMAINS.values():
        try:
            readings.append((domain, domain.parse(text)))
        except ParseError:
            continue
        except InputError as error:
            refusal = refusal or error
    if len(readings) == 1:
        return readings[0]
    shown = text if len(text) <= 40 else text[:37] + "..."
    if readings:
        names = " or ".join(domain.name for domain, _ in readings)
        raise ParseError(f"{shown!r} may be {names}; name the domain that is meant")
    raise refusal or ParseError(f"{shown!r} is no value of a domain; domains: {', '.join(DOMAINS)}")


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


def _operation(name: str, batches: Sequence[Vectors]) -> Operation:
    operands = tuple(_tagged(read_tag(vectors[:1])[0], 0).name for vectors in batches)
    for operation in OPERATIONS:
        if (operation.name, operation.operands) == (name, operands):
            return operation
    taken = [operation.name for operation in OPERATIONS if operation.operands == operands]
    known = ", ".join(taken) or "none"
    raise InputError(f"no operation {name!r} takes {' and '.join(operands)}; operations that do: {known}")
