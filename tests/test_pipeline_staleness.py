"""A change, and exactly the jobs that Snakemake would run after it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from changes import Change, edit, rewrite
from miniature import planned_jobs, run
from staleness_cases import CASES, CODE, CONFIGURATION, EACH, EXPERIMENT, NOTHING, PAPER, SMALL, UNITS, Of

NOTES = ".snakemake"


@pytest.mark.parametrize(("targets", "case"), EACH)
def test_exactly_the_stale_jobs_run(repository: Path, targets: tuple[str, ...], case: str) -> None:
    change, jobs = CASES[targets][case]
    change(repository)
    assert planned_jobs(repository, targets=targets) == sorted({*jobs})


@pytest.mark.parametrize(
    "case",
    [
        *("nothing", "training value", "learning rate of units", "size of the data", "device", "order of the models"),
        *("seed removed", "seed added", "code of one model's training", "code of the times", "torch"),
    ],
)
def test_the_same_without_snakemakes_notes(repository: Path, case: str) -> None:
    change, jobs = (CONFIGURATION | CODE)[case]
    shutil.rmtree(repository / NOTES)
    change(repository)
    assert planned_jobs(repository) == sorted({*jobs})


def test_the_same_of_rows_without_snakemakes_notes(repository: Path) -> None:
    change, jobs = PAPER["key of a variant of a comparison"]
    shutil.rmtree(repository / NOTES)
    change(repository)
    assert planned_jobs(repository, targets=("paper",)) == sorted({*jobs})
    assert planned_jobs(repository, targets=("results/ablation/table.md",)) == []


def test_what_was_touched_is_not_believed(repository: Path) -> None:
    """`snakemake --touch` writes no notes."""
    shutil.rmtree(repository / NOTES)
    assert run(repository, "-m", "snakemake", "--cores", "1", "--touch").returncode == 0
    assert planned_jobs(repository) == []
    edit(EXPERIMENT, "epochs: 20", "epochs: 21")(repository)
    assert planned_jobs(repository) == sorted({*SMALL.training})


#: What manifests do not see and Snakemake does: how a step is called, and a file that was edited by hand, which the
#: steps that read it refuse.
BY_SNAKEMAKE: dict[str, tuple[Change, list[str]]] = {
    "command of a rule": (
        edit("workflow/rules/data.smk", "make_report.py --spec", "make_report.py  --spec"),
        SMALL.reports + UNITS.reports,
    ),
    "data edited": (
        rewrite("results/arithmetic_small/seed0/data/train.jsonl"),
        Of("arithmetic_small", 0).training + SMALL.reports[:1],
    ),
}


@pytest.mark.parametrize("case", BY_SNAKEMAKE)
def test_what_snakemake_alone_sees(repository: Path, case: str) -> None:
    change, jobs = BY_SNAKEMAKE[case]
    change(repository)
    assert planned_jobs(repository) == sorted({*jobs})


@pytest.mark.parametrize(
    ("overlay", "jobs"),
    [
        ("experiments: {arithmetic_small: {training: {epochs: 5, hybrid: {patience: 5}}}}", SMALL.training),
        ("experiments: {arithmetic_small: {training: {epochs: 20}}}", NOTHING),
        ("results_dir: elsewhere", SMALL.everything + UNITS.everything),
    ],
)
def test_an_overlay(repository: Path, overlay: str, jobs: list[str]) -> None:
    file = repository / "my.yaml"
    file.write_text(overlay)
    assert planned_jobs(repository, file) == sorted({*jobs})


@pytest.mark.parametrize(
    ("given", "jobs"),
    [
        ("results_dir=results", NOTHING),
        ("results_dir=elsewhere", SMALL.everything + UNITS.everything),
        ("experiments={units: {device: cuda}}", UNITS.training),
    ],
)
def test_the_command_line(repository: Path, given: str, jobs: list[str]) -> None:
    assert planned_jobs(repository, config=given) == sorted({*jobs})


def test_the_command_line_comes_before_an_overlay(repository: Path) -> None:
    file = repository / "my.yaml"
    file.write_text("experiments: {units: {device: cuda}}")
    assert planned_jobs(repository, file, config="experiments={units: {device: cpu}}") == []
