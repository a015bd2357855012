"""What the README shows a reader to type."""

from __future__ import annotations

import doctest
from pathlib import Path

from fluxem.pipeline.environment import DATA_FILES

ROOT = Path(__file__).resolve().parents[1]


def test_its_python_says_what_it_shows() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8").replace("```", "")  # a fence is no output
    examples = doctest.DocTestParser().get_doctest(text, {}, "README.md", "README.md", 0)
    done = doctest.DocTestRunner().run(examples)
    assert done.attempted >= 6 and not done.failed


def test_every_data_file_of_the_package_counts_for_the_steps_that_read_it() -> None:
    assert sorted(DATA_FILES) == sorted(f"fluxem/data/{file.name}" for file in (ROOT / "fluxem" / "data").iterdir())
