"""Code digests: what a script runs, and which edits of it count."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fluxem.pipeline.digest import closure, code_digest

MODULES = {
    "fluxem/__init__.py": '"""The package."""\n',
    "fluxem/work.py": "from . import helpers\nfrom .deep.inner import value\n",
    "fluxem/helpers.py": "import json\n\n\ndef late():\n    import fluxem.late\n",
    "fluxem/late.py": "TABLE = 'table.txt'\n",
    "fluxem/deep/__init__.py": "",
    "fluxem/deep/inner.py": 'from .. import errors\n\n\ndef value():\n    """Doc."""\n    return 1\n',
    "fluxem/errors.py": "",
    "fluxem/typed.py": "",
    "fluxem/untyped.py": "",
    "fluxem/other.py": "",
    "fluxem/table.txt": "a 1\n",
    "fluxem/unread.txt": "a 1\n",
    "fluxem/pipeline/__init__.py": "",
    "fluxem/pipeline/step.py": "import fluxem.other\n",
    "script.py": """
from typing import TYPE_CHECKING

from fluxem.pipeline.step import main

if TYPE_CHECKING:
    from fluxem.typed import Only
else:
    import fluxem.untyped


def work():
    from fluxem.work import do
""",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, source in MODULES.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(source)
    return tmp_path


def digest(root: Path) -> str:
    return code_digest(root, root / "script.py", ["fluxem/table.txt", "fluxem/unread.txt"])


def test_the_closure_is_what_runs(root: Path) -> None:
    assert sorted(closure(root, root / "script.py")) == [
        "fluxem",
        "fluxem.deep",
        "fluxem.deep.inner",
        "fluxem.errors",
        "fluxem.helpers",
        "fluxem.late",
        "fluxem.pipeline",
        "fluxem.untyped",
        "fluxem.work",
    ]


def test_modules_that_never_run_are_left_out_with_what_only_they_import(root: Path) -> None:
    every = closure(root, root / "script.py")
    left = closure(root, root / "script.py", ["fluxem.helpers", "fluxem.nowhere"])
    assert every.keys() - left.keys() == {"fluxem.helpers", "fluxem.late"}
    before = code_digest(root, root / "script.py", without=["fluxem.helpers"])
    (root / "fluxem/late.py").write_text("VALUE = 1\n")
    assert code_digest(root, root / "script.py", without=["fluxem.helpers"]) == before
    (root / "fluxem/work.py").write_text("VALUE = 1\n")
    assert code_digest(root, root / "script.py", without=["fluxem.helpers"]) != before


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("fluxem/deep/inner.py", "return 1", "return 2"),
        ("fluxem/deep/inner.py", "def value()", "def value(x=0)"),
        ("fluxem/late.py", "TABLE", "VALUE"),
        ("fluxem/__init__.py", '"""The package."""', "VALUE = 1"),
        ("script.py", "def work", "def play"),
        ("fluxem/table.txt", "a 1", "a 2"),
    ],
)
def test_what_changes_the_digest(root: Path, name: str, old: str, new: str) -> None:
    before = digest(root)
    file = root / name
    stat = file.stat()
    file.write_text(file.read_text().replace(old, new))
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))  # as rsync and tar leave it
    assert digest(root) != before


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("fluxem/deep/inner.py", "return 1", "return (  # one\n        1\n    )"),
        ("fluxem/deep/inner.py", "Doc.", "Another text."),
        ("fluxem/deep/inner.py", '    """Doc."""\n', ""),
        ("fluxem/__init__.py", "The package.", "A package."),
        ("fluxem/typed.py", "", "VALUE = 1"),
        ("fluxem/other.py", "", "VALUE = 1"),
        ("fluxem/unread.txt", "a 1", "a 2"),
        ("fluxem/pipeline/step.py", "other", "typed"),
        ("script.py", "\n\n\n", "\n\n\n\n# Why.\n"),
    ],
)
def test_what_does_not_change_the_digest(root: Path, name: str, old: str, new: str) -> None:
    before = digest(root)
    file = root / name
    file.write_text(file.read_text().replace(old, new))
    assert digest(root) == before


def test_moving_code_to_another_module_changes_the_digest(root: Path) -> None:
    before = digest(root)
    late, helpers = root / "fluxem/late.py", root / "fluxem/helpers.py"
    late.write_text(helpers.read_text())
    helpers.write_text("import fluxem.late\n")
    assert digest(root) != before
