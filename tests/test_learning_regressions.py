"""One test for each mistake that was found in what learns, or feeds what learns."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from mixed import streams_from
from tiny import ARCHITECTURE, DATA, Trained, spec_of, train, write_data

from fluxem.errors import InputError
from fluxem.integration.segmenter import spans
from fluxem.models.backbone import dropout
from fluxem.models.hybrid import Hybrid
from fluxem.models.load import load_model
from fluxem.models.packing import pack
from fluxem.tasks.arithmetic import generate
from fluxem.tasks.arithmetic_chains import Chain
from fluxem.training.reachability import Supervision


def test_divisions_have_the_spans_that_the_segmenter_finds() -> None:
    splits = generate(DATA | {"operations": ["+", "-", "*", "/"], "train_size": 600}, 0)
    for row in (row for rows in splits.values() for row in rows):
        found = [(s.start, s.end, s.value) for s in spans(row["text"])]
        assert [(s["start"], s["end"], s["value"]) for s in row["spans"]] == found, row["text"]


@pytest.mark.parametrize("texts", [["1 + 2"], ["1 + 2", "3 + 4 + 5"], ["7"], ["no number"], ["1+2+3+4+5"]])
def test_any_mixture_of_lengths_can_be_supervised(texts: list[str]) -> None:
    Supervision(streams_from(*texts), ["3"] * len(texts))


@pytest.mark.parametrize("ops", [[1, 1], [1, 2], [2, 3], [4, 5]])
def test_the_hybrid_trains_on_any_number_of_operations(tmp_path: Path, ops: list[int]) -> None:
    train("hybrid", write_data(tmp_path, id_ops=ops, ood_ops=[6, 6]), tmp_path / "run", epochs=1)


def test_a_question_without_values_does_not_see_another_row() -> None:
    torch.manual_seed(0)
    model = Hybrid(ARCHITECTURE["hybrid"]).eval()
    alone = model(pack(streams_from("hello"), np.array([0])))[0, 1].item()
    for mate in ("1 + 2", "3"):
        together = model(pack(streams_from(mate, "hello"), np.array([0, 1])))[1, 1].item()
        assert together == pytest.approx(alone, abs=1e-5)


@pytest.mark.parametrize("architecture", [{}, [], None, {**ARCHITECTURE["hybrid"], "hidden_dim": "32"}])
def test_a_record_with_another_architecture_is_refused(trained: Trained, tmp_path: Path, architecture: object) -> None:
    folder = shutil.copytree(trained.runs / "hybrid", tmp_path / "run")
    (folder / "run.json").write_text(json.dumps({"spec": spec_of("hybrid") | {"architecture": architecture}}))
    with pytest.raises(InputError, match="run.json"):
        load_model(folder)


def test_explain_prints_on_a_terminal_without_unicode(trained: Trained) -> None:
    command = [sys.executable, "-m", "fluxem", "explain", "--model", str(trained.runs / "hybrid"), "1 + 2"]
    done = subprocess.run(command, env=os.environ | {"PYTHONIOENCODING": "ascii"}, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_allowed_dropout_works() -> None:
    dropout(torch.ones(10), 0.999)


def test_training_that_diverges_writes_no_run(tmp_path: Path) -> None:
    data = write_data(tmp_path)
    with pytest.raises(InputError):
        train("token_only", data, tmp_path / "run", learning_rate=1e30)


def test_sums_of_three_in_another_order_are_the_same_question() -> None:
    assert Chain((1, 2, 3), ("+", "+")).key() == Chain((3, 1, 2), ("+", "+")).key()
