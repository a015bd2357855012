"""Metrics against numbers worked out by hand, and the evaluation of trained models."""

import csv
import json
import math
import shutil
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny import DATA, SIZES, Trained

from fluxem import tasks
from fluxem.domains.base import Span
from fluxem.errors import InputError
from fluxem.evaluation.arithmetic import relative_error
from fluxem.evaluation.errors import KINDS, kind_of, replay
from fluxem.evaluation.measure import measure
from fluxem.evaluation.paired import paired_difference
from fluxem.evaluation.run import COUNTED, evaluate
from fluxem.evaluation.wilson import wilson
from fluxem.integration.sample_format import Sample, read_samples
from fluxem.integration.segmenter import spans
from fluxem.integration.stream import VOCABULARY_SIZE
from fluxem.models.answer import Answer, Reduction
from fluxem.models.compute import multiply_adds
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
    metrics = measure("arithmetic", samples, answers)
    kinds = {name.removeprefix("error/kind="): metrics.pop(name) for name in list(metrics) if name.startswith("error/")}
    assert kinds == {kind: {"value": (kind in ("route", "refused")) / 5, "n": 5} for kind in KINDS}
    assert metrics == {
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
        **{f"error/kind={kind}": {"value": kind == "no number", "n": 1} for kind in KINDS},
    }


@pytest.mark.parametrize("reductions, digits", [([(0, "subtract", True)], "2-3"), ([(0, "add", False)], "3+2")])
def test_single_operations_are_counted_by_their_digits(reductions: list[Reduction], digits: str) -> None:
    """`take 100 away from 12` and its like: the digits are those of the operands, not of the order in the text."""
    text = "100 ... -12"
    found = (Span("number", 0, 3, 100), Span("number", 8, 11, -12))
    one = Sample(text, "1", found, metadata={"operations": 1, "derivation": [list(each) for each in reductions]})
    metrics = measure("arithmetic", [one, asked("1", 2)], [Answer("1"), Answer("1")])
    assert {name: of["n"] for name, of in metrics.items() if "digits=" in name} == {f"exact_match/digits={digits}": 1}


# --- errors ---


def question(text: str, target: str) -> Sample:
    return Sample(text, target, tuple(spans(text)))


ADD, MULTIPLY, SUBTRACT = (0, "add", False), (1, "multiply", False), (0, "subtract", True)


@pytest.mark.parametrize(
    ("text", "target", "answer", "kind"),
    [
        ("2 + 3 * 4", "14", Answer("14", "vectors", decisions=3, reductions=[MULTIPLY, ADD]), None),
        ("2 + 3 * 4", "14", Answer("20", "vectors", decisions=3, reductions=[ADD, (0, "multiply", False)]), "route"),
        ("2 + 3 * 4", "14", Answer("12", "vectors", decisions=2, reductions=[MULTIPLY]), "route"),
        ("2 + 3 * 4", "14", Answer("4", "vectors", decisions=1), "route"),
        ("2 + 3 * 4", "14", Answer("15", "characters", decisions=1), "route"),
        ("2 + 3 * 4", "14", Answer("undefined", "executor", decisions=1), "refused"),
        ("2 + 3 * 4", "14", Answer("13", "vectors", decisions=3, reductions=[MULTIPLY, ADD]), "execute"),
        ("2 + 3 * 4", "14", Answer("14.0", "vectors", decisions=3, reductions=[MULTIPLY, ADD]), "render"),
        ("take 2 from 3", "1", Answer("1.0", "vectors", decisions=2, reductions=[SUBTRACT]), "render"),
        ("take 2 from 3", "1", Answer("-1", "vectors", decisions=2, reductions=[(0, "subtract", False)]), "route"),
        ("2 / 0", "1", Answer("-1", "vectors", decisions=2, reductions=[(0, "divide", False)]), "route"),
        ("2 + 3", "5", Answer("5"), None),
        ("2 + 3", "5", Answer("5555", ended=False), "unended"),
        ("2 + 3", "5", Answer(""), "no number"),
        ("2 + 3", "5", Answer("5.0"), "no number"),
        ("2 + 3", "5", Answer("-5"), "sign"),
        ("2 - 30", "-28", Answer("28"), "sign"),
        ("2 + 3", "5", Answer("15"), "length"),
        ("2 + 3", "5", Answer("6"), "digits"),
    ],
)
def test_the_kind_of_an_error(text: str, target: str, answer: Answer, kind: str | None) -> None:
    assert kind_of(question(text, target), answer) == kind


def test_numbers_that_were_not_found_come_first() -> None:
    sample = Sample("2 + 3", "5", tuple(spans("2 + 3"))[:1])
    assert kind_of(sample, Answer("6", "vectors", decisions=2, reductions=[ADD])) == "parse"


@given(st.integers(0, 2**31))
def test_replaying_a_derivation_gives_the_target(seed: int) -> None:
    sizes = {"train_size": 1, "validation_size": 1, "test_size": 1}
    for row in tasks.generate("arithmetic", DATA | sizes, seed)["test_ood_length"]:
        sample = Sample(row["text"], row["target_text"], tuple(spans(row["text"])), metadata=row["metadata"])
        reductions = [(pair, name, swapped) for pair, name, swapped in sample.metadata["derivation"]]
        assert replay(sample, reductions) == int(sample.target_text)
        assert replay(sample, reductions[:-1]) is not None


# --- differences of shares ---


def test_paired_difference_is_the_published_interval() -> None:
    """M. W. Fagerland and others, Recommended tests and confidence intervals for paired binomial proportions, 2014."""
    assert paired_difference(1, 1, 7, 12) == pytest.approx((-6 / 21, -0.507, -0.026), abs=5e-4)


@given(st.tuples(*[st.integers(0, 400)] * 4).filter(any))
def test_a_paired_difference_turns_round_with_its_sides(four: tuple[int, int, int, int]) -> None:
    both, first, second, neither = four
    difference, low, high = paired_difference(both, first, second, neither)
    assert -1 <= low <= difference + 1e-12 and difference - 1e-12 <= high <= 1
    assert paired_difference(both, second, first, neither) == pytest.approx((-difference, -high, -low))
    assert paired_difference(neither, first, second, both) == pytest.approx((difference, low, high))


@given(st.integers(1, 500), st.integers(0, 500))
def test_against_one_that_is_never_right_the_difference_is_the_share(hits: int, misses: int) -> None:
    difference, low, high = paired_difference(0, hits, 0, misses)
    n = hits + misses
    assert difference == pytest.approx(hits / n)
    # two shares that do not vary together: the distances of their intervals' ends, squared and added
    (share_low, share_high), (_, other_high) = wilson(hits, n), wilson(0, n)
    assert difference - low == pytest.approx(math.hypot(hits / n - share_low, other_high), abs=1e-9)
    assert high == pytest.approx(min(1, share_high), abs=1e-9)


# --- compute ---


def test_compute_is_that_of_the_matrix_products_of_a_network_without_padding(trained: Trained) -> None:
    """By hand: positions times weights, and queries times keys; the last layer is asked for one position alone."""
    model = load_model(trained.runs / "hybrid")
    H, M, layers = SIZES["hidden_dim"], SIZES["mlp_dim"], SIZES["num_layers"]
    text = "What is the sum?"  # no number: one decision, to speak, and then characters
    (counted,) = multiply_adds(model, [Sample(text, "1")])
    (answer,) = answer_all(model, [text])
    read = len(text) + 1  # START

    def layer(queries: int, keys: int, new: int) -> int:
        return new * 2 * H * H + queries * (2 * H * H + 2 * H * M) + 2 * queries * keys * H

    decision = layer(read, read, read) + layer(1, read, read) + 2 * H * 2
    prefix = read + 1  # ANSWER
    speaking = layer(prefix, prefix, prefix) + layer(1, prefix, prefix) + H * VOCABULARY_SIZE
    steps = len(answer.text) + answer.ended - 1
    for step in range(steps):
        speaking += layers * layer(1, prefix + step + 1, 1) + H * VOCABULARY_SIZE
    assert answer.source == "characters" and counted == decision + speaking


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
    history = list(csv.DictReader((run / "history.csv").read_text().splitlines()))
    assert found["history"] == [{key: float(value) if value else None for key, value in row.items()} for row in history]
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
        assert found["right"][split] == "".join(str(int(row["prediction"] == row["target_text"])) for row in rows)
        assert found["splits"][split]["multiply_adds"]["n"] == min(COUNTED, len(rows))
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
        *("boolean_accuracy", "boolean_accuracy/unit_type=force", "multiply_adds"),
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
