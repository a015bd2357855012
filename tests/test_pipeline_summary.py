"""What is said at the end of a run of Snakemake."""

from __future__ import annotations

import io
import os
import re
import shutil
import sys
from pathlib import Path

import pytest
from miniature import run
from test_pipeline_status import plan_of

from fluxem.pipeline.plan import Plan
from fluxem.pipeline.summary import Run, aligned, duration, exact_match, last_lines

HEAD = "experiment,model,seed,split,metric,value,n\n"
RESULTS = "results/arithmetic_small"
SNAKEMAKE = ("-m", "snakemake", "--cores", "2")


def touch(file: Path, text: str | None = None) -> None:
    """Write a file, or the same again, at a later time than before."""
    before = file.stat().st_mtime_ns if file.exists() else 0
    file.write_text(file.read_text() if text is None else text)
    os.utime(file, ns=(before + 10**9, before + 10**9))


def metrics(**rows: tuple[float, float]) -> str:
    """A metrics.csv of two seeds and two splits: exact match of each model in each split, 0.1 apart between seeds."""
    lines = [
        f"x,{model},{seed},{split},{metric},{value + 0.1 * seed},100\n"
        for model, values in rows.items()
        for seed in (0, 1)
        for split, value in zip(("test_id", "test_far"), values, strict=True)
        for metric in ("ended", "exact_match", "exact_match/kind=a")
    ]
    return HEAD + "".join(lines)


def said(plan: Plan, *changed: Path, success: bool = True) -> list[str]:
    """The lines at the end of a run in which some files change."""
    ran, stream = Run(plan), io.StringIO()
    ran.begin()
    for file in changed:
        touch(file)
    (ran.print_success if success else ran.print_failure)(stream)
    return stream.getvalue().splitlines()


# --- its parts ---


def test_exact_match_is_the_mean_over_seeds_in_percent(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text(metrics(hybrid=(0.9, 0.5), token_only=(0.2, 0.0)))
    found = exact_match(tmp_path / "m.csv")
    assert list(found) == ["hybrid", "token_only"] and list(found["hybrid"]) == ["test_id", "test_far"]
    assert found["hybrid"] == pytest.approx({"test_id": 95, "test_far": 55})
    assert found["token_only"] == pytest.approx({"test_id": 25, "test_far": 5})


@pytest.mark.parametrize("text", ["", HEAD, "a,b\n1,2\n", HEAD + "x,y,0,z,exact_match,many,1\n", HEAD + "x\n"])
def test_a_table_that_cannot_be_read_is_no_rows(tmp_path: Path, text: str) -> None:
    (tmp_path / "m.csv").write_text(text)
    assert exact_match(tmp_path / "m.csv") == {} == exact_match(tmp_path / "none.csv")


def test_columns_are_aligned() -> None:
    rows = {"hybrid": {"test_id": 100.0, "test_ood_length": 99.96}, "token_only": {"test_id": 0.5}}
    assert list(aligned(rows)) == [
        "                 hybrid  token_only",
        "test_id           100.0         0.5",
        "test_ood_length   100.0            ",
    ]
    assert list(aligned({})) == []


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.4, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min 00 s"),
        (3599, "59 min 59 s"),
        (3600, "1 h 00 min"),
        (7500, "2 h 05 min"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_the_last_lines_of_a_log(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_bytes(
        b"first\n" * 5000 + b"\n".join(b"line %d" % number for number in range(9)) + b"\n\n  \nend \xff " + b"x" * 500
    )
    lines = last_lines(log)
    assert lines[:-1] == [f"line {number}" for number in range(4, 9)]
    assert lines[-1].startswith("end \ufffd xxx") and lines[-1].endswith("x...") and len(lines[-1]) == 160
    assert last_lines(tmp_path / "none.log") == []


# --- a run ---


def test_what_was_made_is_counted_and_its_tables_shown(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository)
    plan = plan_of(repository)
    (repository / RESULTS / "metrics.csv").write_text(metrics(token_only=(0.1, 0.0), hybrid=(0.9, 0.8)))
    made = [repository / RESULTS / "manifests" / f"{job}.json" for job in ("table", "figures", "eval_hybrid_seed1")]
    lines = said(plan, *made)
    assert lines[0] == "" and re.fullmatch(r"fluxem: 3 steps done in 0 s \(1 eval, 1 table, 1 figures\)", lines[1])
    folder = plan.results / "arithmetic_small"
    assert lines[2:8] == [
        "",
        "arithmetic_small: exact match in %, mean over 2 seeds",
        "            hybrid  token_only",
        "  test_id     95.0        15.0",
        "  test_far    85.0         5.0",
        f"  table {folder}/table.md, figures {folder}/figures/",
    ]
    assert lines[9] == "Next:" and "units" not in "\n".join(lines[:9])
    question = (folder / "seed0/data/test_id.jsonl").read_text()
    assert '"what is 0"' in question
    assert lines[10].endswith(f"explain --model {folder}/seed0/hybrid 'what is 0'")
    assert lines[11].endswith("python -m fluxem.pipeline status") and lines[12:] == [""]


def test_what_is_not_learned_is_no_best_row_and_few_rows_are_shown(repository: Path) -> None:
    config = repository / "config" / "ablation.yaml"
    rows = ["oracle", "token_only", "hybrid", "hybrid_blind", "hybrid_text", "fone"]
    config.write_text(f"{{task: arithmetic, seeds: [4], models: [{', '.join(rows)}]}}")
    plan = plan_of(repository)
    folder = repository / "results/ablation"
    (folder / "metrics.csv").write_text(metrics(**{row: (0.5 - at / 10, 0.0) for at, row in enumerate(rows)}))
    lines = said(plan, folder / "manifests/table.json")
    assert lines[3] == "ablation: exact match in %, seed 4; the best 4 of 5 rows"
    assert lines[4].split() == rows[1:5]
    assert "explain" not in "\n".join(lines)  # no model of seed 4 is there
    shutil.rmtree(folder / "figures")
    assert any(line == f"  table {folder}/table.md" for line in said(plan, folder / "manifests/table.json"))


def test_a_failed_step_is_named_with_the_end_of_its_log(repository: Path) -> None:
    plan = plan_of(repository)
    logs = [repository / RESULTS / "logs" / f"train_{model}_seed0.log" for model in ("hybrid", "token_only")]
    logs[0].write_text("train of experiment\ntraining diverged in epoch 3\n")
    manifests = [repository / RESULTS / "manifests" / f"train_{model}_seed0.json" for model in ("hybrid", "token_only")]
    manifests[0].unlink()
    lines = said(plan, *logs, manifests[1], success=False)
    assert lines[1] == "fluxem: 1 step done in 0 s (1 train)"
    assert lines[3] == "failed: train_hybrid of experiment arithmetic_small, seed 0, model hybrid"
    assert lines[4:7] == [f"  {logs[0]}", "  | train of experiment", "  | training diverged in epoch 3"]
    assert lines[8].startswith("Next: ") and "token_only" not in "\n".join(lines)


def test_of_many_failed_steps_some_are_shown(repository: Path) -> None:
    logs = sorted((repository / RESULTS / "logs").glob("train_*_seed[01].log"))[:4]
    assert len(logs) == 4
    lines = said(plan_of(repository), *logs, success=False)
    assert sum(line.startswith("failed: ") for line in lines) == 3 and "and 1 more failed" in lines


def test_without_a_failed_step_it_says_so(repository: Path) -> None:
    lines = said(plan_of(repository), success=False)
    assert lines[1:4] == ["fluxem: 0 steps done in 0 s", "No step began and failed: what went wrong is said above.", ""]


# --- Snakemake ---


def test_snakemake_ends_with_it_only_where_it_did_something(repository: Path) -> None:
    done = run(repository, *SNAKEMAKE, "all")
    assert done.returncode == 0 and "fluxem:" not in done.stderr
    figure = repository / RESULTS / "figures" / "errors.svg"
    figure.unlink()
    dry = run(repository, *SNAKEMAKE, "--dry-run", "all")
    assert dry.returncode == 0 and "figures_arithmetic_small" in dry.stdout and "fluxem:" not in dry.stdout + dry.stderr
    done = run(repository, *SNAKEMAKE, "all")
    assert done.returncode == 0 and figure.exists()
    assert re.search(r"\nfluxem: 2 steps done in \d+ s \(1 figures, 1 pages\)\n\nNext:\n", done.stderr)
    assert "Elapsed time" in done.stderr.split("Next:")[1] and "fluxem:" not in done.stdout


def test_a_run_that_fails_ends_with_what_failed(repository: Path) -> None:
    (repository / "fluxem/evaluation/tables.py").write_text("from fluxem.pipeline import nothing_of_this_name\n")
    done = run(repository, *SNAKEMAKE, f"{RESULTS}/table.md")
    assert done.returncode == 1
    end = done.stderr.split("\nfluxem: 0 steps done in ")[1]
    assert "\nfailed: table of experiment arithmetic_small\n  results/arithmetic_small/logs/table.log\n" in end
    assert "  | ImportError: cannot import name 'nothing_of_this_name'" in end and "\nNext: mend what it says" in end


def test_programs_are_called_as_one_can_from_here(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository)
    environment = repository / ".venv"
    (environment / "bin").mkdir(parents=True)
    for name in ("python", "fluxem"):
        (environment / "bin" / name).touch()
    monkeypatch.setattr(sys, "executable", str(environment / "bin/python"))
    monkeypatch.setattr(sys, "prefix", str(environment))
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    status = "python -m fluxem.pipeline status"
    assert said(plan_of(repository))[-2] == f"  .venv/bin/{status}"
    monkeypatch.setenv("VIRTUAL_ENV", str(environment))
    assert said(plan_of(repository))[-2] == f"  {status}"
    monkeypatch.delenv("VIRTUAL_ENV")
    monkeypatch.chdir(repository / "config")
    assert said(plan_of(repository))[-2] == f"  {environment}/bin/{status}"


def test_nothing_that_the_pipeline_makes_depends_on_it(repository: Path) -> None:
    with (repository / "fluxem/pipeline/summary.py").open("a") as file:
        file.write("\nCHANGED = 1\n")
    done = run(repository, *SNAKEMAKE, "all", "paper")
    assert "Nothing to be done" in done.stderr
