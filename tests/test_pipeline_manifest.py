"""The manifest of a job: written last, whole, and found out when a byte of it changes."""

from __future__ import annotations

import json
import platform
import random
import shutil
from pathlib import Path

import pytest
from miniature import make_repository, run

from fluxem.pipeline.environment import SCRIPTS
from fluxem.pipeline.manifest import DamagedError, read_manifest, sha256

BY_HAND = ("--config", "config/arithmetic_small.yaml", "--seed", "3")
NAME = "arithmetic_small/manifests/generate_seed3.json"
DATA = "arithmetic_small/seed3/data"


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_repository(tmp_path_factory.mktemp("generated") / "repository")
    done = run(folder, f"{SCRIPTS}/generate_data.py", *BY_HAND)
    assert (done.returncode, done.stderr) == (0, "")
    return folder


@pytest.fixture
def made(generated: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(generated, tmp_path / "repository"))


def test_it_says_what_was_made_from_what_and_with_what(generated: Path) -> None:
    results = generated / "results"
    content = read_manifest(results, NAME)
    assert content["spec"] == json.loads((results / DATA / "manifest.json").read_text())["spec"]
    assert content["outputs"] == {
        f"{DATA}/{file.name}": sha256(file) for file in sorted((results / DATA).iterdir()) if file.suffix != ".md"
    }
    assert content["inputs"] == {}
    assert {"fluxem/tasks/words.py", "workflow/scripts/generate_data.py"} < content["code"].keys()
    assert "fluxem/unused.py" not in content["code"]
    assert content["versions"]["python"] == platform.python_version()
    assert content["versions"]["numpy"].startswith(content["spec"]["libraries"]["numpy"])
    assert "device" not in content


def test_the_next_job_names_what_it_read_and_where_it_ran(made: Path) -> None:
    assert run(made, f"{SCRIPTS}/train_hybrid.py", *BY_HAND).returncode == 0
    content = read_manifest(made / "results", "arithmetic_small/manifests/train_hybrid_seed3.json")
    assert content["inputs"] == read_manifest(made / "results", NAME)["outputs"]
    assert content["device"] == "cpu"


def test_any_byte_that_changes_is_noticed(generated: Path, tmp_path: Path) -> None:
    whole = (generated / "results" / NAME).read_bytes()
    (tmp_path / NAME).parent.mkdir(parents=True)
    draw = random.Random(0)
    blank = whole.index(b" ")
    for position in (0, blank, len(whole) - 1, *draw.sample(range(len(whole)), 100)):
        changed = bytearray(whole)
        changed[position] = ord("\t") if position == blank else changed[position] ^ draw.randrange(1, 256)
        (tmp_path / NAME).write_bytes(changed)
        with pytest.raises(DamagedError):
            read_manifest(tmp_path, NAME)


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"sha256": 1}', "\udcff"])
def test_what_is_no_manifest_is_damaged(tmp_path: Path, text: str) -> None:
    (tmp_path / NAME).parent.mkdir(parents=True)
    (tmp_path / NAME).write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(DamagedError):
        read_manifest(tmp_path, NAME)


def test_that_of_another_job_is_damaged(generated: Path, tmp_path: Path) -> None:
    other = NAME.replace("seed3", "seed4")
    (tmp_path / other).parent.mkdir(parents=True)
    shutil.copy(generated / "results" / NAME, tmp_path / other)
    with pytest.raises(DamagedError):
        read_manifest(tmp_path, other)


@pytest.mark.parametrize(
    ("work", "code", "said"),
    [
        ("raise SystemExit(1)", 1, ""),
        ("return job.data", 2, "test_ood_combined.jsonl: cannot be read: No such file or directory"),
        ("import importlib; importlib.import_module('fluxem.' + 'unused'); return job.data", 1, "does not cover"),
    ],
    ids=["fails", "leaves a file out", "runs unseen code"],
)
def test_a_job_that_did_not_do_its_work_has_none(made: Path, work: str, code: int, said: str) -> None:
    (made / "results" / DATA / "test_ood_combined.jsonl").unlink()
    script = made / SCRIPTS / "generate_data.py"
    script.write_text(
        script.read_text().replace("def work(job: Job) -> Path:", f"def work(job: Job) -> Path:\n    {work}")
    )
    done = run(made, f"{SCRIPTS}/generate_data.py", *BY_HAND)
    assert (done.returncode, "Traceback" in done.stderr) == (code, False)
    assert said in done.stderr
    assert not (made / "results" / NAME).exists()


@pytest.mark.parametrize("changed", ["seed3/hybrid/model.safetensors", "manifests/train_hybrid_seed3.json"])
def test_an_input_that_was_changed_is_refused(made: Path, changed: str) -> None:
    evaluate = (f"{SCRIPTS}/eval.py", *BY_HAND, "--model", "hybrid")
    assert run(made, f"{SCRIPTS}/train_hybrid.py", *BY_HAND).returncode == 0
    file = made / "results/arithmetic_small" / changed
    whole = file.read_bytes()
    file.write_bytes(whole + b" ")
    refused = run(made, *evaluate)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == (
        f"eval.py: results/arithmetic_small/{changed} was changed after it was made: make it again with "
        "`python workflow/scripts/train_hybrid.py --config config/arithmetic_small.yaml --seed 3`\n"
    )
    file.write_bytes(whole)
    assert run(made, *evaluate).returncode == 0
