"""Quantities in pint, exactly, and short ways to compute with ours."""

from fractions import Fraction
from typing import Any

import pint
from hypothesis import strategies as st

from fluxem.domains.base import Domain
from fluxem.domains.boolean import BOOLEAN
from fluxem.domains.number import NUMBER
from fluxem.domains.quantity import PHYS_QUANTITY, PHYS_UNIT
from fluxem.domains.quantity_operations import OPERATIONS
from fluxem.domains.unit_table import PREFIXES, UNITS
from fluxem.domains.units import Quantity, Unit

REGISTRY = pint.UnitRegistry(non_int_type=Fraction)
DOMAINS: dict[str, Domain] = {domain.name: domain for domain in (PHYS_QUANTITY, PHYS_UNIT, NUMBER, BOOLEAN)}
BY_OPERANDS = {(operation.name, *operation.operands): operation for operation in OPERATIONS}
TEMPERATURES = ("K", "°C", "°F", "°Re", "°R", "Δ°C", "Δ°F")
KINDS = (
    *("m km cm mm ft in mi µm", "kg g mg lb oz", "s ms min h day", "K °C °F Δ°C", "m/s km/h mph ft/s"),
    *("N kg*m/s^2", "J W*h kWh eV", "acre m^2", "L", "s^-1", "mmHg", "dimensionless"),
)


def unit(text: str) -> Unit:
    return PHYS_UNIT.parse(text)


def quantity(text: str) -> Quantity:
    return PHYS_QUANTITY.parse(text)


def unit_in_pint(ours: Unit) -> pint.Unit:
    """The same unit of pint."""
    theirs = REGISTRY.Unit("")
    for prefix, number, power in ours.factors:
        theirs *= REGISTRY.Unit(PREFIXES[prefix].name + UNITS[number].name) ** power
    return theirs


def in_pint(value: Quantity) -> pint.Quantity:
    """The same quantity of pint."""
    return REGISTRY.Quantity(Fraction(value.magnitude), unit_in_pint(value.unit))


def run(name: str, *values: Quantity | Unit | int | Fraction) -> Any:
    """The value of an operation on the vectors of values; its refusal, where it is refused, is raised."""
    domains = [next(domain for domain in DOMAINS.values() if isinstance(value, domain.value_types)) for value in values]
    operation = BY_OPERANDS[name, *(domain.name for domain in domains)]
    vectors = [domain.encode([value]) for domain, value in zip(domains, values, strict=True)]
    result, ok = operation.function(*vectors)
    if not ok[0]:
        assert not result.any()
        raise operation.refusal(*vectors)
    return DOMAINS[operation.result].decode(result)[0]


_integers = st.integers(-(10**12), 10**12)
decimals = st.builds(lambda digits, places: Fraction(digits, 10**places), _integers, st.integers(0, 12))
rationals = st.builds(Fraction, st.integers(-(10**9), 10**9), st.integers(1, 10**9))
magnitudes = st.one_of(st.integers(-20, 20), _integers, decimals, rationals, st.integers(-(10**60), 10**60))
units = st.sampled_from([unit(text) for kind in KINDS for text in kind.split()])
quantities = st.builds(Quantity, magnitudes, units)
alike = st.sampled_from(KINDS).flatmap(  # two units of one dimension
    lambda kind: st.tuples(*[st.sampled_from(kind.split()).map(unit)] * 2)
)
