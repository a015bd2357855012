"""What every domain must obey, as asserts that its tests call; tolerance is 0 throughout."""

from collections.abc import Callable, Sequence
from typing import Any

from fluxem.domains.base import Domain, Operation
from fluxem.errors import InputError


def assert_homomorphism(
    domains: Domain | Sequence[Domain],
    operation: Operation,
    exact: Callable[..., Any],
    arguments: Sequence[tuple[Any, ...]],
) -> None:
    """operation(encode(a), ...) is bitwise encode(exact(a, ...)) for every tuple of values, one per operand.

    `domains` are those of the operands and, last, of the result; a single one stands for all of them. Where
    `exact` raises an ArithmeticError or an InputError, or no vector can hold what it returns, the row is
    refused: not ok, and all zero.
    """
    if isinstance(domains, Domain):
        domains = [domains] * (len(operation.operands) + 1)
    *operands, held = domains
    names = (*operation.operands, operation.result)
    assert tuple(domain.name for domain in domains) == names, f"{operation.name} is defined on {names}"
    batches = [domain.encode([row[side] for row in arguments]) for side, domain in enumerate(operands)]
    results, ok = operation.function(*batches)
    assert results.shape == batches[0].shape and results.dtype == batches[0].dtype
    assert ok.shape == (len(arguments),)
    for row, result, is_ok in zip(arguments, results, ok, strict=True):
        shown = f"{operation.name}({', '.join(map(str, row))})"
        try:
            expected = held.encode([exact(*row)])[0]
        except (ArithmeticError, InputError):
            assert not is_ok, f"{shown} has no exact result but was not refused"
            assert not result.any(), f"{shown} was refused but its row is not zero"
        else:
            assert is_ok, f"{shown} was refused although a vector holds its result"
            assert result.tobytes() == expected.tobytes(), f"{shown} is not bitwise the encoding of the exact result"


def assert_round_trip(domain: Domain, values: Sequence[Any]) -> None:
    """decode(encode(v)) is v, and parse(render(encode(v))) is v."""
    vectors = domain.encode(values)
    for value, decoded, text in zip(values, domain.decode(vectors), domain.render(vectors), strict=True):
        assert decoded == value, f"{value} decodes to {decoded}"
        assert domain.parse(text) == value, f"{value} renders as {text}, which reads as {domain.parse(text)}"
