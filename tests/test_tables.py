"""The table and the figure of an experiment, from metrics written by hand."""

import csv
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from fluxem.evaluation.figures import write_figures
from fluxem.evaluation.tables import write_table
from fluxem.pipeline.files import write_json

SPLITS = ["test_id", "test_ood_magnitude", "test_ood_length", "test_ood_combined"]
SEEDS = [3, 5]
PARAMETERS = {"token_only": 436976, "hybrid": 439112}
#: Exact match of each seed: hits out of 200 in each split.
HITS = {"token_only": [(30, 0, 4, 0), (50, 0, 6, 0)], "hybrid": [(200, 200, 199, 180), (200, 199, 197, 200)]}


def metrics_of(model: str, split: str, hits: int) -> dict[str, Any]:
    short = split in ("test_id", "test_ood_magnitude")
    few, many = (1, 2) if short else (4, 5)
    metrics = {
        "exact_match": {"value": hits / 200, "n": 200},
        f"exact_match_{few}_operations": {"value": hits / 200, "n": 120},
        f"exact_match_{many}_operations": {"value": hits / 200, "n": 80},
        "relative_error": {"value": 1 - hits / 200, "n": 200},
        "ended": {"value": 1.0, "n": 200},
    }
    return metrics | ({"router_accuracy": {"value": 0.5 + hits / 400, "n": 700}} if model == "hybrid" else {})


def spec() -> dict[str, Any]:
    dataset = {"data": {"id_ops": [1, 3]}}
    runs = {model: {"splits": SPLITS, "trained": {"dataset": dataset}} for model in HITS}
    return {"experiment": "tiny", "models": list(HITS), "seeds": SEEDS, "runs": runs}


def write_metrics(folder: Path) -> list[Path]:
    """The metrics.json of every run, in the order in which the pipeline passes them."""
    files = []
    for at, seed in enumerate(SEEDS):
        for model, hits in HITS.items():
            splits = {split: metrics_of(model, split, hit) for split, hit in zip(SPLITS, hits[at], strict=True)}
            run = {"experiment": "tiny", "model": model, "seed": seed, "splits": SPLITS}
            files.append(folder / f"seed{seed}" / model / "metrics.json")
            write_json(files[-1], {"spec": run, "parameters": PARAMETERS[model], "splits": splits})
    return files


def summarised(folder: Path) -> dict[str, bytes]:
    """What is written of an experiment, by name."""
    files = write_metrics(folder)
    write_table(spec(), files, folder / "table.md", folder / "metrics.csv")
    write_figures(spec(), files, folder / "figure.svg")
    return {name: (folder / name).read_bytes() for name in ("table.md", "metrics.csv", "figure.svg")}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    found = summarised(tmp_path_factory.mktemp("experiment"))
    return {name: content.decode() for name, content in found.items()}


def table_rows(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"]


def test_the_table_gives_mean_lowest_seed_and_pooled_interval(written: dict[str, str]) -> None:
    rows = table_rows(written["table.md"])
    assert rows[0] == ["model", "parameters", *SPLITS]
    # Wilson intervals of 80/400, 0/400, 10/400 and of 400, 399, 396, 380 of 400
    assert rows[2] == [
        "token_only",
        "436,976",
        "20.0 (15.0; 16.4–24.2)",
        "0.0 (0.0; 0.0–1.0)",
        "2.5 (2.0; 1.4–4.5)",
        "0.0 (0.0; 0.0–1.0)",
    ]
    assert rows[3] == [
        "hybrid",
        "439,112",
        "100.0 (100.0; 99.0–100.0)",
        "99.8 (99.5; 98.6–100.0)",
        "99.0 (98.5; 97.5–99.6)",
        "95.0 (90.0; 92.4–96.7)",
    ]


def test_the_table_gives_the_other_metrics_and_the_numbers_of_answers(written: dict[str, str]) -> None:
    rows = {(row[0], row[1].split(",")[0]): row[2:] for row in table_rows(written["table.md"])[4:]}
    assert rows["token_only", "relative error"] == ["0.8000", "1.0000", "0.9750", "1.0000"]
    assert rows["hybrid", "router accuracy"] == ["1.0000", "0.9988", "0.9950", "0.9750"]
    assert rows["hybrid", "share of answers that ended by themselves"] == ["1.0000"] * 4
    assert ("token_only", "router accuracy") not in rows
    assert "over 2 seeds (3, 5)" in written["table.md"]
    assert all(f"{split} 400" in written["table.md"] for split in SPLITS)
    assert all(f"- `{model}`: " in written["table.md"] for model in HITS)


def test_metrics_are_tidy(written: dict[str, str]) -> None:
    rows = list(csv.DictReader(written["metrics.csv"].splitlines()))
    assert list(rows[0]) == ["experiment", "model", "seed", "split", "metric", "value", "n"]
    assert len(rows) == 2 * 4 * (5 + 6)
    found = {(row["model"], row["seed"], row["split"], row["metric"]): row for row in rows}
    assert len(found) == len(rows) and {row["experiment"] for row in rows} == {"tiny"}
    for model, hits in HITS.items():
        for at, seed in enumerate(SEEDS):
            for split, hit in zip(SPLITS, hits[at], strict=True):
                row = found[model, str(seed), split, "exact_match"]
                assert (float(row["value"]), row["n"]) == (hit / 200, "200")


def test_the_figure_is_an_svg_without_a_date(written: dict[str, str]) -> None:
    root = ElementTree.fromstring(written["figure.svg"])
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert not re.search(r"<dc:date>|\b20\d\d-\d\d-\d\d\b", written["figure.svg"])
    shown = {text.strip() for text in root.itertext()}
    labels = {"token-only", "hybrid", "exact match, %", "operations in the question"}
    assert labels | {"number of operations trained on", "1", "2", "4", "5"} <= shown


def test_the_bytes_do_not_hang_on_the_order_of_hashes(written: dict[str, str], tmp_path: Path) -> None:
    digests = {name: hashlib.sha256(content.encode()).hexdigest() for name, content in written.items()}
    again = summarised(tmp_path / "again")
    assert {name: hashlib.sha256(content).hexdigest() for name, content in again.items()} == digests
    result = subprocess.run(
        [sys.executable, __file__, tmp_path / "other"],
        env=os.environ | {"PYTHONHASHSEED": "77"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(result.stdout) == digests


if __name__ == "__main__":
    found = summarised(Path(sys.argv[1]))
    print(json.dumps({name: hashlib.sha256(content).hexdigest() for name, content in found.items()}))
