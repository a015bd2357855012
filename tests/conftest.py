"""Settings for every test, and what several of them share."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from tiny import Trained

# Threads gain nothing on networks this small, and on a busy machine they wait for each other.
os.environ["OMP_NUM_THREADS"] = "1"

# The same examples on every run: a test that fails, fails for everyone.
settings.register_profile("fluxem", derandomize=True, deadline=None)
settings.load_profile("fluxem")


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Both models, trained at a size that takes a second. Nobody writes into these folders."""
    import tiny  # imports torch, which most tests do without

    folder = tmp_path_factory.mktemp("tiny")
    data = tiny.write_data(folder / "data")
    for model in tiny.TRAIN:
        tiny.train(model, data, folder / model)
    return tiny.Trained(data, folder)


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A miniature repository in which Snakemake has run everything. Nobody writes into it."""
    from miniature import CONFIGS, make_repository, run  # imports Snakemake, which most tests do without

    folder = make_repository(tmp_path_factory.mktemp("finished") / "repository")
    for name, text in CONFIGS.items():
        (folder / name).write_text(text)
    done = run(folder, "-m", "snakemake", "--cores", "2", "all", "paper")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def repository(finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the finished repository, times of change included, to change something in."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setenv("PATH", os.environ["PATH"])
    folder = tmp_path / "repository"
    shutil.copytree(finished, folder)
    return folder
