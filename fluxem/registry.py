"""Every domain and every operation: what is not listed here does not exist for the rest of the package."""

from collections.abc import Iterable

from fluxem.domains import number
from fluxem.domains.base import Domain, Operation


def by_name(domains: Iterable[Domain]) -> dict[str, Domain]:
    """Domains by name, in the order given; ValueError when two share a name or a tag."""
    registered: dict[str, Domain] = {}
    for domain in domains:
        for other in registered.values():
            if domain.name == other.name or domain.tag == other.tag:
                raise ValueError(f"{domain.name} (tag {domain.tag}) clashes with {other.name} (tag {other.tag})")
        registered[domain.name] = domain
    return registered


DOMAINS: dict[str, Domain] = by_name([number.NUMBER])  # the order is the precedence where spans overlap
OPERATIONS: tuple[Operation, ...] = number.OPERATIONS
