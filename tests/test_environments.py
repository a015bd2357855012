"""The same versions everywhere: constraints.txt, the conda environment and what the package asks for."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from fluxem.pipeline.environment import STEPS

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]


def pins() -> dict[str, str]:
    """Package -> version of constraints.txt; every line is a pin without build or path."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    found = [re.fullmatch(r"([\w.-]+)==([\w.]+)", line) for line in lines if not line.startswith("#")]
    assert all(found)
    return {canonicalize_name(match[1]): match[2] for match in found if match}


def requirements(*extras: str) -> list[Requirement]:
    given = [*PROJECT["dependencies"], *(each for extra in extras for each in EXTRAS[extra])]
    return [requirement for requirement in map(Requirement, given) if requirement.name != PROJECT["name"]]


@pytest.mark.parametrize("extra", EXTRAS)
def test_every_direct_dependency_is_pinned_within_its_range(extra: str) -> None:
    for requirement in requirements(extra):
        assert requirement.specifier.contains(pins()[canonicalize_name(requirement.name)]), requirement


def test_the_conda_environment_is_what_the_steps_import_at_the_pinned_versions() -> None:
    python, pip, listed = yaml.safe_load((ROOT / "envs" / "torch-cpu.yaml").read_text())["dependencies"]
    steps = {canonicalize_name(each.name) for each in requirements("train", "pipeline")} - {"snakemake"}
    assert listed == {"pip": [line for line in listed["pip"] if line]}
    assert dict(line.split("==") for line in map(str.lower, listed["pip"])) == {name: pins()[name] for name in steps}
    assert pip == "pip"
    assert python.removeprefix("python=") in PROJECT["requires-python"]


def test_the_libraries_in_the_specs_are_pinned() -> None:
    for step in STEPS.values():
        assert all(library in pins() for library in step.libraries)


def test_import_needs_numpy_alone() -> None:
    assert [requirement.name for requirement in requirements()] == ["numpy"]
