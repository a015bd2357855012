"""Every domain and operation that is registered keeps the promises of its base class."""

import hashlib
import os
import pkgutil
import subprocess
import sys
from importlib import import_module
from typing import Any

import numpy as np
import pytest

import fluxem
from fluxem import domains, laws, residues, space
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
    with pytest.raises(ParseError, match=f"is not|{domain.name}") as refused:
        domain.parse("no structured object at all, in a text that goes on and on")
    assert len(str(refused.value)) < 200 and "\n" not in str(refused.value)
    with pytest.raises(InputError, match="a text is a str"):
        domain.parse(None)  # type: ignore[arg-type]


@pytest.mark.parametrize("domain", DOMAINS.values(), ids=DOMAINS)
def test_a_domain_refuses_vectors_of_the_others(domain: Domain) -> None:
    for other in DOMAINS.values():
        if other is not domain:
            vectors = other.encode([other.parse(other.example)])
            for read in (domain.decode, domain.render):
                with pytest.raises(InputError, match="^row 0: "):
                    read(vectors)


@pytest.mark.parametrize("domain", DOMAINS.values(), ids=DOMAINS)
def test_a_domain_takes_empty_batches(domain: Domain) -> None:
    empty = domain.encode([])
    assert empty.shape == (0, space.DIM) and empty.dtype == np.float32
    assert domain.decode(empty) == [] and domain.render(empty) == []


def defined_domains() -> list[type[Domain]]:
    """Every concrete domain of the package, registered or not."""
    for module in pkgutil.iter_modules(domains.__path__):
        import_module(f"fluxem.domains.{module.name}")
    found, waiting = [], [Domain]
    while waiting:
        for kind in waiting.pop().__subclasses__():
            waiting.append(kind)
            if kind.__module__.startswith("fluxem.") and not getattr(kind, "__abstractmethods__", None):
                found.append(kind)
    return found


def test_names_and_tags_are_unique_also_those_of_domains_that_are_not_registered() -> None:
    """The first implementation tested its table only, which some encoders were not in."""
    kinds = defined_domains()
    assert len({kind.tag for kind in kinds}) == len({kind.name for kind in kinds}) == len(kinds)
    assert {kind.name for kind in kinds} == set(DOMAINS), "every domain that is defined is registered"
    assert all(name == domain.name and 1 <= domain.tag <= 255 for name, domain in DOMAINS.items())
    with pytest.raises(ValueError, match="clashes with number"):
        by_name([NumberDomain(), NumberDomain()])


def digest() -> str:
    """One for the vectors of all examples, and of all operations on them."""
    vectors = {name: domain.encode([domain.parse(domain.example)]) for name, domain in DOMAINS.items()}
    results = [operation.function(*(vectors[name] for name in operation.operands))[0] for operation in OPERATIONS]
    return hashlib.sha256(b"".join(vector.tobytes() for vector in (*vectors.values(), *results))).hexdigest()


def test_vectors_do_not_depend_on_the_process() -> None:
    """Those of units, taxonomy, predicates and records did: they used Python's hash()."""
    here = os.path.dirname(__file__)
    found = {digest()}
    for seed in ("0", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join([here, *sys.path])}
        program = "import test_registry; print(test_registry.digest())"
        command = [sys.executable, "-c", program]
        found.add(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip())
    assert len(found) == 1


def test_the_public_list_of_domains() -> None:
    listed = fluxem.domains()
    assert [one.name for one in listed] == list(DOMAINS)
    by_its_name = {one.name: one for one in listed}
    for name, one in by_its_name.items():
        assert (one.tag, one.example) == (DOMAINS[name].tag, DOMAINS[name].example)
        assert fluxem.encode(one.example, domain=name).shape == (128,)
        assert list(one.operations) == [operation for operation in OPERATIONS if name in operation.operands]
    assert str(by_its_name["number"]).startswith("number, for example -3/4: add, subtract, multiply, divide")


def test_the_list_of_domains_is_there_before_and_after_their_package() -> None:
    """`fluxem.domains` is a package too, which Python puts there when a part of it is imported."""
    program = (
        "import sys, fluxem; early = 'fluxem.registry' in sys.modules; before = fluxem.domains()\n"
        "import fluxem.domains.number; print(early, before == fluxem.domains(), fluxem.domains.number.NUMBER.name)"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", program]
    printed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    assert printed.split() == ["False", "True", "number"]


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
        assert operation.symbol and operation.law and len(operation.operands) in (1, 2)
        assert not operation.commutative or operation.operands[0] == operation.operands[1]
    assert len({(operation.name, operation.operands) for operation in OPERATIONS}) == len(OPERATIONS)


def test_operations_on_numbers_come_first_in_the_order_of_their_residues() -> None:
    """The search for right reductions finds the arithmetic of an operation by its index."""
    first = OPERATIONS[: len(residues.OPERATIONS)]
    assert [operation.name for operation in first] == [function.__name__ for function in residues.OPERATIONS]
    assert all({*operation.operands, operation.result} == {"number"} for operation in first)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: f"{one.name}-{'-'.join(one.operands)}")
def test_an_operation_takes_batches_of_its_domains_and_no_others(operation: Any) -> None:
    batches = [DOMAINS[name].encode([DOMAINS[name].parse(DOMAINS[name].example)] * 2) for name in operation.operands]
    copies = [batch.copy() for batch in batches]
    results, ok = operation.function(*batches)
    assert results.shape == (2, space.DIM) and results.dtype == np.float32 and ok.shape == (2,) and ok.dtype == bool
    assert all(np.array_equal(batch, copy) for batch, copy in zip(batches, copies, strict=True))
    if ok.all():
        DOMAINS[operation.result].decode(results)
    else:
        assert not results.any() and isinstance(operation.refusal(*(batch[:1] for batch in batches)), InputError)
    empty = [batch[:0] for batch in batches]
    assert operation.function(*empty)[0].shape == (0, space.DIM)
    for side in range(len(batches)):
        strange = [np.zeros((1, space.DIM), np.float32) if at == side else one[:1] for at, one in enumerate(batches)]
        with pytest.raises(InputError, match="^row 0: "):
            operation.function(*strange)
