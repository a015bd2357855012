"""What the README shows a reader to type."""

from __future__ import annotations

import doctest
import runpy
from pathlib import Path

import pytest

from fluxem.pipeline.environment import DATA_FILES

ROOT = Path(__file__).resolve().parents[1]


def test_its_python_says_what_it_shows() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8").replace("```", "")  # a fence is no output
    examples = doctest.DocTestParser().get_doctest(text, {}, "README.md", "README.md", 0)
    done = doctest.DocTestRunner().run(examples)
    assert done.attempted >= 6 and not done.failed


@pytest.mark.parametrize("experiment", ["arithmetic_small", "units"])
def test_its_results_are_between_their_marks(experiment: str) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    begin, end = (text.index(f"<!-- {mark} results/{experiment}/table.md -->") for mark in ("begin", "end"))
    table = text[begin:end]
    assert all(f"| {model} |" in table for model in ("token_only", "hybrid"))


def test_every_data_file_of_the_package_counts_for_the_steps_that_read_it() -> None:
    assert sorted(DATA_FILES) == sorted(f"fluxem/data/{file.name}" for file in (ROOT / "fluxem" / "data").iterdir())


def test_results_are_inserted_whole_or_down_to_some_words(tmp_path: Path) -> None:
    insert = runpy.run_path(str(ROOT / "docs" / "insert_results.py"))["insert"]
    (tmp_path / "t.md").write_text("# Title\n\nFirst.\n\n| 1 |\n\nOther metrics: many\n\n| 2 |\n")
    text = (
        "a\n<!-- begin t.md -->\n{}<!-- end t.md -->\nb\n<!-- begin t.md until Other metrics -->\n{}<!-- end t.md -->\n"
    )
    filled = insert(text.format("old\n", "old\n"), tmp_path)
    assert filled == text.format("First.\n\n| 1 |\n\nOther metrics: many\n\n| 2 |\n", "First.\n\n| 1 |\n")
    assert insert(filled, tmp_path) == filled
    with pytest.raises(ValueError, match=r"t\.md: no line begins with 'Elsewhere'"):
        insert("<!-- begin t.md until Elsewhere -->\n<!-- end t.md -->", tmp_path)
