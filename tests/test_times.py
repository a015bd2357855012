"""The table of the times that Snakemake notes."""

from __future__ import annotations

from pathlib import Path

import pytest

from fluxem.errors import InputError
from fluxem.evaluation.times import write_times

HEAD = "s\th:m:s\tmax_rss\tmax_vms\tmax_uss\tmax_pss\tio_in\tio_out\tmean_load\tcpu_time\n"
SPEC = {"experiment": "tiny", "models": ["hybrid"], "seeds": [0, 4]}


def files(folder: Path, *texts: str) -> dict[tuple[str, int], Path]:
    found = {("hybrid", seed): folder / f"train_hybrid_seed{seed}.tsv" for seed in SPEC["seeds"]}
    for file, text in zip(found.values(), texts, strict=True):
        file.write_text(text)
    return found


def test_minutes_of_each_seed_and_of_the_core(tmp_path: Path) -> None:
    line = "{}\t0:01:30\t300.1\t-\t1\t2\t0\t0\t98.1\t{}\n"
    found = files(tmp_path, HEAD + line.format(90.0, 60), HEAD + line.format(600, 120.5))
    write_times(SPEC, found, found, tmp_path / "times.md")
    text = (tmp_path / "times.md").read_text(encoding="utf-8")
    assert text.startswith("# tiny: time of training and test\n")
    assert "| row | seed 0 | seed 4 | training, core minutes | test, core minutes |" in text
    assert "| hybrid | 1.5 | 10.0 | 1.5 | 1.5 |\n" in text and "Together: 6 core minutes." in text


@pytest.mark.parametrize("text", ["", HEAD, "s\n1\n", HEAD.replace("s\t", "x\t", 1) + "1\t" * 10, "\x00"])
def test_a_file_that_is_no_note_of_a_time_is_one_clear_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match=r"train_hybrid_seed0\.tsv is not what Snakemake writes of"):
        write_times(SPEC, found := files(tmp_path, text, text), found, tmp_path / "times.md")


def test_a_training_that_nobody_timed_is_named(tmp_path: Path) -> None:
    missing = {("hybrid", seed): tmp_path / f"{seed}.tsv" for seed in (0, 4)}
    with pytest.raises(InputError, match=r"0\.tsv is missing: Snakemake writes it when it trains or tests the model$"):
        write_times(SPEC, missing, missing, tmp_path / "times.md")
