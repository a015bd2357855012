"""Exact rationals on prime phases.

A rational n/d is held as its residues n * d^-1 mod p for 48 primes p, each residue r as a point of the unit
circle, the phase (cos, sin)(2 pi r / p). A prime that divides d has no residue: its channel is *erased*, the
phase (0, 0). Integers come back by the Chinese remainder theorem, fractions by rational reconstruction from
the channels that are left.

Residue arrays are int64 (..., k) with ERASED in erased channels; their columns are the first k of the 48
channels.
"""

from math import gcd, prod

import numpy as np
from numpy.typing import NDArray

from fluxem.errors import InputError
from fluxem.space import PHASES, Vectors

PRIMES = (
    *(101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167, 173, 179),
    *(181, 191, 193, 197, 199, 211, 223, 227, 229, 233, 239, 241, 251, 257, 263, 269),
    *(271, 277, 281, 283, 293, 307, 311, 313, 317, 331, 337, 347, 349, 353, 359, 367),
)
PRODUCT = prod(PRIMES)
ERASED = -1  # no residue: an operation with an erased operand is erased
OFF_LATTICE = 1e-3  # how far a phase may be from the point it stands for; neighbours are 2 pi / p apart

Residues = NDArray[np.int64]

MODULI = np.array(PRIMES)
LOG_MODULI = np.log10(MODULI)
# Tables are flat. Channel i owns the entries from _ORIGIN[i] - 1 on: for ERASED, then for 0, 1, ..., p - 1.
_ORIGIN = np.concatenate([[0], np.cumsum(MODULI + 1)[:-1]]) + 1
_PHASES = np.concatenate([[0, *np.exp(2j * np.pi * np.arange(p) / p)] for p in PRIMES]).astype(np.complex64)
_INVERSES = np.concatenate([[ERASED, ERASED, *(pow(r, -1, p) for r in range(1, p))] for p in PRIMES])


def in_range(numerator: int, denominator: int) -> bool:
    """Whether a vector holds the reduced n/d: 4 |n| d < the product of the primes that do not divide d.

    The factor 4 is Wang's 2 (see `reconstruct`) and a bit to spare, so that bounds may be rounded.
    """
    return 4 * abs(numerator) * denominator * gcd(denominator, PRODUCT) < PRODUCT


# --- between vectors and residues ---


def to_residues(vectors: Vectors, channels: int = len(PRIMES)) -> Residues:
    """Residues (n, channels) of the phases of vectors (n, 128): the nearest lattice points.

    InputError when a phase is further than OFF_LATTICE from it.
    """
    pairs = np.ascontiguousarray(vectors[:, PHASES]).view(np.complex64)[:, :channels]
    moduli = MODULI[:channels]
    turns = np.arctan2(pairs.imag, pairs.real) * (moduli / (2 * np.pi)).astype(np.float32)
    residues = np.rint(turns).astype(np.int64)
    residues += moduli * (residues < 0)
    residues[np.abs(pairs) < 0.5] = ERASED
    distance = np.abs(_PHASES[_ORIGIN[:channels] + residues] - pairs)
    if (distance > OFF_LATTICE).any():
        row, column = np.argwhere(distance > OFF_LATTICE)[0]
        raise InputError(
            f"row {row}: the phase of prime {moduli[column]} is {distance[row, column]:.2g} off the lattice"
        )
    return residues


def to_phases(residues: Residues) -> NDArray[np.float32]:
    """The phases (..., 2k) float32 of residues (..., k): cos, sin interleaved, (0, 0) where erased."""
    return _PHASES[_ORIGIN[: residues.shape[-1]] + residues].view(np.float32)


# --- arithmetic, channel by channel ---


def add(left: Residues, right: Residues) -> Residues:
    """left + right, (..., k): a rotation of the phases."""
    return _combine(left, right, left + right)


def subtract(left: Residues, right: Residues) -> Residues:
    """left - right, (..., k)."""
    return _combine(left, right, left - right)


def multiply(left: Residues, right: Residues) -> Residues:
    """left * right, (..., k)."""
    return _combine(left, right, left * right)


def divide(left: Residues, right: Residues) -> Residues:
    """left / right, (..., k); erased where right is 0 too: there the prime may divide the denominator."""
    return multiply(left, _INVERSES[_ORIGIN[: right.shape[-1]] + right])


OPERATIONS = (add, subtract, multiply, divide)  # in the order of the number operations


def _combine(left: Residues, right: Residues, raw: Residues) -> Residues:
    return np.where((left | right) < 0, ERASED, raw % MODULI[: raw.shape[-1]])


# --- from integers ---

_LIMB_COUNT = PRODUCT.bit_length() // 16 + 2
_POWERS = np.array([[pow(2, 16 * i, p) for p in PRIMES] for i in range(_LIMB_COUNT)], np.float64)


def of_integers(integers: NDArray[np.int64] | list[int]) -> Residues:
    """Residues (n, 48) of integers of absolute value below PRODUCT."""
    if isinstance(integers, np.ndarray):
        words = integers.astype("<i8").view("<i2").reshape(-1, 4)
    else:
        width = 2 * (max((i.bit_length() for i in integers), default=0) // 16 + 1)
        data = b"".join([i.to_bytes(width, "little", signed=True) for i in integers])
        words = np.frombuffer(data, "<i2").reshape(len(integers), width // 2)
    limbs = words.astype(np.float64)
    limbs[:, :-1] += 65536.0 * (limbs[:, :-1] < 0)  # only the last limb carries the sign
    sums = limbs @ _POWERS[: limbs.shape[1]]  # exact: far below 2^53
    return (sums - MODULI * np.floor(sums / MODULI)).astype(np.int64)


def of_fractions(fractions: list[tuple[int, int]]) -> Residues:
    """Residues (n, 48) of reduced (numerator, denominator), both below PRODUCT in absolute value."""
    numerators = of_integers([numerator for numerator, _ in fractions])
    if all(denominator == 1 for _, denominator in fractions):
        return numerators
    return divide(numerators, of_integers([denominator for _, denominator in fractions]))


# --- back to integers and fractions ---

_BYTES = 4 * (PRODUCT.bit_length() // 32 + 1)
_COFACTORS = [PRODUCT // p for p in PRIMES]
_COFACTOR_INVERSES = np.array([pow(c, -1, p) for c, p in zip(_COFACTORS, PRIMES, strict=True)])


def _limbs(integer: int) -> NDArray[np.float64]:
    return np.frombuffer(integer.to_bytes(_BYTES, "little"), "<u4").astype(np.float64)


_COFACTOR_LIMBS = np.stack([_limbs(c) for c in _COFACTORS], axis=1)  # (limbs, 48)
_PRODUCT_LIMBS = _limbs(PRODUCT)[:, None]


def to_integers(residues: Residues) -> list[int]:
    """The integer of least absolute value for each row of residues (n, 48), by the Chinese remainder theorem.

    ERASED counts as 0: modulo the product of the other primes, the integer is right.
    """
    weights = (np.maximum(residues, 0) * _COFACTOR_INVERSES % MODULI).astype(np.float64).T  # (48, n)
    wraps = np.rint((1 / MODULI) @ weights)  # the sum below exceeds the integer by this many PRODUCTs
    limbs = (_COFACTOR_LIMBS @ weights - _PRODUCT_LIMBS * wraps).astype(np.int64)  # exact: far below 2^53
    for low, high in zip(limbs[:-1], limbs[1:], strict=True):
        high += low >> 32
    data = (limbs & 0xFFFFFFFF).astype("<u4").T.tobytes()
    return [int.from_bytes(data[i : i + _BYTES], "little", signed=True) for i in range(0, len(data), _BYTES)]


def known_modulus(residues_row: Residues) -> int:
    """The product of the primes of one row (48,) that are not erased."""
    return PRODUCT // prod(MODULI[residues_row < 0].tolist())


def reconstruct(integer: int, modulus: int, numerator_bound: int, denominator_bound: int) -> tuple[int, int] | None:
    """The reduced n, d with n = d * integer (mod modulus), |n| and d within their bounds, or None.

    There is at most one when 2 * numerator_bound * denominator_bound < modulus: the first small enough
    remainder of Euclid's algorithm (P. S. Wang, "A p-adic algorithm for univariate partial fractions", 1981).
    """
    remainder, next_remainder = modulus, integer % modulus
    cofactor, next_cofactor = 0, 1
    if modulus - next_remainder <= numerator_bound:
        return next_remainder - modulus, 1
    while next_remainder > numerator_bound:
        quotient = remainder // next_remainder
        remainder, next_remainder = next_remainder, remainder - quotient * next_remainder
        cofactor, next_cofactor = next_cofactor, cofactor - quotient * next_cofactor
    if abs(next_cofactor) > denominator_bound or gcd(next_remainder, next_cofactor) != 1:
        return None
    return (next_remainder, next_cofactor) if next_cofactor > 0 else (-next_remainder, -next_cofactor)
