"""The reference results, and the documents that quote them."""

from __future__ import annotations

import re
import runpy
import shutil
from pathlib import Path

import pytest
from miniature import run

from fluxem.pipeline import layout
from fluxem.pipeline.manifest import read_manifest, sha256

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "docs" / "reference"
EXPERIMENTS = sorted(folder.name for folder in REFERENCE.iterdir() if folder.is_dir())
QUOTING = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
insert = runpy.run_path(str(ROOT / "docs" / "insert_results.py"))["insert"]


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_it_is_what_the_pipeline_wrote(experiment: str) -> None:
    folder = REFERENCE / experiment
    kept = {f"{experiment}/manifests/{step}.json" for step in ("table", "figures", "times")}
    for name in sorted(kept):
        content = read_manifest(REFERENCE, name)
        assert {file: sha256(REFERENCE / file) for file in content["outputs"]} == content["outputs"]
        assert set(content["outputs"]) == set(layout.outputs(content["spec"]))
        kept |= content["outputs"].keys()
    assert {file.relative_to(REFERENCE).as_posix() for file in folder.rglob("*") if file.is_file()} == kept


@pytest.mark.parametrize("document", QUOTING, ids=lambda file: file.name)
def test_documents_say_what_it_says(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    assert insert(text, ROOT) == text, "run `make readme`"


@pytest.mark.parametrize("document", QUOTING, ids=lambda file: file.name)
def test_no_line_begins_with_a_number(document: Path) -> None:
    """Markdown would take the mark in front of it for the beginning of a block of HTML."""
    assert re.findall(r"^<!-- (?:mean|lowest|cell) .*", document.read_text(encoding="utf-8"), re.MULTILINE) == []


@pytest.mark.parametrize("experiment", ["arithmetic_small", "units"])
def test_the_readme_quotes_it(experiment: str) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    begin, end = (text.index(f"<!-- {mark} docs/reference/{experiment}/table.md") for mark in ("begin", "end"))
    assert all(f"| {model} |" in text[begin:end] for model in ("token_only", "hybrid"))


def test_tables_are_inserted_whole_or_down_to_some_words(tmp_path: Path) -> None:
    (tmp_path / "t.md").write_text("# Title\n\nFirst.\n\n| 1 |\n\nOther metrics: many\n\n| 2 |\n")
    text = (
        "a\n<!-- begin t.md -->\n{}<!-- end t.md -->\nb\n<!-- begin t.md until Other metrics -->\n{}<!-- end t.md -->\n"
    )
    filled = insert(text.format("old\n", "old\n"), tmp_path)
    assert filled == text.format("First.\n\n| 1 |\n\nOther metrics: many\n\n| 2 |\n", "First.\n\n| 1 |\n")
    assert insert(filled, tmp_path) == filled
    with pytest.raises(ValueError, match=r"t\.md: no line begins with 'Elsewhere'"):
        insert("<!-- begin t.md until Elsewhere -->\n<!-- end t.md -->", tmp_path)


@pytest.fixture
def measured(tmp_path: Path) -> Path:
    """A folder with the reference of one experiment, e: two seeds of a row, and a table."""
    (tmp_path / "docs/reference/e").mkdir(parents=True)
    (tmp_path / "docs/reference/e/metrics.csv").write_text(
        "experiment,model,seed,split,metric,value,n\n"
        "e,hybrid,0,test_id,exact_match,0.5,4\ne,hybrid,1,test_id,exact_match,1.0,4\ne,hybrid,0,test_id,ended,0.1,4\n"
    )
    (tmp_path / "t.md").write_text(
        "| row | a |\n| --- | ---: |\n| x | 1 |\n\nwords\n\n"
        "| row | b (least) |\n| --- | ---: |\n| x | 2 (1) |\n| y | 3 |\n"
    )
    return tmp_path


def test_numbers_are_inserted_into_sentences(measured: Path) -> None:
    text = "It is <!-- mean e hybrid test_id -->{}<!-- . -->, at\nleast <!-- lowest e hybrid test_id -->{}<!-- . -->."
    text += " And <!-- cell t.md x b -->{}<!-- . --> or <!-- cell t.md y b (least -->{}<!-- . -->"
    assert insert(text.format("", "1.0", "", "0"), measured) == text.format("75.0", "50.0", "2 (1)", "3")


@pytest.mark.parametrize(
    ("mark", "message"),
    [
        ("mean e hybird test_id", "no exact_match of hybird on test_id"),
        ("lowest e hybrid test", "no exact_match of hybrid on test"),
        ("cell t.md y a", "no table has a line 'y' and a column 'a'"),
        ("cell t.md x c", "no table has a line 'x' and a column 'c'"),
    ],
)
def test_a_number_that_is_not_there_is_refused(measured: Path, mark: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        insert(f"<!-- {mark} --><!-- . -->", measured)


@pytest.fixture
def keeping(repository: Path) -> Path:
    """A finished repository with the command that keeps results."""
    (repository / "docs").mkdir()
    shutil.copy2(ROOT / "docs" / "keep_reference.py", repository / "docs")
    return repository


def test_what_an_experiment_ends_in_is_kept_with_its_manifests(keeping: Path) -> None:
    kept = keeping / "docs/reference"
    (kept / "units").mkdir(parents=True)
    (kept / "units" / "of_old.md").touch()
    done = run(keeping, "docs/keep_reference.py", "units", "ablation")
    assert done.returncode == 0, done.stderr
    assert {folder.name for folder in kept.iterdir()} == {"units", "ablation"}
    names = {file.relative_to(kept / "units").as_posix() for file in (kept / "units").rglob("*") if file.is_file()}
    manifests = {f"manifests/{step}.json" for step in ("table", "figures", "times")}
    assert {"table.md", "metrics.csv", "times.md"} | manifests < names and "of_old.md" not in names
    assert all(
        (kept / "units" / name).read_bytes() == (keeping / "results/units" / name).read_bytes() for name in names
    )


def test_stale_results_are_not_kept(keeping: Path) -> None:
    config = keeping / "config/units_full.yaml"
    config.write_text(config.read_text().replace("epochs: 20", "epochs: 21"))
    done = run(keeping, "docs/keep_reference.py", "units")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith("keep_reference.py: table of experiment units is not fresh: ")
    done = run(keeping, "docs/keep_reference.py")
    assert done.returncode == 0 and "left units: " in done.stdout and "files of arithmetic_small" in done.stdout
    assert not (keeping / "docs/reference/units").exists()


def test_an_unknown_experiment_is_one_line(keeping: Path) -> None:
    done = run(keeping, "docs/keep_reference.py", "unit")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "unit: no such experiment; allowed: arithmetic_small, units, ablation" in done.stderr
