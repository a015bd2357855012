"""What the package says of itself, and what importing it loads."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
import tomllib
import zipfile
from importlib import import_module
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


# --- imports ---


def loaded(program: str) -> set[str]:
    """The packages beyond the standard library that a program loads in a fresh process."""
    ask = (
        "import sys; before = set(sys.modules)\n"
        f"{program}\n"
        "print(*{name.partition('.')[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names))"
    )
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_loads_nothing_else() -> None:
    assert loaded("import fluxem") == {"fluxem"}


@pytest.mark.parametrize(
    "program",
    [
        "fluxem.render(fluxem.apply('convert', fluxem.encode('3.5 ft'), fluxem.encode('m', 'phys_unit')))",
        "fluxem.decode(fluxem.encode('H2O')), fluxem.domains()",
        "fluxem.spans('What is 12 + 34 * 5?')",
        "from fluxem.integration.sample_format import validate_file; validate_file('/dev/null')",
    ],
    ids=["apply", "decode", "spans", "validate"],
)
def test_vectors_and_samples_need_numpy_alone(program: str) -> None:
    assert loaded(f"import fluxem; {program}") == {"fluxem", "numpy"}


def test_the_console_command_is_the_module() -> None:
    module, _, function = PROJECT["scripts"]["fluxem"].partition(":")
    assert module == "fluxem.__main__" and callable(getattr(import_module(module), function))


# --- the check of the wheel, `make package` ---

CHECK = runpy.run_path(str(ROOT / ".ci" / "check_package.py"))
PACKAGE = sorted(
    file.relative_to(ROOT).as_posix()
    for file in (ROOT / "fluxem").rglob("*")
    if file.is_file() and "__pycache__" not in file.parts
)


def wheel_of(folder: Path, names: list[str], size: int = 0) -> Path:
    """A wheel of files that hold nothing, and a licence of some size."""
    with zipfile.ZipFile(folder / "some.whl", "w") as archive:
        for name in names:
            archive.writestr(name, "")
        archive.writestr("fluxem-0.1.0.dist-info/licenses/LICENSE", "x" * size)
    return folder / "some.whl"


def test_a_whole_wheel_passes(tmp_path: Path) -> None:
    assert "fluxem/py.typed" in PACKAGE and "fluxem/data/units.tsv" in PACKAGE
    CHECK["check_wheel"](wheel_of(tmp_path, PACKAGE))


@pytest.mark.parametrize(
    ("names", "size", "said"),
    [
        ([name for name in PACKAGE if name != "fluxem/py.typed"], 0, "lacks ['fluxem/py.typed'] and has nothing"),
        ([name for name in PACKAGE if not name.startswith("fluxem/data/")], 0, "'fluxem/data/units.tsv'] and has"),
        ([*PACKAGE, "tests/conftest.py"], 0, "lacks nothing and has ['tests/conftest.py'] beside the package"),
        (PACKAGE, 1_000_000, "allowed: less than 1,000,000"),
    ],
    ids=["untyped", "no tables", "tests too", "large"],
)
def test_a_wheel_that_is_not_as_it_should_be_is_refused(tmp_path: Path, names: list[str], size: int, said: str) -> None:
    with pytest.raises(SystemExit) as left:
        CHECK["check_wheel"](wheel_of(tmp_path, names, size))
    assert str(left.value.code).startswith("check_package.py: some.whl ") and said in str(left.value.code)


def test_two_wheels_or_none_are_refused(tmp_path: Path) -> None:
    for count in (0, 2):
        for number in range(count):
            (tmp_path / f"{number}.whl").touch()
        with pytest.raises(SystemExit, match=rf"holds {count} files \*\.whl; expected one"):
            CHECK["only"](tmp_path, "*.whl")


# --- CITATION.cff and CHANGELOG.md ---

#: Of the Citation File Format 1.2.0: the keys that it needs, and those of the others that ours has a use for.
NEEDED = {"cff-version", "message", "title", "authors"}
KNOWN = NEEDED | {"abstract", "keywords", "license", "type", "url", "repository-code", "version"}


def test_the_citation_has_the_keys_and_types_of_its_format() -> None:
    assert CITATION.keys() >= NEEDED and CITATION.keys() <= KNOWN
    assert CITATION["cff-version"] == "1.2.0" and CITATION["type"] == "software"
    assert CITATION["authors"] and all(author.keys() == {"name"} for author in CITATION["authors"])
    assert len(set(CITATION["keywords"])) == len(CITATION["keywords"])
    texts = [*CITATION["keywords"], *(value for value in CITATION.values() if not isinstance(value, list))]
    assert all(isinstance(text, str) and text.strip() for text in texts)


def test_the_citation_is_of_this_package() -> None:
    assert CITATION["title"].startswith(f"{PROJECT['name']}: ")
    assert CITATION["version"] == PROJECT["version"] and CITATION["license"] == PROJECT["license"]
    assert [author["name"] for author in CITATION["authors"]] == [author["name"] for author in PROJECT["authors"]]


def test_the_changelog_keeps_its_form() -> None:
    """https://keepachangelog.com: versions, latest first, with kinds of changes below them."""
    first, *sections = re.split(r"^## ", CHANGELOG, flags=re.MULTILINE)
    assert first.startswith("# Changelog\n") and sections
    for section in sections:
        title, *kinds = re.split(r"^### ", section, flags=re.MULTILINE)
        assert re.fullmatch(r"\[\d+\.\d+\.\d+\] - (\d{4}-\d\d-\d\d|unreleased)\n\n(?:[A-Z].*\n+)*", title), title
        assert kinds and all(
            re.match(r"(Added|Changed|Deprecated|Removed|Fixed|Security)\n\n- ", kind) for kind in kinds
        )
    assert sections[0].startswith(f"[{PROJECT['version']}] - ")
