"""Metrics against numbers worked out by hand, and the evaluation of trained models."""

import json
import math
import shutil
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny import DATA, Trained

from fluxem.errors import InputError
from fluxem.evaluation.arithmetic import relative_error
from fluxem.evaluation.measure import measure
from fluxem.evaluation.run import evaluate
from fluxem.evaluation.wilson import wilson
from fluxem.integration.sample_format import Sample, read_samples
from fluxem.models.answer import Answer
from fluxem.models.inference import answer_all
from fluxem.models.load import load_model
from fluxem.pipeline.files import write_jsonl

# --- the interval of a share ---


@pytest.mark.parametrize(
    "hits, n, low, high",
    [
        # R. G. Newcombe, "Two-sided confidence intervals for the single proportion", 1998, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
        # the sizes of test splits
        (995, 1000, 0.9883, 0.9979),
        (9980, 10000, 0.9969, 0.9987),
        (600, 600, 0.9936, 1.0),
        (0, 600, 0.0, 0.0064),
    ],
)
def test_wilson_is_the_published_interval(hits: int, n: int, low: float, high: float) -> None:
    assert wilson(hits, n) == pytest.approx((low, high), abs=5.1e-5)


@given(st.integers(1, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_ends_are_where_the_score_test_just_rejects(drawn: tuple[int, int]) -> None:
    hits, n = drawn
    share, ends = hits / n, wilson(hits, n)
    assert 0 <= ends[0] <= share + 1e-12 and share - 1e-12 <= ends[1] <= 1
    for end in ends:
        assert abs(share - end) == pytest.approx(1.959964 * math.sqrt(end * (1 - end) / n), abs=1e-7)
    assert wilson(n - hits, n) == pytest.approx((1 - ends[1], 1 - ends[0]))


# --- relative error ---


@pytest.mark.parametrize(
    "prediction, target, error",
    [
        ("182", "182", 0),
        ("-7", "-7", 0),
        ("0", "0", 0),
        ("150", "100", 0.5),
        ("99", "100", 0.01),
        ("-90", "-100", 0.1),
        ("1/2", "1", 0.5),
        ("33.5", "67", 0.5),
        ("201/2", "100", 0.005),
        ("1e2", "100", 0),
        ("100", "1/3", 1),  # at most 1
        ("-100", "100", 1),  # the wrong sign
        ("1e60", "1", 1),
        ("1", "0", 1),  # off a zero target
        ("0", "5", 1),
        ("", "5", 1),  # no answer
        ("undefined", "5", 1),
        ("the answer is 5", "5", 1),
        ("5 apples", "5", 1),
        ("5 5", "5", 1),
        ("5.", "5", 1),
        ("9" * 200, "5", 1),
        ("--5", "5", 1),
        ("1/0", "5", 1),
        ("??", "5", 1),
    ],
)
def test_relative_error(prediction: str, target: str, error: float) -> None:
    assert relative_error(prediction, target) == pytest.approx(error)


@given(st.fractions(), st.fractions().filter(bool))
def test_relative_error_is_its_formula(found: Fraction, wanted: Fraction) -> None:
    if max(abs(found.numerator), found.denominator, abs(wanted.numerator), wanted.denominator) < 10**40:
        expected = min(1, abs(found - wanted) / abs(wanted))
        assert relative_error(str(found), str(wanted)) == pytest.approx(float(expected))


# --- all metrics ---


def asked(target: str, operations: int) -> Sample:
    return Sample("?", target, metadata={"operations": operations})


def test_metrics_of_a_router() -> None:
    samples = [asked("10", 1), asked("20", 1), asked("30", 2), asked("0", 2), asked("-4", 3)]
    answers = [
        Answer("10", "vectors", decisions=2),
        Answer("15", "vectors", decisions=2),
        Answer("30", "vectors", decisions=3),
        Answer("undefined", "executor", decisions=1),
        Answer("-4", "characters", ended=False, decisions=4),
    ]
    assert measure("arithmetic", samples, answers) == {
        "exact_match": {"value": 3 / 5, "n": 5},
        "exact_match/operations=1": {"value": 1 / 2, "n": 2},
        "exact_match/operations=2": {"value": 1 / 2, "n": 2},
        "exact_match/operations=3": {"value": 1.0, "n": 1},
        "relative_error": {"value": pytest.approx((0.25 + 1) / 5), "n": 5},
        "ended": {"value": 4 / 5, "n": 5},
        "router_accuracy": {"value": pytest.approx(10 / 12), "n": 12},  # one first wrong decision a wrong answer
    }


def test_without_a_router_there_is_no_router_accuracy() -> None:
    metrics = measure("arithmetic", [asked("10", 1)], [Answer("1e1")])
    assert metrics == {
        "exact_match": {"value": 0, "n": 1},  # not the canonical text
        "exact_match/operations=1": {"value": 0, "n": 1},
        "relative_error": {"value": 0, "n": 1},
        "ended": {"value": 1, "n": 1},
    }


# --- a whole evaluation ---


def spec_of(model: str, splits: list[str], task: str = "arithmetic") -> dict[str, Any]:
    trained = {"dataset": {"task": task}}
    return {"experiment": "tiny", "model": model, "seed": 0, "splits": splits, "trained": trained}


@pytest.mark.parametrize("name", ["hybrid", "token_only"])
def test_evaluation_writes_what_the_model_says(trained: Trained, name: str, tmp_path: Path) -> None:
    run = Path(shutil.copytree(trained.runs / name, tmp_path / name))
    splits = ["test_id", "test_ood_combined"]
    spec = spec_of(name, splits)
    evaluate(spec, trained.data, run, "cpu")
    found = json.loads((run / "metrics.json").read_text())
    record = json.loads((run / "run.json").read_text())
    assert found["spec"] == spec and found["parameters"] == record["parameters"] and list(found["splits"]) == splits
    for split in splits:
        samples = read_samples(trained.data / f"{split}.jsonl")
        said = answer_all(load_model(run), [sample.text for sample in samples])
        rows = [json.loads(line) for line in (run / "predictions" / f"{split}.jsonl").read_text().splitlines()]
        assert rows == [
            {
                "id": sample.id,
                "text": sample.text,
                "target_text": sample.target_text,
                "prediction": answer.text,
                "source": answer.source,
                **({"operations": answer.operations} if name == "hybrid" else {}),
            }
            for sample, answer in zip(samples, said, strict=True)
        ]
        right = sum(row["prediction"] == row["target_text"] for row in rows)
        assert found["splits"][split]["exact_match"] == {"value": right / len(rows), "n": DATA["test_size"]}
        if name == "hybrid":
            done = [len(row["operations"]) for row in rows]
            asked_for = [int(sample.metadata["operations"]) for sample in samples]
            assert any(done) and all(count <= most for count, most in zip(done, asked_for, strict=True))
        assert ("router_accuracy" in found["splits"][split]) == (name == "hybrid")


def test_a_split_of_checks_alone_has_no_metrics_of_conversions(trained: Trained, tmp_path: Path) -> None:
    """Asked of a model that has seen no units: whatever it says, each row is counted once."""
    run = Path(shutil.copytree(trained.runs / "hybrid", tmp_path / "hybrid"))
    about = {"kind": "can_add", "unit_type": "force", "units": ["N", "kg*m/s^2"], "decade": 0}
    rows = [
        {"text": f"Can you add {n} N and 2 kg*m/s^2?", "target_text": "true", "metadata": about} for n in range(1, 5)
    ]
    write_jsonl(tmp_path / "test_ood_compound.jsonl", rows)
    evaluate(spec_of("hybrid", ["test_ood_compound"], "units"), tmp_path, run, "cpu")
    found = json.loads((run / "metrics.json").read_text())["splits"]["test_ood_compound"]
    assert set(found) == {
        *("exact_match", "exact_match/kind=can_add", "exact_match_values_alone", "ended", "router_accuracy"),
        *("boolean_accuracy", "boolean_accuracy/unit_type=force"),
    }
    assert all(metric["n"] == len(rows) for metric in found.values())
    lines = [json.loads(line) for line in (run / "predictions" / "test_ood_compound.jsonl").read_text().splitlines()]
    right = sum(line["operations"] == ["same_dimension"] for line in lines)
    assert found["router_accuracy"]["value"] == right / len(rows)


def test_evaluation_looks_at_the_text_alone(trained: Trained, tmp_path: Path) -> None:
    """The same texts with other spans, answers and ids get the same predictions."""
    run = Path(shutil.copytree(trained.runs / "hybrid", tmp_path / "hybrid"))
    spec = spec_of("hybrid", ["test_id"])
    said = []
    for change in (lambda row: row, lambda row: row | {"spans": [], "target_text": "12345", "id": 7}):
        rows = [json.loads(line) for line in (trained.data / "test_id.jsonl").read_text().splitlines()]
        (tmp_path / "test_id.jsonl").write_text("".join(json.dumps(change(row)) + "\n" for row in rows))
        evaluate(spec, tmp_path, run, "cpu")
        lines = (run / "predictions" / "test_id.jsonl").read_text().splitlines()
        said.append([json.loads(line)["prediction"] for line in lines])
    assert said[0] == said[1]


def test_a_missing_split_is_refused(trained: Trained, tmp_path: Path) -> None:
    spec = spec_of("hybrid", ["test_id"])
    with pytest.raises(InputError, match=r"test_id\.jsonl: cannot be read"):
        evaluate(spec, tmp_path, trained.runs / "hybrid", "cpu")
