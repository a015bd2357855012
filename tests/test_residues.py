"""Residues against Python's integers and Fractions."""

from fractions import Fraction
from math import gcd, prod

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fluxem import residues
from fluxem.domains.number import NUMBER
from fluxem.errors import InputError
from fluxem.residues import ERASED, PRIMES, PRODUCT
from fluxem.space import PHASES

law = settings(deadline=None, max_examples=100)
integers = st.integers(-(PRODUCT // 2) + 1, PRODUCT // 2 - 1)
fractions = st.fractions(max_denominator=10**20).filter(lambda x: abs(x) < 10**20)


def residues_of(value: Fraction, count: int = len(PRIMES)) -> list[int]:
    """The truth: n * d^-1 mod p by Python, ERASED where it does not exist."""
    return [
        value.numerator * pow(value.denominator, -1, p) % p if value.denominator % p else ERASED for p in PRIMES[:count]
    ]


def test_primes_are_48_distinct_primes_in_order() -> None:
    assert len(PRIMES) == PHASES.stop // 2 - PHASES.start // 2 == 48
    assert list(PRIMES) == sorted(set(PRIMES))
    assert all(p % q for p in PRIMES for q in range(2, int(p**0.5) + 1))


@law
@given(st.lists(integers))
def test_integers_of_any_size(values: list[int]) -> None:
    lattice = residues.of_integers(values)
    assert lattice.tolist() == [residues_of(Fraction(value)) for value in values]
    assert residues.to_integers(lattice) == values


def test_int64_extremes() -> None:
    values = [-(2**63), 2**63 - 1, 0, -1, 1, 2**53, -(2**53) - 1, 65535, 65536, -65536]
    assert residues.of_integers(np.array(values)).tolist() == [residues_of(Fraction(value)) for value in values]


@law
@given(st.lists(st.tuples(fractions, fractions), min_size=1), st.sampled_from([1, 8, 48]))
def test_operations_are_those_of_fractions_on_the_first_channels(
    pairs: list[tuple[Fraction, Fraction]], channels: int
) -> None:
    left, right = (residues.to_residues(NUMBER.encode(side), channels) for side in zip(*pairs, strict=True))
    assert left.shape == (len(pairs), channels) and left.dtype == np.int64
    assert left.tolist() == [residues_of(a, channels) for a, _ in pairs]
    exact = (Fraction.__add__, Fraction.__sub__, Fraction.__mul__, Fraction.__truediv__)
    for operation, truth in zip(residues.OPERATIONS, exact, strict=True):
        for (a, b), ours, r, s in zip(pairs, operation(left, right), left, right, strict=True):
            if truth is Fraction.__truediv__ and b == 0:
                assert (ours == ERASED).all()
                continue
            known = (r != ERASED) & (s != ERASED) & ((s != 0) | (truth is not Fraction.__truediv__))
            assert np.array_equal(ours, np.where(known, residues_of(truth(a, b), channels), ERASED))


def test_operations_take_leading_dimensions() -> None:
    left = residues.of_integers(list(range(24))).reshape(2, 3, 4, 48)[..., :8]
    assert np.array_equal(residues.add(left, left), residues.multiply(left, np.full_like(left, 2)))


@law
@given(st.lists(fractions, min_size=1))
def test_phases_and_residues_are_the_same_thing(values: list[Fraction]) -> None:
    lattice = np.array([residues_of(value) for value in values])
    phases = residues.to_phases(lattice)
    angles = 2 * np.pi * lattice / np.array(PRIMES)
    expected = np.stack([np.cos(angles), np.sin(angles)], axis=-1) * (lattice != ERASED)[..., None]
    assert phases.dtype == np.float32 and np.allclose(phases, expected.reshape(len(values), -1), atol=1e-6)
    assert np.array_equal(phases, NUMBER.encode(values)[:, PHASES])


def test_every_residue_of_every_prime_comes_back() -> None:
    vectors = NUMBER.encode(np.arange(max(PRIMES)))
    assert np.array_equal(residues.to_residues(vectors), np.arange(max(PRIMES))[:, None] % np.array(PRIMES))


@law
@given(fractions, st.integers(0, 95), st.floats(-1, 1))
def test_phases_snap_within_the_tolerance_and_no_further(value: Fraction, lane: int, shift: float) -> None:
    vector = NUMBER.encode([value])
    exact = residues.to_residues(vector)
    vector[0, PHASES.start + lane] += 0.9 * residues.OFF_LATTICE * shift
    assert np.array_equal(residues.to_residues(vector), exact)
    vector[0, PHASES.start + lane] += 0.3
    with pytest.raises(InputError, match="row 0: the phase of prime"):
        residues.to_residues(vector)


@law
@given(st.integers(-(10**30), 10**30), st.integers(1, 10**30), st.sets(st.sampled_from(range(48)), max_size=16))
def test_reconstruction_is_unique_within_the_bounds(numerator: int, denominator: int, missing: set[int]) -> None:
    value = Fraction(numerator, denominator)
    row = residues.of_fractions([(value.numerator, value.denominator)])[0]
    row[list(missing)] = ERASED
    modulus = residues.known_modulus(row)
    assert modulus == prod(p for p, r in zip(PRIMES, row, strict=True) if r != ERASED)
    integer = residues.to_integers(row[None])[0]
    found = residues.reconstruct(integer, modulus, abs(value.numerator), value.denominator)
    assert found == (value.numerator, value.denominator)


def test_reconstruction_finds_nothing_outside_the_bounds() -> None:
    integer = residues.to_integers(residues.of_fractions([(1, 7)]))[0]
    assert residues.reconstruct(integer, PRODUCT, 1, 7) == (1, 7)
    assert residues.reconstruct(integer, PRODUCT, 1, 6) is None
    assert residues.reconstruct(integer, PRODUCT, 0, 7) is None


@pytest.mark.parametrize("denominator", [1, 7, PRIMES[0], PRIMES[0] ** 2, prod(PRIMES[:5]), PRIMES[0] * 10**20])
def test_the_range_ends_exactly_where_documented(denominator: int) -> None:
    left = prod(p for p in PRIMES if denominator % p)
    largest = (left - 1) // (4 * denominator)
    assert 4 * largest * denominator < left <= 4 * (largest + 1) * denominator
    assert residues.in_range(largest, denominator) and residues.in_range(-largest, denominator)
    assert not residues.in_range(largest + 1, denominator)
    held = next(Fraction(n, denominator) for n in range(largest, 0, -1) if gcd(n, denominator) == 1)
    assert NUMBER.decode(NUMBER.encode([held])) == [held]
