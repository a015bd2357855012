"""What `python -m fluxem.pipeline` says after a change, and that it agrees with what Snakemake would run."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from miniature import planned_jobs, run
from test_pipeline_staleness import ABLATION, CASES, EXPERIMENT, PAPER_CASES, PROJECT, edit, remove

from fluxem.pipeline import layout
from fluxem.pipeline.audit import Audit
from fluxem.pipeline.load import merge, read_yaml
from fluxem.pipeline.orphans import orphans
from fluxem.pipeline.plan import Plan
from fluxem.pipeline.verify import verify

RESULTS = "results/arithmetic_small"
RUN = f"{RESULTS}/seed0/hybrid"
Change = Callable[[Path], None]


def plan_of(folder: Path, *overlays: Path) -> Plan:
    files = [folder / PROJECT, *overlays]
    values: dict[str, object] = {}
    for file in files:
        values = merge(values, read_yaml(file))
    plan = Plan.load(values, files, folder / "config", folder)
    return replace(plan, results=folder / plan.results)


def ask(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(folder, "-m", "fluxem.pipeline", *arguments)


def not_fresh(folder: Path, paper: bool) -> list[str]:
    """The jobs that are not fresh, as `planned_jobs` writes them."""
    audit = Audit(plan_of(folder))
    specs = [spec for name, spec in audit.plan.jobs(paper).items() if audit.findings[name]]
    keys = ("experiment", "seed", "model")
    return sorted(" ".join([layout.kind(spec), *(str(spec[key]) for key in keys if key in spec)]) for spec in specs)


@pytest.mark.parametrize("case", CASES)
def test_what_snakemake_would_run_is_not_fresh(repository: Path, case: str) -> None:
    change, jobs = CASES[case]
    change(repository)
    assert not_fresh(repository, paper=False) == sorted(jobs)


@pytest.mark.parametrize("case", PAPER_CASES)
def test_the_same_of_what_snakemake_paper_makes(repository: Path, case: str) -> None:
    change, jobs = PAPER_CASES[case]
    change(repository)
    assert not_fresh(repository, paper=True) == sorted(jobs)


def rewrite(name: str) -> Change:
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes() + b" ") and None


def of_another_seed(name: str) -> Change:
    """A file that was made anew with other bytes, which its job's manifest knows."""

    def change(folder: Path) -> None:
        rewrite(name)(folder)
        audit = Audit(plan_of(folder))
        maker = audit.makers[name.removeprefix("results/")]
        from fluxem.pipeline.manifest import write_manifest

        write_manifest(folder / "results", audit.jobs[maker], "cpu", folder)

    return change


#: A change; what `why` of the table then names; and a line of `status`.
TABLE = f"{RESULTS}/table.md"
TRAIN = "train_hybrid of experiment arithmetic_small, seed 0, model hybrid"
EVAL = "eval of experiment arithmetic_small, seed 0, model hybrid"
DAMAGED = "hand-edited or corrupted: its sha256 is not that of the file that was made"
REASONS: dict[str, tuple[Change, str, str]] = {
    "key of the configuration": (
        edit(EXPERIMENT, "epochs: 20", "epochs: 21"),
        f"stale: training.epochs is 20, expected 21 (training.epochs in {EXPERIMENT})",
        f"stale: {TRAIN}: training.epochs is 20, expected 21",
    ),
    "key that is laid over it": (
        edit(PROJECT, "small: {}\n", "small: {data: {train_size: 7}}\n"),
        f"stale: data.train_size is 1000, expected 7 (experiments.arithmetic_small.data.train_size in {PROJECT})",
        "stale: generate of experiment arithmetic_small, seed 0: data.train_size is 1000, expected 7",
    ),
    "key of one model": (
        edit(EXPERIMENT, "patience: 5", "patience: 6"),
        f"stale: training.patience is 5, expected 6 (training.hybrid.patience in {EXPERIMENT})",
        f"stale: {TRAIN}: training.patience is 5, expected 6",
    ),
    "sizes": (
        edit(EXPERIMENT, "training:", "model: {hidden_dim: 64}\ntraining:"),
        f"stale: architecture.hidden_dim is 128, expected 64 (model.hidden_dim in {EXPERIMENT})",
        f"stale: {TRAIN}: architecture.hidden_dim is 128, expected 64",
    ),
    "seed": (
        edit(EXPERIMENT, "seeds: [0, 1]", "seeds: [0]"),
        f"stale: seeds is [0, 1], expected [0] (seeds in {EXPERIMENT})",
        "stale: table of experiment arithmetic_small: seeds is [0, 1], expected [0]",
    ),
    "device": (
        edit(EXPERIMENT, "task:", "device: cuda\ntask:"),
        f"stale: device is cpu, expected cuda (device in {EXPERIMENT})",
        f"stale: {TRAIN}: device is cpu, expected cuda",
    ),
    "module": (
        edit("fluxem/training/hybrid.py", '"spec": spec', '"spec": spec, "best": 1'),
        "stale: fluxem/training/hybrid.py changed",
        f"stale: {TRAIN}: fluxem/training/hybrid.py changed",
    ),
    "import": (
        edit(
            "fluxem/training/hybrid.py",
            "import write_json, write_text",
            "import write_json, write_text\nimport fluxem.unused",
        ),
        "stale: fluxem/unused.py counts since",
        f"stale: {TRAIN}: fluxem/training/hybrid.py changed; fluxem/unused.py counts since",
    ),
    "table of a domain": (
        edit("fluxem/data/units.tsv", "metre", "meter"),
        "stale: fluxem/data/units.tsv changed",
        f"stale: {TRAIN}: fluxem/data/units.tsv changed",
    ),
    "library": (
        edit("constraints.txt", "torch==", "torch==9."),
        'stale: libraries.torch is "',
        f'stale: {TRAIN}: libraries.torch is "',
    ),
    "missing file": (
        remove(f"{RUN}/history.csv"),
        f"missing: {RUN}/history.csv",
        f"missing: {RUN}/history.csv: is not",
    ),
    "missing manifest": (
        remove(f"{RESULTS}/manifests/train_hybrid_seed0.json"),
        f"missing: {RESULTS}/manifests/train_hybrid_seed0.json is not there",
        f"upstream: {EVAL}: {TRAIN} is not fresh",
    ),
    "missing job": (
        lambda folder: (
            [remove(f"{RUN}/{file}")(folder) for file in layout.TRAINED]
            + [remove(f"{RESULTS}/manifests/train_hybrid_seed0.json")(folder)]
            and None
        ),
        "missing: nothing of it is there",
        f"missing: {TRAIN}: nothing of it is there",
    ),
    "hand-edited table": (rewrite(TABLE), f"damaged: {TABLE} {DAMAGED}", f"damaged: {TABLE}: {DAMAGED}"),
    "hand-edited manifest": (
        edit(f"{RESULTS}/manifests/eval_hybrid_seed0.json", '"cpu"', '"gpu"'),
        f"damaged: {RESULTS}/manifests/eval_hybrid_seed0.json {DAMAGED}",
        f"damaged: {RESULTS}/manifests/eval_hybrid_seed0.json: {DAMAGED}",
    ),
    "input of other bytes": (
        of_another_seed(f"{RUN}/model.safetensors"),
        "stale: its input arithmetic_small/seed0/hybrid/model.safetensors was made again since, with other content",
        f"stale: {EVAL}: its input arithmetic_small/seed0/hybrid/model.safetensors was made again since",
    ),
}


@pytest.mark.parametrize("case", REASONS)
def test_the_reason_is_named(repository: Path, case: str) -> None:
    change, why, status = REASONS[case]
    change(repository)
    said = ask(repository, "why", TABLE)
    assert (said.returncode, said.stderr) == (1, "")
    assert any(line.startswith(why) for line in said.stdout.splitlines()), said.stdout
    told = ask(repository, "status")
    assert (told.returncode, told.stderr) == (1, "")
    assert any(line.startswith(status) for line in told.stdout.splitlines()), told.stdout


def test_the_way_from_the_cause_is_shown(repository: Path) -> None:
    edit("fluxem/training/hybrid.py", '"spec": spec', '"spec": spec, "best": 1')(repository)
    said = ask(repository, "why", TABLE).stdout
    assert said.startswith(
        "made by table of experiment arithmetic_small: "
        "`python workflow/scripts/make_table.py --config config/arithmetic_small.yaml`\n"
    )
    assert f"  in {TRAIN} -> {EVAL} -> table of experiment arithmetic_small\n" in said


def test_a_key_of_a_variant_is_found_in_its_file(repository: Path) -> None:
    edit(ABLATION, "most_packed: 1", "most_packed: 2")(repository)
    said = ask(repository, "why", "results/ablation/figures/errors.svg").stdout
    assert f"training.most_packed is 1, expected 2 (variants.unpacked.training.most_packed in {ABLATION})" in said


def test_copied_results_are_fresh_in_a_fresh_clone(repository: Path) -> None:
    shutil.rmtree(repository / ".snakemake")
    for file in (repository / "results").rglob("*"):
        os.utime(file)
    told = ask(repository, "status")
    assert (told.returncode, told.stderr) == (0, "")
    assert "arithmetic_small  train     4 of 4 fresh\n" in told.stdout and "ablation" not in told.stdout
    assert "ablation  train     3 of 3 fresh\n" in ask(repository, "status", "--paper").stdout
    assert ask(repository, "why", TABLE).stdout.endswith("\nfresh\n")
    checked = ask(repository, "verify")
    assert checked.returncode == 0 and checked.stdout.endswith(" bytes checked: none damaged or missing\n")
    assert ask(repository, "clean-orphans", "--yes").stdout == "no orphans\n"


def test_nothing_heavy_is_loaded(finished: Path) -> None:
    code = "import fluxem.pipeline.__main__, sys; print({'torch', 'snakemake', 'numpy', 'tqdm'} & sys.modules.keys())"
    assert run(finished, "-c", code).stdout == "set()\n"


def test_each_of_100_changed_bytes_is_found(repository: Path) -> None:
    plan = plan_of(repository)
    files = sorted(Path(target) for paper in (False, True) for target in plan.targets(paper) if os.path.getsize(target))
    assert any(file.parent.name == "manifests" for file in files)
    draw = random.Random(0)
    for _ in range(100):
        file = draw.choice(files)
        whole = file.read_bytes()
        position = draw.randrange(len(whole))
        file.write_bytes(whole[:position] + bytes([whole[position] ^ draw.randrange(1, 256)]) + whole[position + 1 :])
        assert [name for name, _ in verify(plan).problems] == [file.relative_to(plan.results).as_posix()]
        file.write_bytes(whole)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (rewrite(TABLE), f"{TABLE}: damaged: {DAMAGED}\n"),
        (remove(f"{RUN}/run.json"), f"{RUN}/run.json: missing\n"),
        (remove(f"{RESULTS}/manifests/table.json"), f"{RESULTS}/manifests/table.json: missing: what it says"),
        (
            rewrite(f"{RESULTS}/benchmarks/train_hybrid_seed1.tsv"),
            f"{RESULTS}/benchmarks/train_hybrid_seed1.tsv: changed since it was read for",
        ),
    ],
    ids=["table", "run", "manifest", "time"],
)
def test_verify_names_what_is_wrong(repository: Path, change: Change, said: str) -> None:
    change(repository)
    checked = ask(repository, "verify")
    assert checked.returncode == 1 and checked.stdout.startswith(said)
    assert checked.stdout.endswith(" bytes checked: 1 damaged or missing\n")


def add(*names: str) -> Change:
    def change(folder: Path) -> None:
        for name in names:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text("x")

    return change


def both(*changes: Change) -> Change:
    return lambda folder: [change(folder) for change in changes] and None


CHECKPOINT = f"{RUN}/checkpoint.pt"
GONE = 2**22 + 1  # above what Linux gives to any process
ORPHANS: dict[str, tuple[Change, dict[str, str]]] = {
    "seed": (
        edit(EXPERIMENT, "seeds: [0, 1]", "seeds: [0]"),
        {"seed1/hybrid/run.json": "seed 1 is not planned", "logs/report_seed1.log": "no planned step makes it"},
    ),
    "row": (
        edit(EXPERIMENT, "task:", "models: [token_only]\ntask:"),
        {"seed0/hybrid/predictions/test_id.jsonl": "row hybrid of seed 0 is not planned"},
    ),
    "experiment": (
        edit(PROJECT, "  arithmetic_small: {}\n", ""),
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
    "other results": add("results/smoke/units/seed5/data/manifest.json", "results/smoke/units/table.md"),
    "other manifests": add("results/deep/er/units/manifests/table.json", "results/deep/er/units/x.md"),
    "what is no experiment": add("results/notes.txt", "results/notes/thoughts.md"),
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


def test_an_overlay_has_its_own_results(repository: Path) -> None:
    (repository / "my.yaml").write_text("{results_dir: results/mine, experiments: {units: {seeds: [4]}}}")
    told = ask(repository, "status", "--configfile", "my.yaml")
    assert told.returncode == 1
    assert "missing: generate of experiment units, seed 4: nothing of it is there\n" in told.stdout
    assert "orphan" not in told.stdout


def test_a_folder_that_holds_the_repository_is_not_cleaned(finished: Path, tmp_path: Path) -> None:
    overlay = tmp_path / "here.yaml"
    overlay.write_text("results_dir: .")
    said = ask(finished, "clean-orphans", "--yes", "--configfile", str(overlay))
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr.endswith(": holds the repository; allowed: a folder of its own\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("why", "results/units/tabel.md"), "no planned step makes it; did you mean results/units/table.md?"),
        (("why", "nowhere"), "no planned step makes it; allowed: a file that a step of the configuration makes"),
        (("verify", "--configfile", "nowhere.yaml"), "nowhere.yaml: cannot be read: No such file or directory"),
    ],
)
def test_wrong_input_is_one_line(finished: Path, arguments: tuple[str, ...], message: str) -> None:
    said = ask(finished, *arguments)
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr.startswith(f"fluxem.pipeline {arguments[0]}: ") and said.stderr.endswith(f"{message}\n")
    assert said.stderr.count("\n") == 1


def test_a_deleted_file_is_made_again_with_what_follows_and_all_is_fresh(repository: Path) -> None:
    remove("results/units/seed0/hybrid/predictions/test_id.jsonl")(repository)
    made = run(repository, "-m", "snakemake", "--cores", "2")
    assert made.returncode == 0, made.stderr
    assert planned_jobs(repository) == [] and not_fresh(repository, paper=False) == []
