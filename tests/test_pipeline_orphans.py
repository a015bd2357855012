"""What `python -m fluxem.pipeline clean-orphans` finds, deletes and leaves."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from changes import Change, add, both, edit, remove
from commands import ask, plan_of
from staleness_cases import EXPERIMENT, PROJECT

from fluxem.pipeline.audit import Audit
from fluxem.pipeline.orphans import orphans

RESULTS = "results/arithmetic_small"
RUN = f"{RESULTS}/seed0/hybrid"
CHECKPOINT = f"{RUN}/checkpoint.pt"
GONE = 2**22 + 1  # above what Linux gives to any process
ORPHANS: dict[str, tuple[Change, dict[str, str]]] = {
    "seed": (
        edit(EXPERIMENT, "seeds: [0, 1]", "seeds: [0]"),
        {"seed1/hybrid/run.json": "seed 1 is not planned", "logs/report_seed1.log": "no planned step makes it"},
    ),
    "row": (
        edit(EXPERIMENT, "task:", "models: [hybrid]\ntask:"),
        {"seed0/token_only/predictions/test_id.jsonl": "row token_only of seed 0 is not planned"},
    ),
    "experiment": (
        both(edit(PROJECT, "  arithmetic_small: {}\n", ""), edit(PROJECT, "  comparison: {}\n", "")),
        {"manifests/table.json": "experiment arithmetic_small is not planned"},
    ),
    "split": (add(f"{RUN}/predictions/test_huge.jsonl"), {"seed0/hybrid/predictions/test_huge.jsonl": "no planned"}),
    "killed job": (
        add(f"{RUN}/.run.json.part-{GONE}"),
        {f"seed0/hybrid/.run.json.part-{GONE}": f"left by process {GONE}, which is gone"},
    ),
    "finished training": (add(CHECKPOINT), {"seed0/hybrid/checkpoint.pt": "of a training that has ended"}),
    "training of no row": (
        add(f"{RESULTS}/seed0/fone/checkpoint.pt"),
        {"seed0/fone/checkpoint.pt": "row fone of seed 0 is not planned"},
    ),
}


@pytest.mark.parametrize("case", ORPHANS)
def test_orphans_are_listed_and_deleted_when_told(repository: Path, case: str) -> None:
    change, expected = ORPHANS[case]
    change(repository)
    plan = plan_of(repository)
    found = dict(orphans(Audit(plan)))
    for file, reason in expected.items():
        assert found[f"arithmetic_small/{file}"].startswith(reason)
    everything = {file.relative_to(plan.results).as_posix() for file in plan.results.rglob("*") if file.is_file()}
    listed = ask(repository, "clean-orphans")
    assert (listed.returncode, listed.stderr) == (0, "")
    assert listed.stdout.endswith(f"\n{len(found)} orphans, nothing deleted: add --yes to delete them\n")
    assert all((plan.results / file).exists() for file in everything)
    assert "orphan: results/arithmetic_small/" in ask(repository, "status").stdout
    assert ask(repository, "clean-orphans", "--yes").stdout.endswith(f"\n{len(found)} orphans, deleted\n")
    left = {file.relative_to(plan.results).as_posix() for file in plan.results.rglob("*") if file.is_file()}
    assert left == everything - found.keys()
    assert all(any(folder.iterdir()) for folder in plan.results.rglob("*") if folder.is_dir())


KEPT: dict[str, Change] = {
    "own page": add("results/README.md"),
    "other results": both(add("results/smoke/units/seed5/data/manifest.json"), add("results/smoke/units/table.md")),
    "other manifests": both(add("results/deep/er/units/manifests/table.json"), add("results/deep/er/units/x.md")),
    "what is no experiment": both(add("results/notes.txt"), add("results/notes/thoughts.md")),
    "a job that writes": add(f"{RUN}/.run.json.part-{os.getpid()}"),
    "a training that goes on": both(add(CHECKPOINT), remove(f"{RUN}/model.safetensors")),
    "a training to begin again": both(add(CHECKPOINT), edit(EXPERIMENT, "patience: 5", "patience: 6")),
}


@pytest.mark.parametrize("case", KEPT)
def test_what_is_no_orphan(repository: Path, case: str) -> None:
    KEPT[case](repository)
    assert list(orphans(Audit(plan_of(repository)))) == []


def test_a_comparisons_runs_are_wanted_as_long_as_it_is_listed(repository: Path) -> None:
    (repository / "config/more.yaml").write_text("{of: arithmetic_small, seeds: [0], models: [fone]}")
    listed = edit(PROJECT, "  ablation: {}\n", "  ablation: {}\n  more: {}\n")
    listed(repository)
    add(f"{RESULTS}/seed0/fone/run.json")(repository)
    assert list(orphans(Audit(plan_of(repository)))) == []
    edit(PROJECT, "  more: {}\n", "")(repository)
    assert list(orphans(Audit(plan_of(repository)))) == [
        ("arithmetic_small/seed0/fone/run.json", "row fone of seed 0 is not planned")
    ]


def test_a_folder_that_holds_the_repository_is_not_cleaned(finished: Path, tmp_path: Path) -> None:
    overlay = tmp_path / "here.yaml"
    overlay.write_text("results_dir: .")
    said = ask(finished, "clean-orphans", "--yes", "--configfile", str(overlay))
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr.endswith(": holds the repository; allowed: a folder of its own\n")
