"""What `python -m fluxem.pipeline why` and `status` name as the reason."""

from __future__ import annotations

from pathlib import Path

import pytest
from changes import Change, edit, remove, rewrite
from commands import ask, plan_of
from staleness_cases import ABLATION, EXPERIMENT, PROJECT

from fluxem.pipeline import layout
from fluxem.pipeline.audit import Audit
from fluxem.pipeline.manifest import write_manifest

RESULTS = "results/arithmetic_small"
RUN = f"{RESULTS}/seed0/hybrid"


def of_another_seed(name: str) -> Change:
    """A file that was made anew with other bytes, which its job's manifest knows."""

    def change(folder: Path) -> None:
        rewrite(name)(folder)
        audit = Audit(plan_of(folder))
        maker = audit.makers[name.removeprefix("results/")]
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
