"""The state of torch is borrowed, not kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from fluxem.models.repeatable import repeatable

TINY = 1e-40  # a denormal of float32


def state() -> tuple[int, bool, bool, bool]:
    flushes = bool((torch.tensor([TINY]) * 1.0).item() == 0.0)
    filling: bool = torch.utils.deterministic.fill_uninitialized_memory  # type: ignore[attr-defined]
    return torch.get_num_threads(), torch.are_deterministic_algorithms_enabled(), filling, flushes


@pytest.fixture
def two_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("two_threads")
def test_what_was_set_before_is_set_again() -> None:
    """Regression: flushing denormals stayed on after an answer, and other libraries in the process refused to work."""
    before = state()
    with repeatable():
        threads, deterministic, _, _ = state()
        assert (threads, deterministic) == (1, True)
    assert state() == before
    with pytest.raises(ZeroDivisionError), repeatable():
        raise ZeroDivisionError
    assert state() == before
