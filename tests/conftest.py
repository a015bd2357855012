"""Settings for every test, and what several of them share."""

from __future__ import annotations

import os
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
