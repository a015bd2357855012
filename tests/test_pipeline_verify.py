"""What `python -m fluxem.pipeline verify` finds."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from changes import Change, remove, rewrite
from commands import ask, plan_of

from fluxem.pipeline.verify import verify

RESULTS = "results/arithmetic_small"
RUN = f"{RESULTS}/seed0/hybrid"
TABLE = f"{RESULTS}/table.md"
DAMAGED = "hand-edited or corrupted: its sha256 is not that of the file that was made"


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
