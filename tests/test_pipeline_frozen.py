"""The plan that jobs on a cluster take, each in a Snakemake of its own: that with which their run began."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from changes import edit
from commands import plan_of
from miniature import planned_jobs
from staleness_cases import UNITS_EXPERIMENT

from fluxem.errors import InputError
from fluxem.pipeline.frozen import VARIABLE, freeze, thaw
from fluxem.pipeline.load import read_yaml
from fluxem.pipeline.plan import Plan

ROOT = Path(__file__).resolve().parents[1]
RUN = "results/units/seed0/hybrid/run.json"
EXECUTOR = ROOT / "tests/executor"
PROFILE = ("--workflow-profile", "none", "--seconds-between-status-checks", "1")
#: How a cluster's job calls Snakemake, shortened.
JOB = (
    *("--target-jobs", "train:experiment=units,seed=0,model=hybrid", "--allowed-rules", "train", "--cores", "1"),
    *("--force", "--nolock", "--no-hooks", "--ignore-incomplete", "--mode", "remote"),
)


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing that a test sets is left."""
    monkeypatch.setenv(VARIABLE, "")
    monkeypatch.delenv(VARIABLE)
    yield


def job(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """What a cluster would run for one training."""
    return subprocess.run(
        [sys.executable, "-m", "snakemake", *JOB],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(folder), "HOME": str(folder)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("overlay", [[], ["smoke.yaml"]])
def test_it_is_the_same_plan(tmp_path: Path, overlay: list[str]) -> None:
    files = [ROOT / "config" / name for name in ("config.yaml", *overlay)]
    plan = Plan.load(read_yaml(files[-1]), files, ROOT / "config")
    file = freeze(plan, tmp_path / "plans")
    assert os.environ[VARIABLE] == str(file)
    again = thaw(plan.root)
    assert again == plan
    for paper in (False, True):
        assert again.targets(paper) == plan.targets(paper)
        assert list(again.jobs(paper).items()) == list(plan.jobs(paper).items())
    assert freeze(again, tmp_path / "plans") == file


def test_the_code_counts_as_it_was(repository: Path) -> None:
    plan = plan_of(repository)
    freeze(plan, repository)
    edit("fluxem/training/hybrid.py", '"spec": spec', '"spec": spec, "best": 1')(repository)
    assert thaw(repository).train("units", 0, "hybrid") == plan.train("units", 0, "hybrid")
    assert plan_of(repository).train("units", 0, "hybrid") != plan.train("units", 0, "hybrid")


def test_a_job_takes_the_plan_of_its_run(repository: Path) -> None:
    file = freeze(plan_of(repository), repository / ".snakemake/plans")
    edit(UNITS_EXPERIMENT, "learning_rate: 0.001", "learning_rate: 0.002")(repository)
    done = job(repository, **{VARIABLE: str(file)})
    assert done.returncode == 0, done.stderr
    assert json.loads((repository / RUN).read_text())["spec"]["training"]["learning_rate"] == 0.001
    edit("fluxem/training/hybrid.py", '"spec": spec', '"spec": spec, "best": 1')(repository)
    refused = job(repository, **{VARIABLE: str(file)})
    assert refused.returncode == 1
    log = (repository / "results/units/logs/train_hybrid_seed0.log").read_text()
    said = "code of step train_hybrid changed since this run was planned: run the command again"
    assert log == f"train_hybrid.py: {said}\n"


def test_jobs_that_a_run_submits_take_its_plan(repository: Path) -> None:
    """With an executor that is a cluster's but for the cluster."""
    edit(UNITS_EXPERIMENT, "learning_rate: 0.001", "learning_rate: 0.002")(repository)
    running = subprocess.Popen(
        [sys.executable, "-m", "snakemake", "--executor", "here", "--jobs", "1", *PROFILE, RUN],
        cwd=repository,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": f"{repository}:{EXECUTOR}", "HOME": str(repository)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert running.stdout is not None
    printed = []
    for line in running.stdout:
        printed.append(line)
        if line.startswith("submitted train"):  # its Snakemake has not begun
            edit(UNITS_EXPERIMENT, "learning_rate: 0.002", "learning_rate: 0.003")(repository)
    assert running.wait() == 0, "".join(printed)
    assert printed.count("submitted train\n") == 1
    assert json.loads((repository / RUN).read_text())["spec"]["training"]["learning_rate"] == 0.002
    again = planned_jobs(repository, targets=(RUN,))
    assert again == ["train units 0 hybrid"]


def test_a_job_without_the_plan_of_its_run_refuses_in_one_line(repository: Path) -> None:
    before = (repository / RUN).stat().st_mtime_ns
    done = job(repository)
    assert (done.returncode, done.stdout) == (2, "")
    said = f"{VARIABLE} is not set: the cluster must pass the environment of `snakemake` on to its jobs"
    assert done.stderr == f"{said}\n"
    assert (repository / RUN).stat().st_mtime_ns == before


@pytest.mark.parametrize("change", ["edited", "gone", "no text"])
def test_a_plan_that_is_not_as_it_was_written_is_refused(
    tmp_path: Path, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = Plan.load({"experiments": {"units": {}}}, [], ROOT / "config")
    file = freeze(plan, tmp_path)
    if change == "edited":
        file.write_text(file.read_text().replace("0.0005", "0.0006"))
    elif change == "gone":
        file.unlink()
    else:
        file.write_bytes(b"\xff")
    with pytest.raises(InputError, match=rf"^{VARIABLE} = {file}: [^\n]*: run `snakemake` again$"):
        thaw(plan.root)
