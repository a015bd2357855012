"""Every domain and every operation: what is not listed here does not exist for the rest of the package."""

from collections.abc import Iterable
from dataclasses import dataclass

from fluxem.domains import (
    boolean,
    complex_number,
    date,
    dna,
    formula,
    number,
    pitch,
    pitch_class_set,
    quantity,
    quantity_operations,
    reaction,
    taxonomy,
    vector,
)
from fluxem.domains.base import Domain, Operation


@dataclass(frozen=True, slots=True)
class Listed:
    """A registered domain: a text that it reads, and the operations that take one of its vectors."""

    name: str
    tag: int
    example: str
    operations: tuple[Operation, ...]

    def __str__(self) -> str:
        names = dict.fromkeys(operation.name for operation in self.operations)
        return f"{self.name}, for example {self.example}: {', '.join(names) or 'no operations'}"


def by_name(domains: Iterable[Domain]) -> dict[str, Domain]:
    """Domains by name, in the order given; ValueError when two share a name or a tag."""
    registered: dict[str, Domain] = {}
    for domain in domains:
        for other in registered.values():
            if domain.name == other.name or domain.tag == other.tag:
                raise ValueError(f"{domain.name} (tag {domain.tag}) clashes with {other.name} (tag {other.tag})")
        registered[domain.name] = domain
    return registered


#: The order is the precedence where spans overlap: what is made of others comes before them, numbers come last.
DOMAINS: dict[str, Domain] = by_name(
    [
        date.DATE,  # before numbers, and quantities: 22 November 2024 m
        reaction.REACTION,  # before its formulas, and quantities: 2 H
        complex_number.COMPLEX,  # before its numbers
        vector.VECTOR,  # before its entries
        pitch_class_set.PITCH_CLASS_SET,
        pitch.PITCH,  # before the quantity 3 m in F♯3 m
        quantity.PHYS_QUANTITY,  # before its number and its unit
        dna.DNA,
        taxonomy.TAXONOMY,
        formula.FORMULA,
        boolean.BOOLEAN,
        quantity.PHYS_UNIT,
        number.NUMBER,
    ]
)

#: Operations on numbers come first, in the order of `residues.OPERATIONS`.
OPERATIONS: tuple[Operation, ...] = (
    *number.OPERATIONS,
    *complex_number.OPERATIONS,
    *vector.OPERATIONS,
    *boolean.OPERATIONS,
    *quantity_operations.OPERATIONS,
    *formula.OPERATIONS,
    *reaction.OPERATIONS,
    *dna.OPERATIONS,
    *taxonomy.OPERATIONS,
    *pitch.OPERATIONS,
    *pitch_class_set.OPERATIONS,
    *date.OPERATIONS,
)


def domains() -> list[Listed]:
    """The registered domains, in their order."""
    return [
        Listed(name, domain.tag, domain.example, tuple(one for one in OPERATIONS if name in one.operands))
        for name, domain in DOMAINS.items()
    ]
