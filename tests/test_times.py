"""The table of the times that Snakemake notes."""

from __future__ import annotations

from pathlib import Path

import pytest

from fluxem.errors import InputError
from fluxem.evaluation.times import write_times

HEAD = "s\th:m:s\tmax_rss\tmax_vms\tmax_uss\tmax_pss\tio_in\tio_out\tmean_load\tcpu_time\n"
SPEC = {"experiment": "tiny", "models": ["hybrid"], "seeds": [0, 4]}


HISTORY = "epoch,train_loss,validation_exact_match\n"


def files(folder: Path, *texts: str) -> dict[tuple[str, int], Path]:
    found = {("hybrid", seed): folder / f"train_hybrid_seed{seed}.tsv" for seed in SPEC["seeds"]}
    for file, text in zip(found.values(), texts, strict=True):
        file.write_text(text)
    return found


def histories(folder: Path, *texts: str) -> dict[tuple[str, int], Path]:
    found = {("hybrid", seed): folder / f"seed{seed}.csv" for seed in SPEC["seeds"]}
    for file, text in zip(found.values(), texts, strict=True):
        file.write_text(text)
    return found


def test_minutes_of_each_seed_and_of_the_core(tmp_path: Path) -> None:
    line = "{}\t0:01:30\t300.1\t-\t1\t2\t0\t0\t98.1\t{}\n"
    found = files(tmp_path, HEAD + line.format(90.0, 60), HEAD + line.format(600, 120.5))
    epochs = "1,0.5,0.99\n2,0.4,0.999\n3,0.3,0.998\n"
    write_times(SPEC, found, found, histories(tmp_path, HISTORY + epochs, HISTORY + epochs), tmp_path / "times.md")
    text = (tmp_path / "times.md").read_text(encoding="utf-8")
    assert text.startswith("# tiny: time of training and test\n")
    assert "| row | seed 0 | seed 4 | training, core minutes | test, core minutes | core seconds to 99.9% " in text
    assert "| hybrid | 1.5 | 10.0 | 1.5 | 1.5 | 60 (80) |\n" in text and "Together: 6 core minutes." in text


@pytest.mark.parametrize("text", ["", HEAD, "s\n1\n", HEAD.replace("s\t", "x\t", 1) + "1\t" * 10, "\x00"])
def test_a_file_that_is_no_note_of_a_time_is_one_clear_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match=r"train_hybrid_seed0\.tsv is not what Snakemake writes of"):
        write_times(SPEC, found := files(tmp_path, text, text), found, {}, tmp_path / "times.md")


def test_a_training_that_nobody_timed_is_named(tmp_path: Path) -> None:
    missing = {("hybrid", seed): tmp_path / f"{seed}.tsv" for seed in (0, 4)}
    with pytest.raises(InputError, match=r"0\.tsv is missing: Snakemake writes it when it trains or tests the model$"):
        write_times(SPEC, missing, missing, {}, tmp_path / "times.md")


@pytest.mark.parametrize("never", [HISTORY, HISTORY + "1,0.2,0.5\n"])
def test_a_seed_that_never_learned_leaves_no_mean(tmp_path: Path, never: str) -> None:
    found = files(tmp_path, *[HEAD + "9\t0:00:09\t1\t1\t1\t2\t0\t0\t98\t9\n"] * 2)
    write_times(SPEC, found, found, histories(tmp_path, HISTORY + "1,0.2,1.0\n", never), tmp_path / "times.md")
    assert "| hybrid | 0.1 | 0.1 | 0.1 | 0.1 | – |\n" in (tmp_path / "times.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("text", ["", "epoch\n1\n", HISTORY + "1,0.2,wrong\n"])
def test_a_file_that_is_no_history_is_one_clear_line(tmp_path: Path, text: str) -> None:
    found = files(tmp_path, *[HEAD + "9\t0:00:09\t1\t1\t1\t2\t0\t0\t98\t9\n"] * 2)
    with pytest.raises(InputError, match=r"seed0\.csv is not the history of a training"):
        write_times(SPEC, found, found, histories(tmp_path, text, text), tmp_path / "times.md")
