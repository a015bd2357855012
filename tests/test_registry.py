"""Every domain and operation that is registered keeps the promises of its base class."""

import numpy as np
import pytest

from fluxem import laws, space
from fluxem.domains.base import Domain, Span
from fluxem.domains.number import NumberDomain
from fluxem.errors import InputError, ParseError
from fluxem.registry import DOMAINS, OPERATIONS, by_name


@pytest.mark.parametrize("domain", DOMAINS.values(), ids=DOMAINS)
def test_a_domain_encodes_its_own_example(domain: Domain) -> None:
    value = domain.parse(domain.example)
    assert list(domain.find(domain.example)) == [Span(domain.name, 0, len(domain.example), value)]
    laws.assert_round_trip(domain, [value])
    assert isinstance(value, domain.value_types)


@pytest.mark.parametrize("domain", DOMAINS.values(), ids=DOMAINS)
def test_a_vector_carries_the_tag_of_its_domain(domain: Domain) -> None:
    vectors = domain.encode([domain.parse(domain.example)] * 3)
    assert vectors.shape == (3, space.DIM) and vectors.dtype == np.float32
    assert space.read_tag(vectors).tolist() == [domain.tag] * 3


@pytest.mark.parametrize("domain", DOMAINS.values(), ids=DOMAINS)
def test_a_domain_refuses_other_texts_and_no_text(domain: Domain) -> None:
    with pytest.raises(ParseError, match=domain.name):
        domain.parse("no structured object at all, in a text that goes on and on")
    with pytest.raises(InputError, match="a text is a str"):
        domain.parse(None)  # type: ignore[arg-type]


def test_names_and_tags_are_unique() -> None:
    assert len({domain.tag for domain in DOMAINS.values()}) == len(DOMAINS)
    assert all(name == domain.name for name, domain in DOMAINS.items())
    number = NumberDomain()
    with pytest.raises(ValueError, match="clashes with number"):
        by_name([number, NumberDomain()])


def test_tag_codes_tell_all_tags_apart() -> None:
    codes = np.stack([space.tag_code(tag) for tag in range(1, 256)])
    assert len({code.tobytes() for code in codes}) == 255 and set(np.unique(codes)) == {-1, 1}
    vectors = np.zeros((255, space.DIM), np.float32)
    assert space.read_tag(vectors).tolist() == [0] * 255
    vectors[:, space.TAG] = codes
    assert space.read_tag(vectors).tolist() == list(range(1, 256))


@pytest.mark.parametrize("tag", [0, -1, 256])
def test_a_tag_outside_the_code_is_refused(tag: int) -> None:
    with pytest.raises(InputError, match=str(tag)):
        space.tag_code(tag)


def test_the_lanes_of_a_vector_do_not_overlap() -> None:
    lanes = np.zeros(space.DIM, int)
    for part in (space.TAG, space.PHASES, space.DIMENSION_EXPONENTS, space.DISPLAY):
        lanes[part] += 1
    for lane in (space.SIGN, space.LOG, space.LINEAR, space.ZERO, space.LOG_DENOMINATOR):
        lanes[lane] += 1
    assert lanes.tolist() == [1] * space.DIM


def test_operations_are_between_registered_domains_and_told_apart() -> None:
    for operation in OPERATIONS:
        assert {*operation.operands, operation.result} <= set(DOMAINS)
        assert operation.symbol and operation.law
        assert not operation.commutative or operation.operands[0] == operation.operands[1]
    assert len({(operation.name, operation.operands) for operation in OPERATIONS}) == len(OPERATIONS)


def test_the_homomorphism_law_catches_wrong_operations() -> None:
    number, add = DOMAINS["number"], OPERATIONS[0]
    with pytest.raises(AssertionError, match="not bitwise"):
        laws.assert_homomorphism(number, add, lambda a, b: a + b + 1, [(1, 2)])
    with pytest.raises(AssertionError, match="not refused"):
        laws.assert_homomorphism(number, add, lambda a, b: a // 0, [(1, 2)])
    with pytest.raises(AssertionError, match="was refused although"):
        laws.assert_homomorphism(number, OPERATIONS[3], lambda a, b: 0, [(1, 0)])
