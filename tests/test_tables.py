"""The table of an experiment, from metrics written by hand."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from metric_files import ARITHMETIC, HITS, MODELS, SEEDS, SPLITS, UNITS, Shares, spec_of, write_metrics, write_run

from fluxem.evaluation.errors import KINDS
from fluxem.evaluation.paired import paired_difference
from fluxem.evaluation.tables import LEFT_TO_CHOOSE, write_table
from fluxem.integration.reductions import CHOICES, FITS
from fluxem.registry import DOMAINS, OPERATIONS

Written = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """What is written of an experiment, by task and file name."""
    found: Written = {}
    for task in SPLITS:
        folder = tmp_path_factory.mktemp(task)
        table, metrics = folder / "table.md", folder / "metrics.csv"
        write_table(spec_of(task), write_metrics(task, folder), table, metrics)
        found[task] = {file.name: file.read_text(encoding="utf-8") for file in (table, metrics)}
    return found


def tables(text: str) -> list[list[list[str]]]:
    """The rows of each table, its rule left out."""
    found: list[list[list[str]]] = [[]]
    for line in text.splitlines():
        if line.startswith("| ---"):
            continue
        if line.startswith("|"):
            found[-1].append([cell.strip() for cell in line.strip("|").split("|")])
        elif found[-1]:
            found.append([])
    return [rows for rows in found if rows]


def by_names(rows: list[list[str]]) -> dict[tuple[str, str], list[str]]:
    return {(row[0], row[1]): row[2:] for row in rows[1:]}


# --- arithmetic ---


def test_the_table_gives_mean_lowest_seed_and_pooled_interval(written: Written) -> None:
    # Wilson intervals of 80/400, 0/400, 10/400 and of 400, 399, 396, 380 of 400
    assert tables(written["arithmetic"]["table.md"])[0] == [
        ["model", "parameters", *ARITHMETIC],
        [
            "token_only",
            "436,976",
            "20.0 (15.0; 16.4–24.2)",
            "0.0 (0.0; 0.0–1.0)",
            "2.5 (2.0; 1.4–4.5)",
            "0.0 (0.0; 0.0–1.0)",
        ],
        [
            "hybrid",
            "439,112",
            "100.0 (100.0; 99.0–100.0)",
            "99.8 (99.5; 98.6–100.0)",
            "99.0 (98.5; 97.5–99.6)",
            "95.0 (90.0; 92.4–96.7)",
        ],
    ]


def test_the_table_gives_the_other_metrics_and_the_numbers_of_answers(written: Written) -> None:
    text = written["arithmetic"]["table.md"]
    _, _, others, _ = tables(text)
    rows = {(name.split(",")[0], model): values for (name, model), values in by_names(others).items()}
    assert rows["relative error", "token_only"] == ["0.8000", "1.0000", "0.9750", "1.0000"]
    assert rows["router accuracy", "hybrid"] == ["1.0000", "0.9988", "0.9950", "0.9750"]
    assert rows["share of answers that ended by themselves", "hybrid"] == ["1.0000"] * 4
    assert ("router accuracy", "token_only") not in rows
    assert "over 2 seeds (3, 5)" in text
    assert all(f"{split} 400" in text for split in ARITHMETIC)


def test_the_table_compares_question_by_question_with_the_baseline(written: Written) -> None:
    """Of 400: hybrid right only 320, 399, 386, 380, token-only right only none."""
    rows = tables(written["arithmetic"]["table.md"])[1]
    assert rows[0] == ["model", *ARITHMETIC] and [row[0] for row in rows[1:]] == ["hybrid"]
    counts = [(80, 320, 0, 0), (0, 399, 0, 1), (10, 386, 0, 4), (0, 380, 0, 20)]
    for cell, four in zip(rows[1][1:], counts, strict=True):
        points = [f"{value * 100:+.1f}" for value in paired_difference(*four)]
        assert cell == f"{points[0]} ({points[1]} to {points[2]})"


def test_the_table_gives_the_compute_of_an_answer(written: Written) -> None:
    text = written["arithmetic"]["table.md"]
    assert tables(text)[-1] == [["model", *ARITHMETIC], ["token_only", *["2.50"] * 4], ["hybrid", *["1.25"] * 4]]
    assert "mean over up to 20 questions a split" in text


def test_a_row_that_learns_nothing_says_so_and_a_variant_what_it_varies(tmp_path: Path) -> None:
    models = ["hybrid", "hybrid_unpacked", "random_router", "fone", "oracle"]
    splits = [*ARITHMETIC, "test_ood_huge"]
    spec = spec_of("arithmetic") | {"models": models, "seeds": [3]}
    spec["variants"] = {
        "hybrid_unpacked": {"of": "hybrid", "model": {"local_heads": 0}, "training": {"most_packed": 1}}
    }
    trained = spec["runs"]["hybrid"]["trained"]
    of = {model: "hybrid" if model == "hybrid_unpacked" else model for model in models}
    spec["runs"] = {m: {"splits": splits, "trained": trained | {"variant": of[m]}} for m in models}
    shares: Shares = {"exact_match": (5, 10), "multiply_adds": (0, 10)}
    files = [write_run(tmp_path, model, 3, dict.fromkeys(splits, shares)) for model in models]
    write_table(spec, files, tmp_path / "table.md", tmp_path / "metrics.csv")
    text = (tmp_path / "table.md").read_text(encoding="utf-8")
    first, second, *others = tables(text)  # more models than fit beside each other: the splits are cut into two tables
    assert first[0] == ["model", "parameters", *splits[:3]] and second[0] == ["model", *splits[3:]]
    names = ["hybrid", "hybrid_unpacked", "random_router (not learned)", "fone", "oracle (not learned)"]
    assert [row[0] for row in first[1:]] == [row[0] for row in second[1:]] == names
    assert [row[1] for row in first[1:]] == ["439,112", "0", "–", "0", "–"]
    assert "- `hybrid_unpacked`: as `hybrid`, with model.local_heads: 0, training.most_packed: 1.\n" in text
    assert "- `oracle`: not learned: the executor" in text and "(https://arxiv.org/abs/2502.09741).\n" in text
    assert "less that of token_only" not in text and others[-1][3] == [names[2], *["0.00"] * 5]


# --- units ---


def test_many_splits_go_down_the_table(written: Written) -> None:
    first = tables(written["units"]["table.md"])[0]
    assert [row[0] for row in first] == ["model", "parameters", *UNITS]
    # Wilson intervals of 40/80 and 80/80, of 20/80
    assert first[:4] == [
        ["model", "token_only", "hybrid"],
        ["parameters", "436,976", "439,112"],
        ["test_id", "50.0 (50.0; 39.3–60.7)", "100.0 (100.0; 95.4–100.0)"],
        ["test_ood_magnitude", "25.0 (25.0; 16.8–35.5)", "100.0 (100.0; 95.4–100.0)"],
    ]


def test_metrics_that_a_split_lacks_are_dashes(written: Written) -> None:
    _, _, others, *_ = tables(written["units"]["table.md"])
    assert others[0] == ["metric", "model", *UNITS]
    rows = {(name.split(",")[0], model): values for (name, model), values in by_names(others).items()}
    assert rows["relative error of conversions", "token_only"] == ["0.5000", *["1.0000"] * 3, "–", "1.0000"]
    assert rows["share of conversions of the right dimension", "hybrid"] == [*["0.7500"] * 4, "–", "0.7500"]
    assert rows["share of checks answered right", "token_only"] == ["0.5000"] * 6
    assert rows["router accuracy", "hybrid"] == ["0.7500"] * 6
    assert ("router accuracy", "token_only") not in rows


def test_exactness_by_kind_and_by_unit_type_is_pooled(written: Written) -> None:
    _, _, _, kinds, types, _ = tables(written["units"]["table.md"])
    assert kinds[0] == ["kind", "model", *UNITS] and types[0] == ["unit type", "model", *UNITS]
    assert by_names(kinds) == {
        ("can_add", "token_only"): [*["50.0 (40)"] * 4, "50.0 (80)", "50.0 (40)"],
        ("can_add", "hybrid"): [*["100.0 (40)"] * 4, "100.0 (80)", "100.0 (40)"],
        ("convert", "token_only"): ["50.0 (40)", *["0.0 (40)"] * 3, "–", "0.0 (40)"],
        ("convert", "hybrid"): [*["100.0 (40)"] * 4, "–", "100.0 (40)"],
    }
    rows = by_names(types)
    assert rows["length", "token_only"] == ["50.0 (18)", "0.0 (20)", "0.0 (40)", "0.0 (20)", "–", "0.0 (40)"]
    assert rows["temperature", "hybrid"] == ["100.0 (22)", "100.0 (20)", "–", "100.0 (20)", "–", "–"]


# --- both ---


@pytest.mark.parametrize("task", SPLITS)
def test_every_row_of_a_table_is_as_long_as_its_head(written: Written, task: str) -> None:
    text = written[task]["table.md"]
    assert all(len(row) == len(rows[0]) for rows in tables(text) for row in rows)
    assert text.startswith(f"# tiny_{task}\n") and text.endswith("\n") and "\n\n\n" not in text


@pytest.mark.parametrize("task", SPLITS)
def test_the_table_says_what_is_learned_and_what_is_left_to_learn(written: Written, task: str) -> None:
    text = written[task]["table.md"]
    assert all(f"- `{model}`: " in text for model in MODELS)
    assert "The executor of `hybrid` is exact code" in text
    for operations in LEFT_TO_CHOOSE[task].values():
        assert ", ".join(f"`{name}`" for name in operations) in text


def test_what_is_left_to_choose_is_what_the_executor_offers() -> None:
    index = {name: at for at, name in enumerate(DOMAINS)}
    of = {"number": "number", "numbers": "number", "unit": "phys_unit"}
    of |= dict.fromkeys(("quantity", "quantities"), "phys_quantity")
    for task in LEFT_TO_CHOOSE.values():
        for operands, names in task.items():
            found = [of[word] for word in operands.split() if word in of]
            left, right = index[found[0]], index[found[-1]]
            fits = {OPERATIONS[CHOICES[column][0]].name for column in FITS[left, right].nonzero()[0]}
            assert sorted(names) == sorted(fits)


def test_metrics_are_tidy(written: Written) -> None:
    rows = list(csv.DictReader(written["arithmetic"]["metrics.csv"].splitlines()))
    assert list(rows[0]) == ["experiment", "model", "seed", "split", "metric", "value", "n"]
    assert len(rows) == 2 * 4 * (5 + 6 + 2 * (1 + len(KINDS)))
    found = {(row["model"], row["seed"], row["split"], row["metric"]): row for row in rows}
    assert len(found) == len(rows) and {row["experiment"] for row in rows} == {"tiny_arithmetic"}
    for model, hits in HITS.items():
        for at, seed in enumerate(SEEDS):
            for split, hit in zip(ARITHMETIC, hits[at], strict=True):
                row = found[model, str(seed), split, "exact_match"]
                assert (float(row["value"]), row["n"]) == (hit / 200, "200")


def test_a_metric_without_rows_is_in_no_row_of_the_file(written: Written) -> None:
    rows = list(csv.DictReader(written["units"]["metrics.csv"].splitlines()))
    compound = {row["metric"] for row in rows if row["split"] == "test_ood_compound"}
    assert "boolean_accuracy" in compound and "relative_error" not in compound
    pairs = {(row["split"], row["n"]) for row in rows if row["metric"] == "exact_match/units=°C>K"}
    assert pairs == {("test_id", "12"), ("test_id", "10"), ("test_ood_phrasing", "20")}


def test_the_table_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    files = write_metrics("units", tmp_path)
    files[-1].unlink()
    with pytest.raises(FileNotFoundError):
        write_table(spec_of("units"), files, tmp_path / "table.md", tmp_path / "metrics.csv")
    assert {file.name for file in tmp_path.iterdir()} == {f"seed{seed}" for seed in SEEDS}
