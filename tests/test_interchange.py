"""What the pipeline writes is read by other people's libraries as it is: pandas, `datasets`, safetensors."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
import safetensors
import safetensors.numpy
from sample_rows import ROW, write
from tiny import TRAIN, Trained

from fluxem import tasks
from fluxem.__main__ import main
from fluxem.evaluation.run import evaluate
from fluxem.models.load import load_model
from fluxem.pipeline.config import EXPERIMENTS
from fluxem.pipeline.environment import TASKS
from fluxem.pipeline.files import write_jsonl

#: Rows of every kind of value that a sample may hold, in one file.
MIXED = [
    ROW | {"id": "a"},
    ROW
    | {
        "id": "b",
        "text": "1/3 of 0.1548 kg",
        "spans": [
            {"type": "number", "start": 0, "end": 3, "value": "1/3"},
            {"type": "phys_quantity", "start": 7, "end": 16, "value": 0.1548, "dims": {"M": 1}},
        ],
        "metadata": {"anything": [1, "two", None]},
    },
    {"id": "c", "text": "H2O?", "target_text": "true"},
]


@pytest.fixture(scope="module")
def files(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A file of every kind: the data of each task, predictions of both models, answers, samples."""
    folder = tmp_path_factory.mktemp("files")
    found = {"samples": write(folder / "samples.jsonl", *(json.dumps(row) for row in MIXED))}
    for task in TASKS:
        kind: Any = EXPERIMENTS[task].model_fields["data"].annotation
        data = kind(train_size=100, validation_size=30, test_size=30).model_dump(mode="json")
        for split, rows in tasks.generate(task, data, 0).items():
            found[f"{task} {split}"] = folder / task / f"{split}.jsonl"
            write_jsonl(found[f"{task} {split}"], rows)
    spec = {"splits": ["test_ood_combined"], "trained": {"dataset": {"task": "arithmetic"}}}
    for model in TRAIN:
        run = Path(shutil.copytree(trained.runs / model, folder / model))
        evaluate(spec, trained.data, run, "cpu")
        found[f"predictions of {model}"] = run / "predictions" / "test_ood_combined.jsonl"
    found["answers"] = folder / "answers.jsonl"
    questions = trained.data / "test_ood_magnitude.jsonl"
    assert main(["predict", "--model", str(trained.runs / "hybrid"), str(questions), str(found["answers"])]) == 0
    return found


def rows_of(file: Path) -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert rows
    return rows


def without_nothing(value: Any) -> Any:
    """A row without the keys that hold nothing: a table has every column in every row."""
    if isinstance(value, dict):
        return {key: without_nothing(each) for key, each in value.items() if each is not None}
    return [without_nothing(each) for each in value] if isinstance(value, list) else value


def nearly(expected: Any, found: Any) -> bool:
    """Equal, but for floats beyond the tenth decimal and their last bit."""
    if isinstance(expected, dict):
        return expected.keys() == found.keys() and all(nearly(expected[key], found[key]) for key in expected)
    if isinstance(expected, list):
        return len(expected) == len(found) and all(map(nearly, expected, found))
    return bool(expected == found or (type(expected) is float and np.isclose(expected, found, rtol=1e-15, atol=1e-10)))


# --- pandas ---


def test_pandas_reads_every_file_exactly(files: dict[str, Path]) -> None:
    """`dtype=False` leaves texts such as "121" texts; `precise_float` reads floats as Python does."""
    for name, file in files.items():
        rows = rows_of(file)
        frame = pd.read_json(file, lines=True, dtype=False, precise_float=True)
        assert list(frame.columns) == list(dict.fromkeys(key for row in rows for key in row)), name
        for row, found in zip(rows, frame.to_dict("records"), strict=True):
            assert {key: value for key, value in found.items() if key in row} == row, name


def test_pandas_reads_texts_and_answers_as_they_are_asked_and_compared(files: dict[str, Path]) -> None:
    frame = pd.read_json(files["predictions of token_only"], lines=True, dtype=False)
    rows = rows_of(files["predictions of token_only"])
    assert (frame["prediction"] == frame["target_text"]).tolist() == [
        row["prediction"] == row["target_text"] for row in rows
    ]


# --- datasets ---


@pytest.fixture(scope="module")
def datasets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """The library, which reads these variables when it is imported: it asks no server, and keeps its files here."""
    with pytest.MonkeyPatch.context() as environment:
        for variable in ("HF_DATASETS_OFFLINE", "HF_HUB_OFFLINE", "HF_HUB_DISABLE_TELEMETRY"):
            environment.setenv(variable, "1")
        environment.setenv("HF_HOME", str(tmp_path_factory.mktemp("hf_home")))
        import datasets

        datasets.disable_progress_bars()
        yield datasets


def test_datasets_reads_every_file(files: dict[str, Path], datasets: ModuleType, tmp_path: Path) -> None:
    """Every text is exact. Of spans whose values are numbers here and texts there, it rounds floats to ten decimals."""
    for name, file in files.items():
        loaded = datasets.load_dataset("json", data_files=str(file), split="train", cache_dir=str(tmp_path))
        rows = rows_of(file)
        assert loaded.num_rows == len(rows), name
        for row, found in zip(rows, loaded, strict=True):
            assert nearly(without_nothing(row), without_nothing(found)), (name, row, found)
            texts = [key for key, value in row.items() if isinstance(value, str)]
            assert "id" in texts and all(found[key] == row[key] for key in texts), name


def test_datasets_reads_the_splits_of_a_task_as_one_dataset(
    files: dict[str, Path], datasets: ModuleType, tmp_path: Path
) -> None:
    for task in TASKS:
        splits = {name.split()[1]: str(file) for name, file in files.items() if name.split()[0] == task}
        loaded = datasets.load_dataset("json", data_files=splits, cache_dir=str(tmp_path))
        assert {split: part.num_rows for split, part in loaded.items()} == {
            split: len(rows_of(Path(file))) for split, file in splits.items()
        }


# --- safetensors ---


@pytest.mark.parametrize("model", TRAIN)
def test_weights_are_plain_safetensors(trained: Trained, model: str) -> None:
    file = trained.runs / model / "model.safetensors"
    expected = load_model(trained.runs / model).state_dict()
    found = safetensors.numpy.load_file(file)
    assert found.keys() == expected.keys()
    assert all(np.array_equal(found[name], value.numpy()) for name, value in expected.items())
    with safetensors.safe_open(file, framework="numpy") as opened:
        assert set(opened.keys()) == expected.keys()
