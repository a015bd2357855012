"""What every domain must obey, as asserts that its tests call; tolerance is 0 throughout."""

from collections.abc import Callable, Sequence
from typing import Any

from fluxem.domains.base import Domain, Operation
from fluxem.errors import InputError


def assert_homomorphism(
    domain: Domain, operation: Operation, exact: Callable[[Any, Any], Any], pairs: Sequence[tuple[Any, Any]]
) -> None:
    """operation(encode(a), encode(b)) is bitwise encode(exact(a, b)) for every pair (a, b) of values.

    Where `exact` raises an ArithmeticError, or no vector can hold what it returns, the row is refused: not
    ok, and all zero.
    """
    left, right = domain.encode([a for a, _ in pairs]), domain.encode([b for _, b in pairs])
    results, ok = operation.function(left, right)
    assert results.shape == left.shape and results.dtype == left.dtype and ok.shape == (len(pairs),)
    for (a, b), result, is_ok in zip(pairs, results, ok, strict=True):
        shown = f"{operation.name}({a}, {b})"
        try:
            expected = domain.encode([exact(a, b)])[0]
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
