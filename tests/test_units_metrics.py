"""Metrics of answers about units, against pint and against numbers worked out by hand."""

from __future__ import annotations

from fractions import Fraction

import pint_reference
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fluxem.domains.units import Quantity, Unit
from fluxem.evaluation.measure import measure
from fluxem.evaluation.units import RIGHT_OPERATIONS, dimension_right, relative_error
from fluxem.integration.sample_format import Sample
from fluxem.models.answer import Answer
from fluxem.registry import OPERATIONS

# --- relative error ---


@pytest.mark.parametrize(
    "prediction, target, error",
    [
        ("1.0668 m", "1.0668 m", 0),
        ("106.68 cm", "1.0668 m", 0),  # the right length in another unit
        ("3.5 ft", "1.0668 m", 0),
        ("3.5 feet", "1.0668 m", 0),
        ("1.0668m", "1.0668 m", 0),
        ("2 m", "1 m", 1),
        ("1.5 m", "1 m", 0.5),
        ("0.9 km", "1000 m", 0.1),
        ("-5 °C", "-10 °C", 0.5),
        ("263.15 K", "-10 °C", 0),
        ("14 °F", "-10 °C", 0),  # affine
        ("23 °F", "-10 °C", 0.5),  # -5 °C
        ("0 K", "0 K", 0),
        ("1e-9 K", "0 K", 1),  # off a zero target
        ("32 °F", "0 °C", 0),
        ("273 K", "0 °C", 1),
        ("-1 m", "1 m", 1),  # at most 1
        ("1e60 m", "1 m", 1),
        ("1 kg", "1 m", 1),  # another dimension
        ("1 m/s", "1 m", 1),
        ("1", "1 m", 1),  # no quantity
        ("m", "1 m", 1),
        ("", "1 m", 1),
        ("true", "1 m", 1),
        ("undefined", "1 m", 1),
        ("1 m and more", "1 m", 1),
        ("1/0 m", "1 m", 1),
        (f"{'9' * 200} m", "1 m", 1),
        ("1 °C/m", "1 m", 1),
    ],
)
def test_relative_error(prediction: str, target: str, error: float) -> None:
    assert relative_error(prediction, target) == pytest.approx(error)


@given(pint_reference.alike, st.fractions(max_denominator=10**6), st.fractions(max_denominator=10**6))
def test_relative_error_is_that_of_pint(units: tuple[Unit, Unit], said: Fraction, wanted: Fraction) -> None:
    """An answer in whatever unit is compared in the unit of the target."""
    assume(max(abs(said), abs(wanted)) < 10**20)
    answer, target = Quantity(said, units[0]), Quantity(wanted, units[1])
    assume("Δ" not in f"{answer.unit}{target.unit}")  # pint refuses to compare a difference with a temperature
    found = pint_reference.in_pint(answer).to(pint_reference.unit_in_pint(target.unit)).magnitude
    expected = min(Fraction(1), abs(found - wanted) / abs(wanted)) if wanted else Fraction(int(found != 0))
    assert relative_error(str(answer), str(target)) == pytest.approx(float(expected))
    assert dimension_right(str(answer), str(target))


@given(st.text(max_size=20) | pint_reference.quantities.map(str), pint_reference.quantities.map(str))
def test_relative_error_is_a_share_whatever_is_said(prediction: str, target: str) -> None:
    error = relative_error(prediction, target)
    assert 0 <= error <= 1 and relative_error(target, target) == 0
    assert dimension_right(prediction, target) or error == 1


# --- dimension ---


@pytest.mark.parametrize(
    "prediction, target, right",
    [
        ("7 cm", "1 m", True),  # wrong, but a length
        ("3 N", "5 kg*m/s^2", True),
        ("-3 °F", "5 K", True),
        ("3 J", "5 N", False),
        ("3 s", "5 m", False),
        ("3", "5 m", False),
        ("3 blobs", "5 m", False),
        ("", "5 m", False),
        ("true", "5 m", False),
    ],
)
def test_dimension_right(prediction: str, target: str, right: bool) -> None:
    assert dimension_right(prediction, target) == right


# --- all metrics ---


def convert(target: str, unit_type: str, units: str, decade: int = 0) -> Sample:
    about = {"kind": "convert", "unit_type": unit_type, "units": units.split(), "decade": decade}
    return Sample("?", target, metadata=about)


def can_add(target: str, unit_type: str = "length", units: str = "m ft") -> Sample:
    about = {"kind": "can_add", "unit_type": unit_type, "units": units.split(), "decade": 0}
    return Sample("?", target, metadata=about)


def routed(text: str, *operations: str) -> Answer:
    return Answer(text, "vectors", decisions=len(operations) + 1, reductions=[(0, name, False) for name in operations])


SAMPLES = [
    convert("1.0668 m", "length", "ft m"),
    convert("1 m", "length", "ft m", 2),
    convert("20 cm", "length", "m cm", -1),
    convert("0 °C", "temperature", "°F °C", 2),
    can_add("true"),
    can_add("false"),
    can_add("false", "force", "N J"),
    can_add("true", "force", "N kg*m/s^2"),
]


def test_metrics_of_a_router() -> None:
    answers = [
        routed("1.0668 m", "convert"),
        routed("0.75 m", "convert"),  # misread
        routed("0.2 m"),  # answered too early
        routed("true", "same_dimension"),
        routed("true", "same_dimension"),
        routed("false", "less"),  # right by chance
        Answer("false", "characters", decisions=1),  # right by chance, and spoken
        routed("false", "same_dimension", "same_dimension"),
    ]
    assert measure("units", SAMPLES, answers) == {
        "exact_match": {"value": 4 / 8, "n": 8},
        "ended": {"value": 1, "n": 8},
        "exact_match/kind=convert": {"value": 1 / 4, "n": 4},
        "exact_match/kind=can_add": {"value": 3 / 4, "n": 4},
        "exact_match/unit_type=length": {"value": pytest.approx(1 / 3), "n": 3},
        "exact_match/unit_type=temperature": {"value": 0, "n": 1},
        "exact_match/decade=-1": {"value": 0, "n": 1},
        "exact_match/decade=0": {"value": 1, "n": 1},
        "exact_match/decade=2": {"value": 0, "n": 2},
        "exact_match/units=ft>m": {"value": 1 / 2, "n": 2},
        "exact_match/units=m>cm": {"value": 0, "n": 1},
        "exact_match/units=°F>°C": {"value": 0, "n": 1},
        "relative_error": {"value": (0 + 0.25 + 0 + 1) / 4, "n": 4},
        "dimensional_correctness": {"value": 3 / 4, "n": 4},
        "boolean_accuracy": {"value": 3 / 4, "n": 4},
        "boolean_accuracy/unit_type=force": {"value": 1 / 2, "n": 2},
        "boolean_accuracy/unit_type=length": {"value": 1, "n": 2},
        "router_accuracy": {"value": 3 / 8, "n": 8},
    }


def test_metrics_without_a_router_or_one_of_the_kinds() -> None:
    conversions = measure("units", SAMPLES[:1], [Answer("1 m", ended=False)])
    assert conversions == {
        "exact_match": {"value": 0, "n": 1},
        "ended": {"value": 0, "n": 1},
        "exact_match/kind=convert": {"value": 0, "n": 1},
        "exact_match/unit_type=length": {"value": 0, "n": 1},
        "exact_match/decade=0": {"value": 0, "n": 1},
        "exact_match/units=ft>m": {"value": 0, "n": 1},
        "relative_error": {"value": pytest.approx(0.0668 / 1.0668), "n": 1},
        "dimensional_correctness": {"value": 1, "n": 1},
    }
    checks = measure("units", SAMPLES[4:5], [Answer("true")])
    assert checks == {
        name: {"value": 1, "n": 1}
        for name in (
            *("exact_match", "ended", "exact_match/kind=can_add"),
            *("boolean_accuracy", "boolean_accuracy/unit_type=length"),
        )
    }


@pytest.mark.parametrize("said", ["", "True", "yes", "false", "1", "true ", "5 m"])
def test_a_check_is_right_only_by_its_word(said: str) -> None:
    assert measure("units", [can_add("true")], [Answer(said)])["boolean_accuracy"]["value"] == 0


@given(st.lists(st.tuples(st.sampled_from(SAMPLES), st.sampled_from(["0 °C", "1 m", "true", "false", ""])), min_size=1))
def test_groups_add_up(drawn: list[tuple[Sample, str]]) -> None:
    """The groups of a key hold each of their rows once, and every share is one."""
    samples = [sample for sample, _ in drawn]
    metrics = measure("units", samples, [Answer(said) for _, said in drawn])
    assert all(0 <= metric["value"] <= 1 and metric["n"] >= 1 for metric in metrics.values())
    conversions = metrics.get("exact_match/kind=convert", {"value": 0, "n": 0})
    whole = {"kind": metrics["exact_match"], **dict.fromkeys(("unit_type", "decade", "units"), conversions)}
    for key, expected in whole.items():
        groups = [metric for name, metric in metrics.items() if name.startswith(f"exact_match/{key}=")]
        assert sum(metric["n"] for metric in groups) == expected["n"]
        assert sum(metric["value"] * metric["n"] for metric in groups) == pytest.approx(
            expected["value"] * expected["n"]
        )


def test_the_right_operations_exist() -> None:
    names = {operation.name for operation in OPERATIONS}
    assert all(names.issuperset(operations) for operations in RIGHT_OPERATIONS.values())
