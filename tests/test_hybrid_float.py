"""The float executor, against numpy's float32, and what it is wrong about."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from mixed import streams_from
from tiny import ARCHITECTURE

from fluxem import algebra, registry
from fluxem.integration.reductions import CHOICES, execute_choices
from fluxem.models.hybrid_float import HybridFloat, execute_floats
from fluxem.models.packing import ANSWER_NOW, REDUCE

NAMES = [(registry.OPERATIONS[operation].name, swapped) for operation, swapped in CHOICES]
F32 = np.float32


def compute(name: str, a: float, b: float, swapped: bool = False) -> float | None:
    """What the executor makes of two numbers; None where it refuses."""
    choice = np.array([NAMES.index((name, swapped))])
    results, ok = execute_floats(choice, *(algebra.encode_batch([value], "number") for value in (a, b)))
    assert results.dtype == np.float32 and (ok[0] or not results.any())
    return float(algebra.decode(results[0])) if ok[0] else None


def log10(value: float) -> np.float32:
    return F32(np.log10(abs(value)))


integers = st.integers(-(10**12), 10**12)


@given(integers, integers)
def test_sums_are_those_of_float32(a: int, b: int) -> None:
    assert compute("add", a, b) == float(F32(a) + F32(b))
    assert compute("subtract", a, b) == float(F32(a) - F32(b))
    assert compute("subtract", a, b, swapped=True) == float(F32(b) - F32(a))


@given(integers.filter(bool), integers.filter(bool))
def test_products_and_quotients_are_those_of_float32_logarithms(a: int, b: int) -> None:
    sign = 1 if (a > 0) == (b > 0) else -1
    assert compute("multiply", a, b) == pytest.approx(sign * 10 ** float(log10(a) + log10(b)), rel=1e-12)
    assert compute("divide", a, b) == pytest.approx(sign * 10 ** float(log10(a) - log10(b)), rel=1e-12)
    assert compute("divide", a, b, swapped=True) == pytest.approx(sign * 10 ** float(log10(b) - log10(a)), rel=1e-12)


def test_zeros_and_what_has_no_result() -> None:
    assert compute("multiply", 0, 17) == compute("divide", 0, 17) == compute("subtract", 5, 5) == 0
    assert compute("divide", 17, 0) is compute("divide", 0, 0) is compute("divide", 0, 17, swapped=True) is None
    assert compute("multiply", 10.0**70, 10.0**70) is None  # beyond the range of vectors
    assert compute("multiply", 10.0**30, 10.0**30) == pytest.approx(1e60, rel=1e-4)
    assert compute("add", 10.0**60, 10.0**60) is None  # beyond float32
    assert compute("add", 10.0**60, -1) == float(np.finfo(F32).max)  # where the linear lane ends


def test_operations_of_other_domains_are_exact() -> None:
    streams = streams_from("3 m + 4 m", "H2O + NaCl", "7 + 8")
    chosen = []
    for row in range(3):
        left, right = streams.vectors[row, 0], streams.vectors[row, 1]
        fitting = [c for c in range(len(CHOICES)) if _fits(c, streams.types[row])]
        chosen += [(choice, left, right) for choice in fitting]
    choice, left, right = (np.array(part) for part in zip(*chosen, strict=True))
    exact, exact_ok = execute_choices(choice, left, right)
    results, ok = execute_floats(choice, left, right)
    others = np.array([registry.OPERATIONS[CHOICES[c][0]].operands != ("number", "number") for c in choice])
    assert others.any() and not others.all()
    assert (results[others] == exact[others]).all() and (ok == exact_ok).all()


def _fits(choice: int, types: np.ndarray) -> bool:
    operation, swapped = CHOICES[choice]
    names = [list(registry.DOMAINS)[index] for index in types[:2]]
    return list(registry.OPERATIONS[operation].operands) == (names[::-1] if swapped else names)


@pytest.mark.parametrize(
    "text, name, exact", [("7 * 8", "multiply", True), ("999 * 999", "multiply", False), ("16777217 + 0", "add", False)]
)
def test_small_results_are_right_when_rounded_and_large_ones_wrong(
    monkeypatch: pytest.MonkeyPatch, text: str, name: str, exact: bool
) -> None:
    torch.manual_seed(0)
    model = HybridFloat(ARCHITECTURE["hybrid"]).eval()
    plan = iter([REDUCE + NAMES.index((name, False)), ANSWER_NOW])
    monkeypatch.setattr(model, "choose", lambda scores, streams: np.array([next(plan)]))
    (answer,) = model.answer([text], trace=True)
    assert (answer.text == str(eval(text))) == exact and answer.text.isdecimal()
    assert int(answer.text) == pytest.approx(eval(text), rel=1e-5)
    assert len(answer.steps) == 2 and answer.source == "vectors"


def test_answers_of_other_domains_are_given_as_ever() -> None:
    vectors = np.concatenate([streams_from("3 m").vectors[0], streams_from("-2.6").vectors[0]])
    assert HybridFloat(ARCHITECTURE["hybrid"]).render(vectors) == ["3 m", "-3"]
